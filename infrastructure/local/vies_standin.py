"""The EU's register of VAT ids for one machine: it knows every id but those it is told to forget.

It speaks what the code asks of VIES: `GET /ms/<country>/vat/<number>` answers `isValid` and
`userError`. A state that is away answers with an error of its own, as in production.
"""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

HOST: Final = "127.0.0.1"
_PATH: Final = re.compile(r"/ms/([A-Z]{2})/vat/([0-9A-Z+*]{2,12})")
_STOP_SECONDS: Final = 5


class ViesStandIn:
    """`forgotten` holds ids with their country that nobody has; `away` countries do not answer."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self.forgotten: set[str] = set()
        self.away: set[str] = set()

    @property
    def url(self) -> str:
        if self._server is None:
            raise RuntimeError("the VIES stand-in has not been started")
        return f"http://{HOST}:{self._server.server_address[1]}"

    def start(self) -> "ViesStandIn":
        """Bind and serve. Raises `OSError` when the port is taken."""
        standin = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, answer = standin.answer(self.path)
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's
                """Say nothing: the functions log what they ask."""

        self._server = ThreadingHTTPServer((HOST, self._port), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="vies-standin", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving; stopping twice is no harm."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_STOP_SECONDS)
        self._server = self._thread = None

    def answer(self, path: str) -> tuple[int, dict[str, object]]:
        """Status and body of one question."""
        asked = _PATH.fullmatch(path)
        if asked is None:
            return 404, {"errorWrappers": [{"error": "NOT_FOUND"}]}
        country, number = asked.groups()
        if country in self.away:
            return 200, {"isValid": False, "userError": "MS_UNAVAILABLE", "vatNumber": number}
        is_valid = f"{country}{number}" not in self.forgotten
        error = "VALID" if is_valid else "INVALID"
        return 200, {"isValid": is_valid, "userError": error, "vatNumber": number}
