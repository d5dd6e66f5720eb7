"""Loads a function as Lambda does: fresh, its folder the code root, its modules top-level."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

_FUNCTIONS: Final = Path(__file__).parents[2] / "functions"


@dataclass
class LambdaContext:
    """What a function asks of its context. A test may let it run out of time."""

    remaining_ms: int = 300_000
    function_name: str = "test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:test"
    aws_request_id: str = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


@contextmanager
def loaded(name: str) -> Iterator[ModuleType]:
    """The function's `app`, with nothing left over from another environment."""
    folder = _FUNCTIONS / name
    names = {path.stem for path in folder.glob("*.py")}
    hidden = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("app")
    finally:
        sys.path.remove(str(folder))
        for module in names:
            sys.modules.pop(module, None)
        sys.modules.update(hidden)


def sqs_event(*bodies: str) -> dict[str, Any]:
    """A batch as Lambda gets it from a queue; message ids count from 0."""
    return {
        "Records": [
            {
                "messageId": str(n),
                "receiptHandle": f"handle-{n}",
                "body": body,
                "attributes": {},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:queue",
                "awsRegion": "eu-central-1",
            }
            for n, body in enumerate(bodies)
        ]
    }


def failed_messages(answer: Any) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
