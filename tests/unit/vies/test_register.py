"""What VIES says, and what counts as no answer: against a server that says it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from umlauf.customers.errors import VatRegisterUnavailable
from umlauf_integrations.vies.register import ViesRegister, vat_id_register

Reply = tuple[int, bytes]


@contextmanager
def vies(reply: Callable[[str], Reply]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = reply(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/rest-api"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def says(error: str, *, is_valid: bool) -> Reply:
    return 200, json.dumps({"isValid": is_valid, "userError": error}).encode()


def test_an_id_is_asked_for_by_its_country_and_number() -> None:
    known = {"/rest-api/ms/DE/vat/136695976", "/rest-api/ms/EL/vat/123456783"}

    def reply(path: str) -> Reply:
        return says("VALID", is_valid=True) if path in known else says("INVALID", is_valid=False)

    with vies(reply) as base:
        register = ViesRegister(f"{base}/")
        assert register.is_registered("DE136695976")
        assert register.is_registered("EL123456783")
        assert not register.is_registered("DE111111125")


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(says("MS_UNAVAILABLE", is_valid=False), id="the state is away"),
        pytest.param(says("MS_MAX_CONCURRENT_REQ", is_valid=False), id="too many ask"),
        pytest.param(says("INVALID", is_valid=True), id="it contradicts itself"),
        pytest.param((500, b"{}"), id="an error"),
        pytest.param((302, b""), id="it sends us elsewhere"),
        pytest.param((200, b"<html>"), id="a page"),
        pytest.param((200, b"[]"), id="a list"),
        pytest.param((200, b'{"isValid": []}'), id="nonsense"),
    ],
)
def test_what_is_no_plain_answer_never_means_not_registered(reply: Reply) -> None:
    with vies(lambda _: reply) as base, pytest.raises(VatRegisterUnavailable):
        ViesRegister(base).is_registered("DE136695976")


def test_a_register_that_is_gone_or_was_never_there_is_away() -> None:
    with vies(lambda _: (200, b"")) as base:
        gone = base
    for register in (vat_id_register(gone), vat_id_register(None), vat_id_register("")):
        with pytest.raises(VatRegisterUnavailable):
            register.is_registered("DE136695976")


@pytest.mark.parametrize("address", ["ftp://vies.example", "vies.example", "file:///etc/passwd"])
def test_only_the_web_is_asked(address: str) -> None:
    with pytest.raises(ValueError, match="must be a URL"):
        ViesRegister(address)
