"""A queue function as Lambda has it: its folder the code root, its messages as SQS brings them."""

import importlib
import json
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final

from umlauf.kernel.events import Event, EventEnvelope
from umlauf_adapters.kernel.documents import encode
from umlauf_adapters.kernel.event_intake import to_entry

FUNCTIONS: Final = Path(__file__).resolve().parents[2] / "functions"
CONTEXT: Final = SimpleNamespace(
    function_name="test",
    memory_limit_in_mb=1024,
    invoked_function_arn="arn:aws:lambda:eu-central-1:123456789012:function:test",
    aws_request_id="request-1",
    get_remaining_time_in_millis=lambda: 30_000,
)


def load_function(name: str) -> ModuleType:
    """The function's `app`. Its siblings do not stay importable, for others have theirs."""
    with _alone_on_the_path(FUNCTIONS / name):
        return importlib.import_module("app")


@contextmanager
def _alone_on_the_path(folder: Path) -> Iterator[None]:
    names = {path.stem for path in folder.glob("*.py")}
    hidden = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(hidden)


def deliver(function: ModuleType, *bodies: str) -> list[int]:
    """Call the function with one batch; give the places of the messages that must come again."""
    records = [
        {
            "messageId": f"message-{place}",
            "receiptHandle": f"receipt-{place}",
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:queue",
            "awsRegion": "eu-central-1",
        }
        for place, body in enumerate(bodies)
    ]
    answer = function.handle({"Records": records}, CONTEXT)
    return sorted(
        int(failure["itemIdentifier"].removeprefix("message-"))
        for failure in answer["batchItemFailures"]
    )


def device_body(
    payload: Any, *, reported_by: str | None = None, client_id: str | None = None
) -> str:
    """A device's payload as the IoT rule puts it on the queue; bytes go as they are."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    sender = reported_by or (payload["device_id"] if isinstance(payload, dict) else "dev_any")
    return json.dumps(
        {
            "payload": b64encode(raw).decode(),
            "reported_by": sender,
            "client_id": client_id or sender,
            "received_at_ms": 1_788_000_000_000,
        }
    )


def event_body(event: Event, aggregate: str = "thing#1") -> str:
    """An event as its EventBridge rule puts it on the queue."""
    envelope = EventEnvelope(
        f"{aggregate}:1.0",
        event.TYPE,
        aggregate,
        1,
        datetime(2026, 9, 1, tzinfo=UTC),
        encode(event),
    )
    return envelope_body(envelope)


def envelope_body(envelope: EventEnvelope) -> str:
    entry = to_entry(envelope, "bus")
    detail = json.loads(entry["Detail"])
    return json.dumps(
        {"source": entry["Source"], "detail-type": entry["DetailType"], "detail": detail}
    )
