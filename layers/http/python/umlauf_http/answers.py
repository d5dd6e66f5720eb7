"""An answer as it is sent, stored with its command, and sent again byte for byte."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

REPLAYED: Final = "Idempotency-Replayed"
JSON: Final = "application/json"

EXPOSED: Final = ("ETag", REPLAYED, "Location", "Retry-After", "X-Request-Id")
"""Headers that a browser may show to the portal's code."""

SECURITY_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Answer:
    """`body` is the rendered text. `kept_body` is what may be stored of it, where that is less."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    kept_body: str | None = None

    def document(self) -> dict[str, Any]:
        body = self.body if self.kept_body is None else self.kept_body
        return {"status": self.status, "body": body, "headers": dict(self.headers)}

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> "Answer":
        return cls(document["status"], document["body"], document["headers"])

    def replayed(self) -> "Answer":
        return replace(self, headers={**self.headers, REPLAYED: "true"})
