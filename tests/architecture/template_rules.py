"""What must hold for every resource of template.yaml, whatever is added to it.

Each rule lists its violations in a sentence, so that a broken one reads as an instruction.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from artifacts.target import PYTHON_VERSION
from tests.architecture.template import Resource, Template, as_list, referenced

Rule = Callable[[Template], Iterable[str]]

# "*" as a resource, where AWS offers nothing narrower: action -> why.
EXPLAINED_WILDCARDS = {
    "iot:CreateCertificateFromCsr": "the certificate has no name before it is made",
    "iot:CreateKeysAndCertificate": "the certificate has no name before it is made",
    "iot:DescribeEndpoint": "names no resource",
    "logs:CreateLogDelivery": "log delivery is not tied to a resource",
    "logs:DeleteLogDelivery": "log delivery is not tied to a resource",
    "logs:DescribeLogGroups": "log delivery is not tied to a resource",
    "logs:DescribeResourcePolicies": "log delivery is not tied to a resource",
    "logs:GetLogDelivery": "log delivery is not tied to a resource",
    "logs:ListLogDeliveries": "log delivery is not tied to a resource",
    "logs:PutResourcePolicy": "log delivery is not tied to a resource",
    "logs:UpdateLogDelivery": "log delivery is not tied to a resource",
    "xray:GetSamplingRules": "tracing is not tied to a resource",
    "xray:GetSamplingTargets": "tracing is not tied to a resource",
    "xray:PutTelemetryRecords": "tracing is not tied to a resource",
    "xray:PutTraceSegments": "tracing is not tied to a resource",
}
# Policies of AWS that SAM adds by itself and that reach the whole account: name -> why we let it.
EXPLAINED_MANAGED_POLICIES = {
    "AmazonAPIGatewayPushToCloudWatchLogs": "made for this; API Gateway takes no narrower role",
    "AWSLambdaBasicExecutionRole": "writes logs",
    "AWSXRayDaemonWriteAccess": "writes traces",
    "AWSXrayWriteOnlyAccess": "writes traces",
    "AWSLambdaSQSQueueExecutionRole": "polls queues; an account holds one stage",
    "AWSLambdaDynamoDBExecutionRole": "reads streams; one table has one",
}


def functions_run_on_the_target(template: Template) -> Iterator[str]:
    for logical_id, function in template.resources("AWS::Lambda::Function"):
        properties = function["Properties"]
        if properties.get("Runtime") != f"python{PYTHON_VERSION}":
            yield f"{logical_id} runs on {properties.get('Runtime')}, layers are built for another"
        if properties.get("Architectures") != ["arm64"]:
            yield f"{logical_id} is not on arm64"
        yield from (
            f"{logical_id} leaves {setting} to a default"
            for setting in ("Timeout", "MemorySize")
            if setting not in properties
        )


def code_is_built_by_make(template: Template) -> Iterator[str]:
    for kind in ("AWS::Serverless::Function", "AWS::Serverless::LayerVersion"):
        for logical_id, resource in template.written_resources(kind):
            if resource.get("Metadata", {}).get("BuildMethod") != "makefile":
                yield f"{logical_id} needs Metadata BuildMethod: makefile"


def functions_have_their_own_log_group(template: Template) -> Iterator[str]:
    groups = dict(template.resources("AWS::Logs::LogGroup"))
    for logical_id, group in groups.items():
        if "RetentionInDays" not in group["Properties"]:
            yield f"{logical_id} keeps logs for ever"
    taken: set[str] = set()
    for logical_id, function in template.resources("AWS::Lambda::Function"):
        named = function["Properties"].get("LoggingConfig", {}).get("LogGroup")
        own = referenced(named) & set(groups)
        if not own:
            yield f"{logical_id} has no log group in the template"
        elif own & taken:
            yield f"{logical_id} shares {own & taken}"
        taken |= own


def _dead_letter_queues(template: Template) -> set[str]:
    """Queues that something names as the place for what failed."""
    queues = {logical_id for logical_id, _ in template.resources("AWS::SQS::Queue")}
    named: set[str] = set()

    def look(value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                look(item)
        elif isinstance(value, dict):
            for key, item in value.items():
                if key in {"RedrivePolicy", "DeadLetterConfig", "OnFailure", "ErrorAction"}:
                    named.update(referenced(item))
                look(item)

    look(template.deployed["Resources"])
    return named & queues


def queues_have_dead_letters(template: Template) -> Iterator[str]:
    dead_letters = _dead_letter_queues(template)
    for logical_id, queue in template.resources("AWS::SQS::Queue"):
        policy = queue["Properties"].get("RedrivePolicy")
        if logical_id in dead_letters:
            if queue["Properties"].get("MessageRetentionPeriod") != 1_209_600:
                yield f"{logical_id} forgets failed messages before the longest time, 14 days"
        elif policy is None or not referenced(policy["deadLetterTargetArn"]) & dead_letters:
            yield f"{logical_id} has no dead-letter queue"
        if not queue["Properties"].get("SqsManagedSseEnabled"):
            yield f"{logical_id} is not encrypted"


def dead_letters_raise_alarms(template: Template) -> Iterator[str]:
    watched: set[str] = set()
    for _, alarm in template.resources("AWS::CloudWatch::Alarm"):
        properties = alarm["Properties"]
        if properties.get("MetricName") == "ApproximateNumberOfMessagesVisible":
            watched |= referenced(properties.get("Dimensions", []))
    for queue in sorted(_dead_letter_queues(template) - watched):
        yield f"{queue} has no alarm: a failed message would lie there unseen"


def alarms_tell_somebody(template: Template) -> Iterator[str]:
    for logical_id, alarm in template.resources("AWS::CloudWatch::Alarm"):
        if not alarm["Properties"].get("AlarmActions"):
            yield f"{logical_id} has no AlarmActions"
        if "TreatMissingData" not in alarm["Properties"]:
            yield f"{logical_id} does not say what missing data means"
    for logical_id, topic in template.resources("AWS::SNS::Topic"):
        if topic["Properties"].get("KmsMasterKeyId") == "alias/aws/sns":
            yield f"{logical_id} refuses alarms: CloudWatch may not use AWS's own key for topics"


def event_sources_lose_nothing(template: Template) -> Iterator[str]:
    for logical_id, source in template.resources("AWS::Lambda::EventSourceMapping"):
        properties = source["Properties"]
        if properties.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{logical_id} fails a whole batch for one message"
        if "StartingPosition" not in properties:
            continue
        if not properties.get("DestinationConfig", {}).get("OnFailure"):
            yield f"{logical_id} drops what a stream's retries could not do"
        if properties.get("MaximumRetryAttempts", -1) < 0:
            yield f"{logical_id} retries without a bound"


def rules_lose_nothing(template: Template) -> Iterator[str]:
    for logical_id, rule in template.resources("AWS::Events::Rule"):
        for target in rule["Properties"].get("Targets", []):
            if not target.get("DeadLetterConfig"):
                yield f"{logical_id} drops what its target {target['Id']} refuses"


def schedules_lose_nothing(template: Template) -> Iterator[str]:
    for logical_id, schedule in template.resources("AWS::Scheduler::Schedule"):
        target = schedule["Properties"]["Target"]
        if not target.get("DeadLetterConfig"):
            yield f"{logical_id} drops what its target refuses"
        if "MaximumRetryAttempts" not in target.get("RetryPolicy", {}):
            yield f"{logical_id} retries without a bound of ours"
        if not schedule["Properties"].get("ScheduleExpressionTimezone"):
            yield f"{logical_id} names no time zone"


def scheduled_functions_lose_nothing(template: Template) -> Iterator[str]:
    """The scheduler only hands over; what the function then fails at is Lambda's to keep."""
    functions = {name for name, _ in template.resources("AWS::Lambda::Function")}
    kept: set[str] = set()
    for _, config in template.resources("AWS::Lambda::EventInvokeConfig"):
        if config["Properties"].get("DestinationConfig", {}).get("OnFailure"):
            kept |= referenced(config["Properties"]["FunctionName"])
    for logical_id, function in template.resources("AWS::Lambda::Function"):
        if function["Properties"].get("DeadLetterConfig"):
            kept.add(logical_id)
    for logical_id, schedule in template.resources("AWS::Scheduler::Schedule"):
        called = _functions_behind(template, schedule["Properties"]["Target"]["Arn"]) & functions
        yield from (
            f"{name} drops what {logical_id} asked and it failed at: set EventInvokeConfig"
            for name in sorted(called - kept)
        )


def _functions_behind(template: Template, value: Any) -> set[str]:
    """The functions that `value` names, itself or through their alias."""
    named = referenced(value)
    aliases = {
        logical_id: referenced(alias["Properties"]["FunctionName"])
        for logical_id, alias in template.resources("AWS::Lambda::Alias")
    }
    return named | set().union(*(aliases.get(name, set()) for name in named))


def tables_are_safe(template: Template) -> Iterator[str]:
    for logical_id, table in template.resources("AWS::DynamoDB::Table"):
        properties = table["Properties"]
        if properties.get("BillingMode") != "PAY_PER_REQUEST":
            yield f"{logical_id} costs money when idle"
        recovery = properties.get("PointInTimeRecoverySpecification", {})
        if recovery.get("PointInTimeRecoveryEnabled") is not True:
            yield f"{logical_id} cannot be restored to a point in time"
        if properties.get("SSESpecification", {}).get("SSEEnabled") is not True:
            yield f"{logical_id} is not encrypted with a key that access to is recorded"
        if "DeletionProtectionEnabled" not in properties:
            yield f"{logical_id} does not say whether it may be deleted"
        if len(properties.get("GlobalSecondaryIndexes", [])) > 2:
            yield f"{logical_id} has more than two indexes"


def iot_rules_keep_what_fails(template: Template) -> Iterator[str]:
    for logical_id, rule in template.resources("AWS::IoT::TopicRule"):
        payload = rule["Properties"]["TopicRulePayload"]
        if not payload.get("ErrorAction"):
            yield f"{logical_id} has no error action"
        if payload.get("AwsIotSqlVersion") != "2016-03-23":
            yield f"{logical_id} does not pin its SQL version"


def iot_sql_is_what_both_clouds_understand(template: Template) -> Iterator[str]:
    """The local cloud is wrong on CASE and nested SELECT; AWS allows seven slashes in a topic."""
    for logical_id, rule in template.resources("AWS::IoT::TopicRule"):
        statement = str(rule["Properties"]["TopicRulePayload"]["Sql"])
        words = re.findall(r"[a-z_]+", re.sub(r"'[^']*'", "", statement.lower()))
        if "case" in words or words.count("select") != 1:
            yield f"{logical_id} needs SQL that the local cloud reads otherwise than AWS"
        topic = re.search(r"from\s+'([^']*)'", statement, re.IGNORECASE)
        if topic is None or topic.group(1).count("/") > 7:
            yield f"{logical_id} listens to no topic that a device could publish to"


def things_have_their_own_rights(template: Template) -> Iterator[str]:
    """A device's policy reaches only what carries the name of its certificate's thing."""
    for logical_id, policy in template.resources("AWS::IoT::Policy"):
        for statement in as_list(policy["Properties"]["PolicyDocument"]["Statement"]):
            for resource in as_list(statement["Resource"]):
                if statement["Effect"] == "Allow" and "ThingName}" not in str(resource):
                    yield f"{logical_id} lets one device act for another: {resource}"


def _policies(template: Template) -> Iterator[tuple[str, Resource]]:
    """Every statement of every role and policy in the template."""
    for logical_id, role in template.resources("AWS::IAM::Role"):
        for policy in role["Properties"].get("Policies", []):
            for statement in as_list(policy["PolicyDocument"]["Statement"]):
                yield logical_id, statement
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for logical_id, policy in template.resources(kind):
            for statement in as_list(policy["Properties"]["PolicyDocument"]["Statement"]):
                yield logical_id, statement


def privileges_are_least(template: Template) -> Iterator[str]:
    for logical_id, statement in _policies(template):
        actions = as_list(statement.get("Action", []))
        yield from (
            f"{logical_id} grants {action}: name what is needed"
            for action in actions
            if "*" in action.partition(":")[2]
        )
        if "*" in as_list(statement.get("Resource", [])):
            yield from (
                f"{logical_id} grants {action} on everything"
                for action in actions
                if action not in EXPLAINED_WILDCARDS
            )


def managed_policies_are_explained(template: Template) -> Iterator[str]:
    for logical_id, role in template.resources("AWS::IAM::Role"):
        for policy in role["Properties"].get("ManagedPolicyArns", []):
            name = str(policy).rpartition("/")[2].rstrip("'}")
            if name not in EXPLAINED_MANAGED_POLICIES:
                yield f"{logical_id} takes {name}, which grants more than is asked for"


def functions_have_their_own_role(template: Template) -> Iterator[str]:
    owners: dict[str, str] = {}
    for logical_id, function in template.resources("AWS::Lambda::Function"):
        for role in referenced(function["Properties"]["Role"]):
            other = owners.setdefault(role, logical_id)
            if other != logical_id:
                yield f"{logical_id} has the rights of {other}"


def queues_wait_for_their_functions(template: Template) -> Iterator[str]:
    """A message must not reappear while its function still works on it.

    AWS advises six times the function's time-out.
    """
    queues = dict(template.resources("AWS::SQS::Queue"))
    functions = dict(template.resources("AWS::Lambda::Function"))
    for _, source in template.resources("AWS::Lambda::EventSourceMapping"):
        named = _functions_behind(template, source["Properties"]["FunctionName"])
        for queue in referenced(source["Properties"]["EventSourceArn"]) & set(queues):
            for function in named & set(functions):
                visible_after = queues[queue]["Properties"].get("VisibilityTimeout", 30)
                if visible_after < 6 * functions[function]["Properties"].get("Timeout", 3):
                    yield f"{queue} shows a message again while {function} may still have it"


def state_machines_are_bounded_and_logged(template: Template) -> Iterator[str]:
    for logical_id, machine in template.resources("AWS::StepFunctions::StateMachine"):
        if machine["Properties"].get("LoggingConfiguration", {}).get("Level") in {None, "OFF"}:
            yield f"{logical_id} does not log its failures"
        if not machine["Properties"].get("TracingConfiguration", {}).get("Enabled"):
            yield f"{logical_id} is not traced"


RULES: tuple[Rule, ...] = (
    functions_run_on_the_target,
    code_is_built_by_make,
    functions_have_their_own_log_group,
    functions_have_their_own_role,
    queues_have_dead_letters,
    queues_wait_for_their_functions,
    dead_letters_raise_alarms,
    alarms_tell_somebody,
    event_sources_lose_nothing,
    rules_lose_nothing,
    schedules_lose_nothing,
    scheduled_functions_lose_nothing,
    tables_are_safe,
    iot_rules_keep_what_fails,
    iot_sql_is_what_both_clouds_understand,
    things_have_their_own_rights,
    privileges_are_least,
    managed_policies_are_explained,
    state_machines_are_bounded_and_logged,
)
