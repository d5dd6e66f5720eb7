"""The API functions as one WSGI application behind a gateway that takes marks for tokens.

`Authorization: Bearer customer` and `Bearer staff` stand for verified tokens; without one the
functions see no claims, as behind API Gateway.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from tests.functions.gateway import Gateway

StartResponse = Callable[[str, list[tuple[str, str]]], object]


@dataclass
class WsgiGateway:
    """`callers` maps the Authorization header to who is calling."""

    callers: Mapping[str | None, Gateway]

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        gateway = self.callers.get(environ.get("HTTP_AUTHORIZATION"), self.callers[None])
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else None
        # Quoted again as it came in: a `?` or `#` in an id does not end the path.
        path = quote(environ["PATH_INFO"], encoding="latin-1")
        query = environ.get("QUERY_STRING", "")
        reply = gateway.send(
            environ["REQUEST_METHOD"],
            f"{path}?{query}" if query else path,
            body,
            _headers(environ),
        )
        status = f"{reply.status} {HTTPStatus(reply.status).phrase}"
        start_response(status, list(reply.headers.items()))
        return [reply.text.encode()]


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    found = {
        name.removeprefix("HTTP_").replace("_", "-").title(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        found["Content-Type"] = environ["CONTENT_TYPE"]
    return found
