"""AWS calls made in this process reach ministack without a socket.

botocore still builds, signs and parses every request exactly as it does against AWS; only the wire
between is left out, which more than doubles what one machine gets through.
"""

import asyncio
import contextvars
import functools
import io
from collections.abc import Callable, Coroutine, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import botocore.httpsession
import botocore.session
import botocore.useragent
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from urllib3 import HTTPHeaderDict

from local import invocation_context
from local.boot import LOOPBACK, Application, Ministack
from local.errors import LocalCloudError

_SECONDS = 900.0

Send = Callable[[Any, AWSPreparedRequest], AWSResponse]


class Loopback:
    """Answers botocore's requests to the local endpoint in process."""

    def __init__(self, ministack: Ministack, application: Application, port: int) -> None:
        self._ministack = ministack
        self._application = application
        self._hosts = (f"{LOOPBACK}:{port}", f"localhost:{port}")
        self._send: Send | None = None

    def open(self) -> None:
        """Take the local endpoint's requests over from botocore's HTTP session."""
        real_send: Send = botocore.httpsession.URLLib3Session.send
        self._send = real_send

        def send(session: Any, request: AWSPreparedRequest) -> AWSResponse:
            if urlsplit(request.url).netloc in self._hosts:
                return self._answer(request)
            return real_send(session, request)

        botocore.httpsession.URLLib3Session.send = send
        # Every environment has a session of its own; reading AWS's models once is enough for all.
        self._create_loader = botocore.session.create_loader
        botocore.session.create_loader = functools.cache(self._create_loader)
        # Each request says anew, letter by letter, which software sends it.
        self._clean = botocore.useragent.sanitize_user_agent_string_component
        botocore.useragent.sanitize_user_agent_string_component = functools.cache(self._clean)

    def close(self) -> None:
        if self._send is not None:
            botocore.httpsession.URLLib3Session.send = self._send
            botocore.session.create_loader = self._create_loader
            botocore.useragent.sanitize_user_agent_string_component = self._clean
            self._send = None

    def _answer(self, request: AWSPreparedRequest) -> AWSResponse:
        exchange = _Exchange(request)
        work = exchange.run(self._application)
        if _is_for_dynamodb(request):
            # It never waits for anything, so it runs right here: changing threads costs more.
            contextvars.copy_context().run(_finish_at_once, work)
        else:
            asyncio.run_coroutine_threadsafe(work, self._ministack.loop).result(_SECONDS)
        headers = HTTPHeaderDict(exchange.headers)
        return AWSResponse(request.url, exchange.status, headers, _Body(exchange.body))


class _Body(io.BytesIO):
    """A whole body where botocore expects one that still comes in."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()


def _is_for_dynamodb(request: AWSPreparedRequest) -> bool:
    target = request.headers.get("X-Amz-Target", b"")
    text = target if isinstance(target, bytes) else target.encode()
    return text.startswith(b"DynamoDB_")


def _finish_at_once(work: Coroutine[Any, Any, None]) -> None:
    try:
        work.send(None)
    except StopIteration:
        return
    work.close()
    message = "ministack's DynamoDB waited for something, which it never did before"
    raise LocalCloudError(message)


class _Exchange:
    """One request and its answer, in ASGI's terms."""

    def __init__(self, request: AWSPreparedRequest) -> None:
        self._request = request
        self.status = 500
        self.headers: list[tuple[str, str]] = []
        self.body = b""

    async def run(self, application: Application) -> None:
        invocation_context.leave_invocation()
        await application(self._scope(), self._receive, self._collect)

    def _scope(self) -> dict[str, Any]:
        url = urlsplit(self._request.url)
        headers = [(b"host", url.netloc.encode())]
        for name, value in self._request.headers.items():
            text = value if isinstance(value, bytes) else str(value).encode()
            headers.append((name.lower().encode(), text))
        return {
            "type": "http",
            "method": self._request.method,
            "scheme": "http",
            "path": unquote(url.path or "/"),
            "raw_path": (url.path or "/").encode(),
            "query_string": url.query.encode(),
            "headers": headers,
            "client": (LOOPBACK, 0),
        }

    async def _receive(self) -> dict[str, Any]:
        body = self._request.body
        if body is None:
            body = b""
        elif isinstance(body, str):
            body = body.encode()
        elif not isinstance(body, bytes | bytearray):
            body = body.read()
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    async def _collect(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(name.decode(), value.decode()) for name, value in message["headers"]]
        else:
            self.body += message.get("body", b"")
