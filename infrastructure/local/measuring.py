"""Counts what an operation costs: DynamoDB calls and the capacity units they consume."""

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from local.invocation_context import caller
from local.patches import Patches

_WRITES = frozenset(("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"))
# Updating time to live and the like is not an operation on data.
_READS = frozenset(("GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"))
_BYTES_PER_READ_UNIT = 4096


@dataclass
class Tally:
    """Calls by operation, and what they consumed."""

    calls: Counter[str] = field(default_factory=Counter)
    read_units: float = 0.0
    write_units: float = 0.0

    def add(self, operation: str, units: float) -> None:
        self.calls[operation] += 1
        if operation in _WRITES:
            self.write_units += units
        else:
            self.read_units += units


@dataclass
class Measurement(Tally):
    """What happened while it was open."""

    calls_by_table: dict[str, Counter[str]] = field(default_factory=dict)
    by_function: dict[str, Tally] = field(default_factory=dict)
    """Who called: the function's name, or nothing for a caller outside."""

    @property
    def dynamodb(self) -> dict[str, Any]:
        """The figures as plain data."""
        tables = {name: dict(calls) for name, calls in sorted(self.calls_by_table.items())}
        return {
            "calls": dict(sorted(self.calls.items())),
            "calls_by_table": tables,
            "read_units": self.read_units,
            "write_units": self.write_units,
        }


class Calls:
    """Watches DynamoDB; costs nothing while nobody measures."""

    def __init__(self) -> None:
        self._open: list[Measurement] = []
        self._size_of: Callable[[dict[str, Any]], int] = len

    def watch(self, patches: Patches) -> None:
        """Look at every request from here on."""
        dynamodb = patches.ministack.dynamodb
        handle = dynamodb.handle_request
        self._size_of = dynamodb._item_size_bytes  # noqa: SLF001 - self_test guards the name

        async def handle_and_count(
            method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
        ) -> Any:
            operation = headers.get("x-amz-target", "").rpartition(".")[2]
            if not self._open or operation not in _WRITES | _READS:
                return await handle(method, path, headers, body, query)
            request = json.loads(body)
            asked = request.get("ReturnConsumedCapacity", "NONE")
            request["ReturnConsumedCapacity"] = "TOTAL"
            answer = await handle(method, path, headers, json.dumps(request).encode(), query)
            return self._count(operation, request, answer, is_asked=asked != "NONE")

        patches.replace(dynamodb, "handle_request", handle_and_count)

    @contextlib.contextmanager
    def measure(self) -> Iterator[Measurement]:
        """Count everything that happens in the block, whoever does it."""
        measurement = Measurement()
        self._open.append(measurement)
        try:
            yield measurement
        finally:
            self._open.remove(measurement)

    def _count(
        self,
        operation: str,
        request: dict[str, Any],
        answer: tuple[int, dict[str, str], Any],
        *,
        is_asked: bool,
    ) -> tuple[int, dict[str, str], Any]:
        status, headers, content = answer
        payload = json.loads(content or b"{}")
        consumed = payload.get("ConsumedCapacity") or []
        entries = consumed if isinstance(consumed, list) else [consumed]
        units = sum(float(entry.get("CapacityUnits", 0)) for entry in entries)
        if operation == "BatchGetItem" and not entries:
            units = self._batch_read_units(request, payload)
        for measurement in self._open:
            measurement.add(operation, units)
            measurement.by_function.setdefault(caller(), Tally()).add(operation, units)
            for table in _tables(request):
                measurement.calls_by_table.setdefault(table, Counter())[operation] += 1
        if is_asked or "ConsumedCapacity" not in payload:
            return answer
        del payload["ConsumedCapacity"]
        headers = {k: v for k, v in headers.items() if k.lower() != "x-amz-crc32"}
        return status, headers, json.dumps(payload).encode()

    def _batch_read_units(self, request: dict[str, Any], payload: dict[str, Any]) -> float:
        """What ministack leaves out: each item by its size, one that is missing by the least."""
        units = 0.0
        for table, wanted in request["RequestItems"].items():
            sizes = [self._size_of(item) for item in payload.get("Responses", {}).get(table, [])]
            missing = len(wanted["Keys"]) - len(sizes)
            whole = missing + sum(max(1, -(-size // _BYTES_PER_READ_UNIT)) for size in sizes)
            units += whole if wanted.get("ConsistentRead") else whole / 2
        return units


def _tables(request: dict[str, Any]) -> set[str]:
    if "TableName" in request:
        return {request["TableName"]}
    if "RequestItems" in request:
        return set(request["RequestItems"])
    parts = [next(iter(item.values())) for item in request.get("TransactItems", [])]
    return {part["TableName"] for part in parts}
