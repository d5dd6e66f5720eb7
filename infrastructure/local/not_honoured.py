"""What the template says and the local cloud knowingly ignores, each with its reason.

Short, and meant to stay so: everything not listed here stops the start when it is dropped. A path
ends where the ignoring begins.
"""

_ONE_MACHINE = "encryption at rest means nothing in the memory of one process"
_NO_TRACES = "there is no X-Ray to send traces to"
_HISTORY = "the execution history holds everything already"
_NO_FAILED_DELIVERY = "a delivery inside one process arrives or raises; there is nothing to retry"
_ONE_AT_A_TIME = "work is done one piece at a time here, which is what makes runs repeatable"

NOT_HONOURED: dict[tuple[str, str], str] = {
    # Dropped by ministack.
    ("AWS::ApiGateway::RestApi", "EndpointConfiguration"): "every endpoint is this machine",
    ("AWS::ApiGateway::RestApi", "Parameters"): "only repeats the endpoint type",
    ("AWS::ApiGateway::Stage", "AccessLogSetting"): "each function's log shows its requests",
    ("AWS::ApiGateway::Stage", "DeploymentId"): "completing the API deploys it once more",
    ("AWS::Cognito::UserPool", "EnabledMfas"): "nobody signs in with a second factor here",
    ("AWS::DynamoDB::Table", "SSESpecification"): _ONE_MACHINE,
    ("AWS::SNS::Topic", "KmsMasterKeyId"): _ONE_MACHINE,
    ("AWS::StepFunctions::StateMachine", "LoggingConfiguration"): _HISTORY,
    ("AWS::StepFunctions::StateMachine", "TracingConfiguration"): _NO_TRACES,
    # Kept by ministack and shown again, but without effect.
    ("AWS::ApiGateway::Stage", "MethodSettings"): "requests are throttled, but not counted",
    ("AWS::ApiGateway::Stage", "TracingEnabled"): _NO_TRACES,
    ("AWS::DynamoDB::Table", "PointInTimeRecoverySpecification"): "a saved state does its work",
    ("AWS::Events::Rule", "Targets.DeadLetterConfig"): _NO_FAILED_DELIVERY,
    ("AWS::Lambda::EventSourceMapping", "MaximumBatchingWindowInSeconds"): (
        "a batch holds what is there; a standing clock would wait for ever"
    ),
    ("AWS::Lambda::EventSourceMapping", "ParallelizationFactor"): _ONE_AT_A_TIME,
    ("AWS::Lambda::EventSourceMapping", "ScalingConfig"): _ONE_AT_A_TIME,
    ("AWS::Lambda::Function", "Architectures"): "functions run on this interpreter",
    ("AWS::Lambda::Function", "MemorySize"): "memory is the process's; no limit is enforced",
    ("AWS::Lambda::Function", "Runtime"): "functions run on this interpreter",
    ("AWS::Lambda::Function", "TracingConfig"): _NO_TRACES,
    ("AWS::Logs::LogGroup", "RetentionInDays"): "logs are files below .umlauf",
    ("AWS::SQS::Queue", "SqsManagedSseEnabled"): _ONE_MACHINE,
    ("AWS::Scheduler::Schedule", "Target.DeadLetterConfig"): _NO_FAILED_DELIVERY,
    ("AWS::Scheduler::Schedule", "Target.RetryPolicy"): _NO_FAILED_DELIVERY,
}


def reason(kind: str, path: str) -> str | None:
    """Why this property of this resource type is ignored, or None when it must be honoured."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        found = NOT_HONOURED.get((kind, ".".join(parts[:length])))
        if found is not None:
            return found
    return None
