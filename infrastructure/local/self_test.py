"""Checks at each start that this is the ministack that `patches` was written for.

Names first: each one that is replaced or read must be there. Then behaviour: the few promises of
DynamoDB that everything else stands on. An upgrade that breaks either breaks here, by name.
"""

import importlib.metadata
from typing import Any

from botocore.exceptions import ClientError

from local.boot import Ministack
from local.deployment import ClientFactory
from local.errors import LocalCloudError

VERSION = "1.5.33"

HOOKS: dict[str, tuple[str, ...]] = {
    "apigateway": ("_PORT",),
    "apigateway_v1": ("_fetch_jwks", "_lambda_proxy_response"),
    "cloudwatch": (
        "_alarms", "_dims_key", "_evaluate_alarm", "_evaluate_all_alarms", "_metrics",
        "record_metric",
    ),
    "cognito": ("_MINISTACK_PORT", "well_known_jwks"),
    "dynamodb": (
        "_emit_stream_event", "_extract_key_val", "_item_size_bytes", "_remove_item",
        "_stream_records", "_stream_trimmed", "_tables", "_ttl_settings", "handle_request",
        "stream_end_position", "stream_records_since", "stream_start_position",
    ),
    "eventbridge": (
        "_cron_next_fire", "_dispatch_event", "_invoke_target", "_parse_cron_fields",
        "_parse_rate_seconds", "_rules", "_targets", "threading",
    ),
    "iam_actions": ("extract_resource_arn",),
    "iam_evaluator": ("_resolve_condition_key", "parse_policy_document"),
    "iot": (
        "_GATEWAY_PORT", "_MtlsAcceptor", "_certificates", "_connected_clients",
        "_force_disconnect_duplicate", "_handle_certificate", "_mtls_build_ssl_context",
        "_mtls_loop", "_mtls_port", "_mtls_server", "_mtls_start_locked", "get_ca_cert_pem",
        "mtls_start", "mtls_stop", "threading",
    ),
    "lambda_svc": (
        "_apply_filter_criteria", "_dynamodb_stream_positions", "_emit_lambda_logs",
        "_emit_lambda_metrics", "_ensure_poller", "_esms", "_execute_function",
        "_execute_function_warm", "_functions", "_get_func_record_for_qualifier",
        "_schedule_state_transition", "_send_ddb_stream_failure_record", "threading",
    ),
    "scheduler": ("_at_time_epoch", "_schedules", "_to_epoch"),
    "ses": ("_message_rejection", "_sent_emails_list"),
    "ses_v2": ("_message_rejection",),
    "sns": ("_PORT", "_sms_messages", "_threading"),
    "sqs": (
        "DEFAULT_PORT", "_CANONICAL_NETLOC", "_collect_msgs", "_dlq_sweep", "_expire_retained",
        "_queues",
    ),
    "stepfunctions": (
        "ThreadPoolExecutor", "_apply_jsonata_output", "_apply_jsonata_template",
        "_apply_state_assign", "_executions", "_find_matching_retrier", "_invoke_resource",
        "_invoke_resource_with_timeout",
        "_jsonata_state_field", "_read_map_items", "_resolve_params_obj", "_resolve_path_or_ctx",
        "_run_distributed_map", "_scaled_sleep", "_state_query_language", "futures_wait",
        "threading", "time",
    ),
}  # fmt: skip

_TABLE = "local-self-test"


def check_names(ministack: Ministack) -> None:
    """Raise unless the version is the tested one and every name used is there."""
    version = importlib.metadata.version("ministack")
    if version != VERSION:
        message = f"the local cloud is written for ministack {VERSION}; {version} is installed"
        raise LocalCloudError(message)
    missing = [
        f"{service}.{name}"
        for service, names in HOOKS.items()
        for name in names
        if not hasattr(getattr(ministack, service), name)
    ]
    if missing:
        message = f"ministack lacks what the local cloud uses: {', '.join(missing)}"
        raise LocalCloudError(message)


def check_behaviour(client: ClientFactory) -> None:
    """Raise unless conditions, transactions and streams of DynamoDB behave."""
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName=_TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    try:
        _check_condition(dynamodb)
        _check_transaction(dynamodb)
    finally:
        dynamodb.delete_table(TableName=_TABLE)


def _put(key: str) -> dict[str, Any]:
    return {
        "TableName": _TABLE,
        "Item": {"pk": {"S": key}},
        "ConditionExpression": "attribute_not_exists(pk)",
    }


def _check_condition(dynamodb: Any) -> None:
    dynamodb.put_item(**_put("once"))
    _expect(dynamodb.put_item, _put("once"), "ConditionalCheckFailedException")


def _check_transaction(dynamodb: Any) -> None:
    """One refused write undoes the whole, and each reason stands at its write's place."""
    request = {"TransactItems": [{"Put": _put("new")}, {"Put": _put("once")}]}
    error = _expect(dynamodb.transact_write_items, request, "TransactionCanceledException")
    codes = [reason.get("Code") for reason in error.response["CancellationReasons"]]
    if codes != ["None", "ConditionalCheckFailed"]:
        message = f"ministack's cancellation reasons have changed: {codes}"
        raise LocalCloudError(message)
    if "Item" in dynamodb.get_item(TableName=_TABLE, Key={"pk": {"S": "new"}}):
        message = "ministack keeps a part of a cancelled transaction"
        raise LocalCloudError(message)


def _expect(call: Any, request: dict[str, Any], code: str) -> ClientError:
    try:
        call(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] == code:
            return error
    message = f"ministack no longer answers {code}"
    raise LocalCloudError(message)
