"""A request as API Gateway hands it over, read within bounds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalice.app import Request

from umlauf_http.answers import JSON
from umlauf_http.problems import Refusal

MAX_JSON_BYTES: Final = 64 * 1024
MAX_RAW_BYTES: Final = 256 * 1024
"""What fits a queue message together with its envelope is the most a webhook may bring."""


@dataclass(frozen=True)
class Incoming:
    path_parameters: Mapping[str, str]
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    body: bytes
    claims: Mapping[str, Any] | None

    @classmethod
    def of(cls, request: Request) -> "Incoming":
        raw = request.raw_body
        return cls(
            path_parameters=request.uri_params or {},
            query=_query(request),
            headers=request.headers,
            body=raw if isinstance(raw, bytes) else raw.encode(),
            claims=(request.context.get("authorizer") or {}).get("claims"),
        )

    def json_body(self) -> Any:
        """The parsed body. Raises Refusal 400, 413 or 415."""
        if self.headers.get("content-type", JSON).split(";")[0].strip().lower() != JSON:
            raise Refusal(415, "request.unsupported_media_type", f"send {JSON}")
        self.require_size(MAX_JSON_BYTES)
        try:
            return json.loads(self.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise Refusal(
                400, "request.malformed_json", "the body is not JSON; check its syntax and encoding"
            ) from None

    def require_size(self, limit: int) -> None:
        if len(self.body) > limit:
            raise Refusal(413, "request.body_too_large", f"the body may have at most {limit} bytes")


def _query(request: Request) -> dict[str, Any]:
    """One value as text, several as a list: a parameter given twice fails its validation."""
    if request.query_params is None:
        return {}
    values = {name: request.query_params.getlist(name) for name in request.query_params}
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
