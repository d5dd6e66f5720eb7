"""Completes what ministack's CloudFormation leaves out, through the same APIs a person would use.

What cannot be completed is found by the comparison and stops the start.
"""

from collections.abc import Iterator
from typing import Any

from local.deployment import ClientFactory, Resource, Stack

_INTEGRATION = "x-amazon-apigateway-integration"
_GATEWAY_RESPONSES = "x-amazon-apigateway-gateway-responses"
_METHODS = frozenset(("get", "put", "post", "delete", "patch", "head", "options"))


def complete(stack: Stack, client: ClientFactory) -> None:
    """Complete every resource of the stack."""
    for table in stack.of_kind("AWS::DynamoDB::Table"):
        _complete_table(table, client)
    for bucket in stack.of_kind("AWS::S3::Bucket"):
        _complete_bucket(bucket, client)
    for schedule in stack.of_kind("AWS::Scheduler::Schedule"):
        properties = {"GroupName": "default", "State": "ENABLED", **schedule.properties}
        client("scheduler").update_schedule(**{**properties, "Name": schedule.physical_id})
    for api in stack.of_kind("AWS::ApiGateway::RestApi"):
        _complete_api(api, stack, client)


def _complete_table(table: Resource, client: ClientFactory) -> None:
    dynamodb, name = client("dynamodb"), table.physical_id
    expiry = table.properties.get("TimeToLiveSpecification")
    if expiry and expiry.get("Enabled") in (True, "true"):
        now = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if now["TimeToLiveStatus"] != "ENABLED":
            dynamodb.update_time_to_live(
                TableName=name,
                TimeToLiveSpecification={
                    "Enabled": True,
                    "AttributeName": expiry["AttributeName"],
                },
            )
    recovery = table.properties.get("PointInTimeRecoverySpecification")
    if recovery:
        is_on = recovery.get("PointInTimeRecoveryEnabled") in (True, "true")
        dynamodb.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": is_on},
        )


def _complete_bucket(bucket: Resource, client: ClientFactory) -> None:
    """Its lock, encryption and ownership, which ministack's CloudFormation forgets."""
    s3, name, wanted = client("s3"), bucket.physical_id, bucket.properties
    if lock := wanted.get("ObjectLockConfiguration"):
        retention = lock["Rule"]["DefaultRetention"]
        rule = {"DefaultRetention": {**retention, "Days": int(retention["Days"])}}
        s3.put_object_lock_configuration(
            Bucket=name,
            ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule},
        )
    if encryption := wanted.get("BucketEncryption"):
        rules = [
            {"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]}
            for rule in encryption["ServerSideEncryptionConfiguration"]
        ]
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    if ownership := wanted.get("OwnershipControls"):
        s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=ownership)


def _complete_api(api: Resource, stack: Stack, client: ClientFactory) -> None:
    """Preflight answers and gateway responses, which the import of the API's body forgets."""
    body = api.properties.get("Body") or {}
    gateway = client("apigateway")
    changed = False
    for kind, response in (body.get(_GATEWAY_RESPONSES) or {}).items():
        gateway.put_gateway_response(
            restApiId=api.physical_id,
            responseType=kind,
            statusCode=str(response.get("statusCode", "")),
            responseParameters=response.get("responseParameters") or {},
            responseTemplates=response.get("responseTemplates") or {},
        )
        changed = True
    resources = _resource_ids(gateway, api.physical_id)
    for path, method, response in _mock_responses(body):
        target = {
            "restApiId": api.physical_id,
            "resourceId": resources[path],
            "httpMethod": method.upper(),
            "statusCode": str(response.get("statusCode", "200")),
        }
        parameters = response.get("responseParameters") or {}
        gateway.put_method_response(**target, responseParameters=dict.fromkeys(parameters, False))
        gateway.put_integration_response(
            **target,
            responseParameters=parameters,
            responseTemplates=response.get("responseTemplates") or {},
        )
        changed = True
    if changed:
        for stage in stack.of_kind("AWS::ApiGateway::Stage"):
            if stage.properties.get("RestApiId") == api.physical_id:
                gateway.create_deployment(restApiId=api.physical_id, stageName=stage.physical_id)


def _resource_ids(gateway: Any, api_id: str) -> dict[str, str]:
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api_id, limit=500)
    return {item["path"]: item["id"] for page in pages for item in page["items"]}


def _mock_responses(body: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in (body.get("paths") or {}).items():
        for method, operation in item.items():
            if method not in _METHODS:
                continue
            integration = operation.get(_INTEGRATION) or {}
            if str(integration.get("type", "")).lower() == "mock":
                for response in (integration.get("responses") or {}).values():
                    yield path, method, response
