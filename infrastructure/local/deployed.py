"""Reads deployed resources back through their services' APIs, in the template's own shape.

One reader per resource type. A type without a reader stops the start: what is not read back cannot
be known to be honoured.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from local.deployment import ClientFactory, Resource

Properties = dict[str, Any]
Reader = Callable[[ClientFactory, Resource], Properties]


def read(client: ClientFactory, resource: Resource) -> Properties | None:
    """The properties the resource really has, or None for a type nobody can read back."""
    reader = READERS.get(resource.kind)
    return None if reader is None else reader(client, resource)


def _table(client: ClientFactory, resource: Resource) -> Properties:
    dynamodb, name = client("dynamodb"), resource.physical_id
    table: Properties = dynamodb.describe_table(TableName=name)["Table"]
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    return {
        **table,
        "BillingMode": (table.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED"),
        "SSESpecification": {
            "SSEEnabled": table.get("SSEDescription", {}).get("Status") == "ENABLED"
        },
        "TimeToLiveSpecification": {
            "AttributeName": expiry.get("AttributeName"),
            "Enabled": expiry["TimeToLiveStatus"] == "ENABLED",
        },
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": recovery == "ENABLED"},
    }


def _queue(client: ClientFactory, resource: Resource) -> Properties:
    answer = client("sqs").get_queue_attributes(
        QueueUrl=resource.physical_id, AttributeNames=["All"]
    )
    name = resource.physical_id.rpartition("/")[2]
    return {**answer["Attributes"], "QueueName": name}


def _queue_policy(client: ClientFactory, resource: Resource) -> Properties:
    queues = resource.properties["Queues"]
    policies = [
        client("sqs")
        .get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])
        .get("Attributes", {})
        .get("Policy")
        for queue in queues
    ]
    same = all(policy == policies[0] for policy in policies)
    return {"Queues": queues, "PolicyDocument": policies[0] if same else None}


def _function(client: ClientFactory, resource: Resource) -> Properties:
    lambda_ = client("lambda")
    config: Properties = lambda_.get_function_configuration(FunctionName=resource.physical_id)
    tags = lambda_.list_tags(Resource=config["FunctionArn"])["Tags"]
    concurrency = lambda_.get_function_concurrency(FunctionName=resource.physical_id)
    return {
        **config,
        "Layers": [layer["Arn"] for layer in config.get("Layers", [])],
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        "ReservedConcurrentExecutions": concurrency.get("ReservedConcurrentExecutions"),
        # The code runs from the template's folder; the archive only names it.
        "Code": resource.properties.get("Code"),
    }


def _gateway_account(client: ClientFactory, _resource: Resource) -> Properties:
    return {"CloudWatchRoleArn": client("apigateway").get_account().get("cloudwatchRoleArn")}


def _invoke_config(client: ClientFactory, resource: Resource) -> Properties:
    given = resource.properties
    key = {name: given[name] for name in ("FunctionName", "Qualifier")}
    answer: Properties = client("lambda").get_function_event_invoke_config(**key)
    return {**answer, **key}


def _alias(client: ClientFactory, resource: Resource) -> Properties:
    given = resource.properties
    answer: Properties = client("lambda").get_alias(
        FunctionName=given["FunctionName"], Name=given["Name"]
    )
    return {**answer, "FunctionName": given["FunctionName"]}


def _version(client: ClientFactory, resource: Resource) -> Properties:
    function, _, version = resource.physical_id.rpartition(":")
    client("lambda").get_function_configuration(FunctionName=function, Qualifier=version)
    return {"FunctionName": resource.properties["FunctionName"]}


def _layer(client: ClientFactory, resource: Resource) -> Properties:
    answer: Properties = client("lambda").get_layer_version_by_arn(Arn=resource.physical_id)
    given = resource.properties
    return {
        **answer,
        "LayerName": answer["LayerArn"].rpartition(":")[2],
        "Content": given.get("Content"),
    }


def _permission(client: ClientFactory, resource: Resource) -> Properties:
    given = resource.properties
    reference = str(given["FunctionName"])
    name, qualifier = reference, {}
    if reference.count(":") == 7:  # noqa: PLR2004 - a function's ARN with a qualifier
        name, _, alias = reference.rpartition(":")
        qualifier = {"Qualifier": alias}
    policy = json.loads(client("lambda").get_policy(FunctionName=name, **qualifier)["Policy"])
    for statement in policy["Statement"]:
        arns = statement.get("Condition", {}).get("ArnLike", {})
        found = {
            "Action": statement["Action"],
            "FunctionName": reference,
            "Principal": statement["Principal"].get("Service", statement["Principal"]),
            "SourceArn": arns.get("AWS:SourceArn") or arns.get("aws:SourceArn"),
        }
        if all(found.get(key) == value for key, value in given.items()):
            return found
    return {}


def _mapping(client: ClientFactory, resource: Resource) -> Properties:
    answer: Properties = client("lambda").get_event_source_mapping(UUID=resource.physical_id)
    return {**answer, "FunctionName": answer["FunctionArn"]}


def _rest_api(client: ClientFactory, resource: Resource) -> Properties:
    gateway, api_id = client("apigateway"), resource.physical_id
    api: Properties = gateway.get_rest_api(restApiId=api_id)
    body = resource.properties.get("Body") or {}
    return {**api, "Body": _served_body(gateway, api_id, body)}


def _served_body(gateway: Any, api_id: str, body: Mapping[str, Any]) -> Properties:
    """The body, less each operation or gateway response that is not really served."""
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api_id, limit=500)
    methods = {
        (item["path"], method.lower()): found
        for page in pages
        for item in page["items"]
        for method, found in (item.get("resourceMethods") or {}).items()
    }
    for (path, method), found in methods.items():
        if not found.get("methodIntegration"):
            resource_id = _resource_id(gateway, api_id, path)
            methods[path, method] = gateway.get_method(
                restApiId=api_id, resourceId=resource_id, httpMethod=method.upper()
            )
    paths = {
        path: {
            key: _served_operation(methods, path, key, operation)
            for key, operation in operations.items()
        }
        for path, operations in (body.get("paths") or {}).items()
    }
    answers = gateway.get_gateway_responses(restApiId=api_id)["items"]
    served = {
        answer["responseType"]: answer for answer in answers if not answer.get("defaultResponse")
    }
    extension = "x-amazon-apigateway-gateway-responses"
    return {**body, "paths": paths, **({extension: served} if extension in body else {})}


def _resource_id(gateway: Any, api_id: str, path: str) -> str:
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api_id, limit=500)
    return str(next(i["id"] for page in pages for i in page["items"] if i["path"] == path))


def _served_operation(
    methods: Mapping[tuple[str, str], Properties], path: str, key: str, operation: Any
) -> Any:
    integration = (operation or {}).get("x-amazon-apigateway-integration")
    if integration is None:
        return operation
    method = methods.get((path, key.replace("x-amazon-apigateway-any-method", "any")), {})
    real = method.get("methodIntegration") or {}
    shown = {name: integration[name] for name in integration}
    if str(real.get("type", "")).lower() != str(integration.get("type", "")).lower():
        shown["type"] = real.get("type")
    if "uri" in integration:
        shown["uri"] = real.get("uri")
    served = {**operation, "x-amazon-apigateway-integration": shown}
    if operation.get("security") and method.get("authorizationType") in (None, "NONE"):
        served["security"] = None
    return served


def _stage(client: ClientFactory, resource: Resource) -> Properties:
    stage: Properties = client("apigateway").get_stage(
        restApiId=resource.properties["RestApiId"], stageName=resource.physical_id
    )
    settings = stage.get("methodSettings") or {}
    return {
        **stage,
        "RestApiId": resource.properties["RestApiId"],
        "AccessLogSetting": stage.get("accessLogSettings"),
        "MethodSettings": [
            {
                "ResourcePath": f"/{path.rpartition('/')[0]}",
                "HttpMethod": path.rpartition("/")[2],
                **values,
            }
            for path, values in settings.items()
        ],
    }


def _gateway_deployment(_: ClientFactory, resource: Resource) -> Properties:
    return resource.properties  # read back with its stage


def _alarm(client: ClientFactory, resource: Resource) -> Properties:
    found = client("cloudwatch").describe_alarms(AlarmNames=[resource.physical_id])
    return next(iter(found["MetricAlarms"]), {})


def _user_pool(client: ClientFactory, resource: Resource) -> Properties:
    answer = client("cognito-idp").describe_user_pool(UserPoolId=resource.physical_id)
    pool: Properties = answer["UserPool"]
    return {**pool, "UserPoolName": pool["Name"]}


def _user_pool_client(client: ClientFactory, resource: Resource) -> Properties:
    answer = client("cognito-idp").describe_user_pool_client(
        UserPoolId=resource.properties["UserPoolId"], ClientId=resource.physical_id
    )
    found: Properties = answer["UserPoolClient"]
    return {**found, "GenerateSecret": "ClientSecret" in found}


def _user_pool_group(client: ClientFactory, resource: Resource) -> Properties:
    answer = client("cognito-idp").get_group(
        UserPoolId=resource.properties["UserPoolId"], GroupName=resource.physical_id
    )
    return dict(answer["Group"])


def _event_bus(client: ClientFactory, resource: Resource) -> Properties:
    return dict(client("events").describe_event_bus(Name=resource.physical_id))


def _event_rule(client: ClientFactory, resource: Resource) -> Properties:
    bus = {"EventBusName": resource.properties.get("EventBusName", "default")}
    name = resource.physical_id.rpartition("|")[2]
    rule = client("events").describe_rule(Name=name, **bus)
    targets = client("events").list_targets_by_rule(Rule=name, **bus)["Targets"]
    return {**rule, "Targets": targets}


def _role(client: ClientFactory, resource: Resource) -> Properties:
    iam, name = client("iam"), resource.physical_id
    role = iam.get_role(RoleName=name)["Role"]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    names = iam.list_role_policies(RoleName=name)["PolicyNames"]
    return {
        **role,
        "ManagedPolicyArns": [policy["PolicyArn"] for policy in attached],
        "Policies": [iam.get_role_policy(RoleName=name, PolicyName=policy) for policy in names],
        "Tags": iam.list_role_tags(RoleName=name)["Tags"],
    }


def _iot_policy(client: ClientFactory, resource: Resource) -> Properties:
    return dict(client("iot").get_policy(policyName=resource.physical_id))


def _topic_rule(client: ClientFactory, resource: Resource) -> Properties:
    rule = client("iot").get_topic_rule(ruleName=resource.physical_id)["rule"]
    return {"RuleName": rule["ruleName"], "TopicRulePayload": rule}


def _log_group(client: ClientFactory, resource: Resource) -> Properties:
    name = resource.physical_id
    groups = client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return next((dict(group) for group in groups if group["logGroupName"] == name), {})


def _topic(client: ClientFactory, resource: Resource) -> Properties:
    answer = client("sns").get_topic_attributes(TopicArn=resource.physical_id)
    name = resource.physical_id.rpartition(":")[2]
    return {**answer["Attributes"], "TopicName": name}


def _schedule(client: ClientFactory, resource: Resource) -> Properties:
    group = resource.properties.get("GroupName", "default")
    return dict(client("scheduler").get_schedule(Name=resource.physical_id, GroupName=group))


def _state_machine(client: ClientFactory, resource: Resource) -> Properties:
    machine = client("stepfunctions").describe_state_machine(stateMachineArn=resource.physical_id)
    definition = machine["definition"]
    for name, value in resource.properties.get("DefinitionSubstitutions", {}).items():
        definition = definition.replace(str(value), f"${{{name}}}")
    tags = client("stepfunctions").list_tags_for_resource(resourceArn=resource.physical_id)["tags"]
    return {
        **machine,
        "DefinitionString": definition,
        "DefinitionSubstitutions": resource.properties.get("DefinitionSubstitutions"),
        "StateMachineName": machine["name"],
        "Tags": tags,
    }


def _bucket(client: ClientFactory, resource: Resource) -> Properties:
    s3, name = client("s3"), resource.physical_id
    lock = s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]
    encryption = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
    access = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    return {
        "BucketName": name,
        "ObjectLockEnabled": lock["ObjectLockEnabled"] == "Enabled",
        "ObjectLockConfiguration": lock,
        "VersioningConfiguration": s3.get_bucket_versioning(Bucket=name),
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"]}
                for rule in encryption["Rules"]
            ]
        },
        "OwnershipControls": s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"],
        "PublicAccessBlockConfiguration": access,
    }


def _bucket_policy(client: ClientFactory, resource: Resource) -> Properties:
    name = resource.properties["Bucket"]
    policy = client("s3").get_bucket_policy(Bucket=name)["Policy"]
    return {"Bucket": name, "PolicyDocument": policy}


READERS: dict[str, Reader] = {
    "AWS::ApiGateway::Deployment": _gateway_deployment,
    "AWS::ApiGateway::Account": _gateway_account,
    "AWS::ApiGateway::RestApi": _rest_api,
    "AWS::ApiGateway::Stage": _stage,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::Cognito::UserPool": _user_pool,
    "AWS::Cognito::UserPoolClient": _user_pool_client,
    "AWS::Cognito::UserPoolGroup": _user_pool_group,
    "AWS::DynamoDB::Table": _table,
    "AWS::Events::EventBus": _event_bus,
    "AWS::Events::Rule": _event_rule,
    "AWS::IAM::Role": _role,
    "AWS::IoT::Policy": _iot_policy,
    "AWS::IoT::TopicRule": _topic_rule,
    "AWS::Lambda::Alias": _alias,
    "AWS::Lambda::EventInvokeConfig": _invoke_config,
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::LayerVersion": _layer,
    "AWS::Lambda::Permission": _permission,
    "AWS::Lambda::Version": _version,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::S3::Bucket": _bucket,
    "AWS::S3::BucketPolicy": _bucket_policy,
    "AWS::SNS::Topic": _topic,
    "AWS::SQS::Queue": _queue,
    "AWS::SQS::QueuePolicy": _queue_policy,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::StepFunctions::StateMachine": _state_machine,
}
