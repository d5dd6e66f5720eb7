"""Idempotency keys: one key, one act, one answer, for 24 hours of the clock."""

import threading
from dataclasses import dataclass

from local.stripe_standin.refusals import Refusal
from local.stripe_standin.wire import Json

KEPT_SECONDS = 24 * 3600
MAX_KEY_LENGTH = 255


@dataclass(slots=True)
class StoredAnswer:
    """The first request under a key; `status` 0 while it is still being answered."""

    request: str
    created: float
    status: int = 0
    body: bytes = b""
    request_id: str = ""


class IdempotencyKeys:
    """Remembers the answer of each key. Thread-safe, as it decides races between requests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[str, StoredAnswer] = {}

    def begin(self, key: str, request: str, *, now: float) -> StoredAnswer | None:
        """Claim a key for one request; returns the stored answer if there is one already.

        Raises `Refusal` when the key is too long, belongs to another request, or is in use.
        """
        if len(key) > MAX_KEY_LENGTH:
            raise Refusal(
                f"Idempotency keys can be at most {MAX_KEY_LENGTH} characters.",
                kind="idempotency_error",
            )
        with self._lock:
            self._forget_expired(now)
            known = self._answers.get(key)
            if known is None:
                self._answers[key] = StoredAnswer(request=request, created=now)
            else:
                _require_repeatable(known, key, request)
        return known

    def finish(self, key: str, *, status: int, body: bytes, request_id: str) -> None:
        with self._lock:
            answer = self._answers[key]
            answer.status, answer.body, answer.request_id = status, body, request_id

    def release(self, key: str) -> None:
        """Give the key back: its request was refused before anything was done."""
        with self._lock:
            self._answers.pop(key, None)

    def state(self) -> list[Json]:
        with self._lock:
            return [
                {
                    "key": key,
                    "request": answer.request,
                    "created": answer.created,
                    "status": answer.status,
                    "body": answer.body.decode(),
                    "request_id": answer.request_id,
                }
                for key, answer in self._answers.items()
                if answer.status
            ]

    def restore(self, state: list[Json]) -> None:
        with self._lock:
            self._answers = {
                entry["key"]: StoredAnswer(
                    request=entry["request"],
                    created=entry["created"],
                    status=entry["status"],
                    body=entry["body"].encode(),
                    request_id=entry["request_id"],
                )
                for entry in state
            }

    def _forget_expired(self, now: float) -> None:
        """Drop the oldest keys; they lie in order of their creation."""
        while self._answers:
            oldest = next(iter(self._answers))
            answer = self._answers[oldest]
            if answer.created + KEPT_SECONDS > now or not answer.status:
                return
            del self._answers[oldest]


def _require_repeatable(known: StoredAnswer, key: str, request: str) -> None:
    if known.request != request:
        raise Refusal(
            "Keys for idempotent requests can only be used with the same endpoint and "
            f"parameters they were first used with: '{key}' was used for another request.",
            kind="idempotency_error",
        )
    if not known.status:
        raise Refusal(
            f"Another request with the idempotency key '{key}' is in progress.",
            code="idempotency_key_in_use",
            kind="idempotency_error",
            status=409,
        )
