"""Event source mappings: queue messages and stream records on their way to functions.

Stands in for ministack's poller, which sleeps between looks, caps batches at ten, forgets partial
failures of streams and may lose a message that arrives while a batch is deleted. Here whoever adds
work wakes the poller, each mapping takes one batch per round in template order, and a batch is
finished before the next one starts.
"""

# ruff: noqa: SLF001 - ministack offers nothing public for this; self_test guards each name

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

from local.boot import ACCOUNT_ID, REGION, Ministack
from local.turns import Turns

_STREAM_BACKOFF_SECONDS = (1, 2, 4, 8, 16, 32, 60)
_QUEUE_BACKOFF_SECONDS = 1.0
_DEFAULT_STREAM_RETRIES = 10_000  # "until the record expires", bounded

Message = dict[str, Any]
Mapping = dict[str, Any]


class EventSources:
    """The poller: one thread, woken by work, idle otherwise. Also a due source of the clock."""

    def __init__(self, ministack: Ministack, turns: Turns) -> None:
        self._ministack = ministack
        self._turns = turns
        self._lock = threading.Lock()
        self._woken = threading.Condition(self._lock)
        self._ticket: int | None = None
        self._is_stopped = False
        self._blocked_until: dict[str, float] = {}
        self._attempts: dict[str, int] = {}
        self._batch_limit: dict[str, int] = {}
        self._thread = threading.Thread(target=self._run, daemon=True, name="event-sources")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._woken:
            self._is_stopped = True
            self._woken.notify()
        self._thread.join(5)

    def wake(self) -> None:
        """Look for work; from now until the look is over the system is not settled."""
        with self._woken:
            if self._ticket is None and not self._is_stopped:
                self._ticket = self._turns.ticket()
                self._woken.notify()

    def state(self) -> dict[str, Any]:
        """The streams' records: ministack saves how far a mapping has read them, but not them."""
        dynamodb = self._ministack.dynamodb
        return {"records": dynamodb._stream_records, "trimmed": dynamodb._stream_trimmed}

    def restore(self, state: dict[str, Any]) -> None:
        dynamodb = self._ministack.dynamodb
        dynamodb._stream_records.update(state["records"])
        dynamodb._stream_trimmed.update(state["trimmed"])
        for of_another_time in (self._blocked_until, self._attempts, self._batch_limit):
            of_another_time.clear()

    def next_due(self, now: float) -> float | None:
        """When the next invisible message or backed-off mapping becomes ready."""
        moments = [moment for moment in self._blocked_until.values() if moment > now]
        for mapping in self._mappings():
            queue = self._queue(mapping)
            if queue is not None:
                moments += [
                    m["visible_at"] for m in list(queue["messages"]) if m["visible_at"] > now
                ]
        return min(moments, default=None)

    def fire(self, now: float) -> None:
        self._blocked_until = {k: at for k, at in self._blocked_until.items() if at > now}
        self.wake()

    def _run(self) -> None:
        while True:
            with self._woken:
                self._woken.wait_for(lambda: self._ticket is not None or self._is_stopped)
                ticket, self._ticket = self._ticket, None
            if ticket is None:
                return
            with self._turns.turn(ticket):
                while self._round():
                    pass

    def _round(self) -> bool:
        """Let every mapping take one batch; whether any did."""
        took = False
        for mapping in self._mappings():
            if self._blocked_until.get(mapping["UUID"], 0.0) > time.time():
                continue
            source = mapping["EventSourceArn"]
            with self._scope():
                if ":sqs:" in source:
                    took = self._queue_batch(mapping) or took
                elif ":dynamodb:" in source:
                    took = self._stream_batch(mapping) or took
        return took

    def _mappings(self) -> list[Mapping]:
        esms = self._ministack.lambda_svc._esms._data
        return [mapping for mapping in list(esms.values()) if mapping.get("Enabled", True)]

    @contextlib.contextmanager
    def _scope(self) -> Iterator[None]:
        with self._ministack.responses.request_scope(ACCOUNT_ID, REGION):
            yield

    def _function(self, mapping: Mapping) -> dict[str, Any] | None:
        record, config = self._ministack.lambda_svc._get_func_record_for_qualifier(
            mapping["FunctionName"], mapping.get("Qualifier")
        )
        return None if record is None else {**record, "config": config}

    def _invoke(self, function: dict[str, Any], records: list[Message]) -> dict[str, Any]:
        answer: dict[str, Any] = self._ministack.lambda_svc._execute_function(
            function, {"Records": records}
        )
        return answer

    def _filtered(self, records: list[Message], mapping: Mapping) -> list[Message]:
        kept: list[Message] = self._ministack.lambda_svc._apply_filter_criteria(records, mapping)
        return kept

    # --- queues -------------------------------------------------------------------------------

    def _queue(self, mapping: Mapping) -> dict[str, Any] | None:
        arn = mapping["EventSourceArn"]
        if ":sqs:" not in arn:
            return None
        queues = self._ministack.sqs._queues._data
        for queue in list(queues.values()):
            if queue["attributes"].get("QueueArn") == arn:
                found: dict[str, Any] = queue
                return found
        return None

    def _queue_batch(self, mapping: Mapping) -> bool:
        queue, function = self._queue(mapping), self._function(mapping)
        if queue is None or function is None:
            return False
        batch = self._ministack.call_scoped(self._receive, queue, int(mapping["BatchSize"]))
        if not batch:
            return False
        records = self._filtered([self._record(m, mapping) for m in batch], mapping)
        kept = {record["messageId"] for record in records}
        finished = [message for message in batch if message["id"] not in kept]
        if records:
            answer = self._invoke(function, records)
            if "error" in answer or answer.get("throttle"):
                self._blocked_until[mapping["UUID"]] = time.time() + _QUEUE_BACKOFF_SECONDS
            else:
                failed = _failed_items(answer, mapping)
                kept = {m["id"] for m in batch} if failed is None else failed & kept
                finished = [message for message in batch if message["id"] not in kept]
        self._ministack.call(self._delete, queue, finished)
        return True

    def _receive(self, queue: dict[str, Any], limit: int) -> list[Message]:
        """Take up to `limit` visible messages; on the loop, like everything done to a queue."""
        sqs = self._ministack.sqs
        sqs._expire_retained(queue)
        sqs._dlq_sweep(queue)
        seconds = int(queue["attributes"].get("VisibilityTimeout", "30"))
        messages: list[Message] = sqs._collect_msgs(queue, limit, seconds)
        return messages

    @staticmethod
    def _delete(queue: dict[str, Any], finished: list[Message]) -> None:
        gone = {id(message) for message in finished}
        queue["messages"] = [m for m in queue["messages"] if id(m) not in gone]

    @staticmethod
    def _record(message: Message, mapping: Mapping) -> Message:
        attributes = {
            "ApproximateReceiveCount": str(message["receive_count"]),
            "SentTimestamp": str(int(message["sent_at"] * 1000)),
            "SenderId": ACCOUNT_ID,
            "ApproximateFirstReceiveTimestamp": str(int(message["first_receive_at"] * 1000)),
        }
        named = {
            "MessageGroupId": "group_id",
            "MessageDeduplicationId": "dedup_id",
            "SequenceNumber": "seq",
        }
        attributes |= {name: str(message[key]) for name, key in named.items() if message.get(key)}
        return {
            "messageId": message["id"],
            "receiptHandle": message["receipt_handle"],
            "body": message["body"],
            "attributes": attributes,
            "messageAttributes": _camel_case(message.get("message_attributes") or {}),
            "md5OfBody": message.get("md5_body") or "",
            "eventSource": "aws:sqs",
            "eventSourceARN": mapping["EventSourceArn"],
            "awsRegion": REGION,
        }

    # --- streams ------------------------------------------------------------------------------

    def _stream_batch(self, mapping: Mapping) -> bool:
        function = self._function(mapping)
        table = mapping["EventSourceArn"].split("/")[1]
        if function is None:
            return False
        uuid = mapping["UUID"]
        limit = min(int(mapping["BatchSize"]), self._batch_limit.get(uuid, 10_000))
        position, batch = self._ministack.call_dynamodb(self._read_stream, uuid, table, limit)
        if not batch:
            return False
        records = self._filtered(batch, mapping)
        if not records:
            self._move_on(uuid, position + len(batch))
            return True
        answer = self._invoke(function, records)
        if "error" not in answer and (failed := _failed_items(answer, mapping)) is not None:
            first = _first_failed(batch, failed)
            if first is None:
                self._move_on(uuid, position + len(batch))
                return True
            if first > 0:
                self._move_on(uuid, position + first)
        self._after_stream_failure(mapping, function, answer, position)
        return True

    def _read_stream(self, uuid: str, table: str, limit: int) -> tuple[int, list[Message]]:
        dynamodb, lambda_svc = self._ministack.dynamodb, self._ministack.lambda_svc
        horizon = dynamodb.stream_start_position(table)
        positions = lambda_svc._dynamodb_stream_positions
        position = max(positions.get(uuid, horizon), horizon)
        return position, dynamodb.stream_records_since(table, position, limit)

    def _move_on(self, uuid: str, position: int) -> None:
        self._ministack.lambda_svc._dynamodb_stream_positions[uuid] = position
        self._attempts.pop(uuid, None)
        self._batch_limit.pop(uuid, None)

    def _after_stream_failure(
        self, mapping: Mapping, function: dict[str, Any], answer: dict[str, Any], position: int
    ) -> None:
        """Retry the stream from where it stands, or give the batch up to the failure queue."""
        uuid = mapping["UUID"]
        table = mapping["EventSourceArn"].split("/")[1]
        now_at, batch = self._ministack.call_dynamodb(
            self._read_stream, uuid, table, int(mapping["BatchSize"])
        )
        attempts = self._attempts[uuid] = self._attempts.get(uuid, 0) + (now_at == position)
        limit = self._batch_limit.get(uuid, len(batch))
        if mapping.get("BisectBatchOnFunctionError") and min(limit, len(batch)) > 1:
            self._batch_limit[uuid] = max(1, min(limit, len(batch)) // 2)
        reason = self._reason_to_give_up(mapping, batch, attempts)
        if reason is not None:
            lost = batch[: self._batch_limit.get(uuid, len(batch))]
            self._ministack.call_scoped(
                self._ministack.lambda_svc._send_ddb_stream_failure_record,
                mapping,
                function,
                lost,
                mapping["EventSourceArn"],
                answer,
                reason,
            )
            self._move_on(uuid, now_at + len(lost))
            return
        pause = _STREAM_BACKOFF_SECONDS[min(attempts, len(_STREAM_BACKOFF_SECONDS)) - 1]
        self._blocked_until[uuid] = time.time() + pause

    @staticmethod
    def _reason_to_give_up(mapping: Mapping, batch: list[Message], attempts: int) -> str | None:
        retries = int(mapping.get("MaximumRetryAttempts", -1))
        if attempts > (retries if retries >= 0 else _DEFAULT_STREAM_RETRIES):
            return "RetryAttemptsExhausted"
        max_age = int(mapping.get("MaximumRecordAgeInSeconds", -1))
        born = min(
            (float(r["dynamodb"]["ApproximateCreationDateTime"]) for r in batch),
            default=time.time(),
        )
        return "MaxRecordAgeExceeded" if 0 <= max_age < time.time() - born else None


def _failed_items(answer: dict[str, Any], mapping: Mapping) -> set[str] | None:
    """The identifiers a partial batch response names; None means the whole batch failed."""
    if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []):
        return set()
    body = answer.get("body")
    if isinstance(body, str):
        body = json.loads(body)
    failures = (body or {}).get("batchItemFailures") or []
    identifiers = [failure.get("itemIdentifier") for failure in failures]
    return None if any(not identifier for identifier in identifiers) else set(identifiers)


def _first_failed(batch: list[Message], failed: set[str]) -> int | None:
    for place, record in enumerate(batch):
        if record["dynamodb"]["SequenceNumber"] in failed:
            return place
    return None


def _camel_case(attributes: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        name: {key[:1].lower() + key[1:]: value for key, value in inner.items()}
        for name, inner in attributes.items()
    }
