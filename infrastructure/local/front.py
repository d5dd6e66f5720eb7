"""The one HTTP port: the deployed API under /v1, the control API under /_umlauf, else AWS."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from local.boot import Application
from local.errors import LocalCloudError

CONTROL = "/_umlauf"
_API = "/v1"
_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Request:
    """A request to the control API."""

    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """An answer for a person's browser."""

    html: str


class BadRequest(Exception):
    """The control API was asked for something impossible; the message says what."""


Handler = Callable[[Request], Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Front:
    """The ASGI application in front of ministack."""

    def __init__(self, aws: Application, api_path: Callable[[], str | None]) -> None:
        self._aws = aws
        self._api_path = api_path
        self._handlers: dict[tuple[str, str], Handler] = {}

    def add(self, method: str, path: str, handler: Handler) -> None:
        """Serve `path` (below /_umlauf) with `handler`, which may take its time."""
        self._handlers[method.upper(), CONTROL + path.removeprefix(CONTROL)] = handler

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _acknowledge_lifespan(receive, send)
            return
        path = scope.get("path", "")
        if path == _API or path.startswith(f"{_API}/"):
            await self._serve_api(scope, receive, send)
        elif path == CONTROL or path.startswith(f"{CONTROL}/"):
            await self._control(scope, receive, send)
        else:
            await self._aws(scope, receive, send)

    async def _serve_api(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        prefix = self._api_path()
        if prefix is None:
            await _answer(send, 503, _problem(503, "the API is not deployed yet"))
            return
        raw = scope.get("raw_path") or scope["path"].encode()
        inner = {**scope, "path": prefix + scope["path"], "raw_path": prefix.encode() + raw}
        await self._aws(inner, receive, send)

    async def _control(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        methods = [method for method, path in self._handlers if path == scope["path"]]
        handler = self._handlers.get((scope["method"], scope["path"]))
        if handler is None:
            status = 405 if methods else 404
            text = f"{scope['path']} allows {', '.join(methods)}" if methods else "no such path"
            await _answer(send, status, _problem(status, text))
            return
        try:
            request = await _read(scope, receive)
            result = await asyncio.to_thread(handler, request)
        except (BadRequest, LocalCloudError) as error:
            status = 400 if isinstance(error, BadRequest) else 409
            await _answer(send, status, _problem(status, str(error)))
        except Exception as error:  # noqa: BLE001 - a person at the other end gets an answer
            text = f"{type(error).__name__}: {error}"
            await _answer(send, 500, _problem(500, text))
        else:
            await _answer(send, 200, result)


async def _read(scope: dict[str, Any], receive: Any) -> Request:
    content = b""
    while True:
        message = await receive()
        content += message.get("body", b"")
        if len(content) > _MOST_BYTES:
            text = "the body is too large"
            raise BadRequest(text)
        if not message.get("more_body"):
            break
    try:
        body = json.loads(content) if content else {}
    except ValueError as error:
        text = f"the body is not JSON: {error}"
        raise BadRequest(text) from error
    if not isinstance(body, dict):
        text = "the body must be a JSON object"
        raise BadRequest(text)
    return Request(
        query=dict(parse_qsl(scope.get("query_string", b"").decode("utf-8", "replace"))),
        body=body,
        headers={
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        },
    )


def _problem(status: int, detail: str) -> dict[str, Any]:
    titles = {
        400: "Bad request",
        404: "Not found",
        405: "Method not allowed",
        409: "Conflict",
        500: "Internal error",
        503: "Not ready",
    }
    return {"type": "about:blank", "title": titles[status], "status": status, "detail": detail}


async def _answer(send: Send, status: int, result: Any) -> None:
    if isinstance(result, Page):
        kind, content = b"text/html; charset=utf-8", result.html.encode()
    else:
        kind = b"application/json" if status < 400 else b"application/problem+json"  # noqa: PLR2004
        content = json.dumps(result, ensure_ascii=False, default=str).encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _acknowledge_lifespan(receive: Any, send: Send) -> None:
    """Ministack's own start-up and shutdown are done by `boot`, which knows the parts we use."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
