"""Mail goes out through SES, and the log of it stays in DynamoDB."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError, HTTPClientError, ReadTimeoutError

from tests.collect_fakes import CUSTOMER, NOW, PRICE, a_customer
from tests.functions.deployed import load_function
from umlauf.kernel.work import Work
from umlauf.notifications.errors import PostRefused, PostSilent, PostUnavailable
from umlauf.notifications.model import Channel, Mail, MessageState, Template, Wish
from umlauf.notifications.telling import Told, tell
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.notifications.desk import dynamo_message_desk
from umlauf_adapters.notifications.repositories import DynamoMessages
from umlauf_adapters.notifications.ses_post import SesPost

SENDER = "billing@umlauf.example"
MAIL = Mail(
    "msg_1", CUSTOMER, Template.REMINDER, Channel.EMAIL, "Erinnerung", "Größe", "ada@example.org"
)


class FakeSes:
    def __init__(self, fault: Exception | None = None) -> None:
        self.sent: list[dict[str, Any]] = []
        self.fault = fault

    def send_email(self, **arguments: Any) -> dict[str, str]:
        if self.fault:
            raise self.fault
        self.sent.append(arguments)
        return {"MessageId": f"ses-{len(self.sent)}"}


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "SendEmail")


def test_a_mail_carries_its_message_id_and_no_name() -> None:
    ses = FakeSes()
    assert SesPost(ses, SENDER).send(MAIL) == "ses-1"
    (sent,) = ses.sent
    assert sent["Destination"] == {"ToAddresses": ["ada@example.org"]}
    simple = sent["Content"]["Simple"]
    assert simple["Headers"] == [{"Name": "X-Umlauf-Message", "Value": "msg_1"}]
    assert simple["Body"]["Text"] == {"Data": "Größe", "Charset": "UTF-8"}


def test_a_letter_goes_to_our_own_print_desk() -> None:
    ses = FakeSes()
    letter = Mail("msg_2", CUSTOMER, Template.LETTER, Channel.LETTER, "Mahnung", "Text", None)
    SesPost(ses, SENDER).send(letter)
    assert ses.sent[0]["Destination"] == {"ToAddresses": [SENDER]}
    assert CUSTOMER in ses.sent[0]["Content"]["Simple"]["Subject"]["Data"]


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (refused("MessageRejected"), PostRefused),
        (refused("BadRequestException"), PostRefused),
        (refused("TooManyRequestsException"), PostUnavailable),
        (refused("SendingPausedException"), PostUnavailable),
        (ReadTimeoutError(endpoint_url="any"), PostSilent),
    ],
)
def test_each_fault_says_whether_anything_went_out(
    fault: Exception, named: type[Exception]
) -> None:
    with pytest.raises(named):
        SesPost(FakeSes(fault), SENDER).send(MAIL)


@pytest.fixture
def deaf_service() -> Iterator[tuple[str, list[str]]]:
    """A service that takes every request and hangs up without an answer."""
    requests: list[str] = []

    class HangUp(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            requests.append(self.path)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), HangUp)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", requests
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        client.cache_clear()


def test_a_mail_whose_answer_was_lost_is_not_sent_again_behind_our_back(
    deaf_service: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the function is wired: the message's lease decides, not the client's retries."""
    url, requests = deaf_service
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("SENDER_ADDRESS", SENDER)
    client.cache_clear()
    with pytest.raises(PostSilent):
        load_function("send_messages").desk().post.send(MAIL)
    assert requests == ["/v2/email/outbound-emails"]


def test_other_calls_are_repeated(deaf_service: tuple[str, list[str]]) -> None:
    url, requests = deaf_service
    with pytest.raises(HTTPClientError):
        client("sesv2", url).send_email(Content={})
    assert len(requests) == 3


@pytest.mark.usefixtures("tables")
def test_a_message_is_sent_and_logged_once() -> None:
    client("sesv2").create_email_identity(EmailIdentity=SENDER)
    work = Work(NOW)
    work.put(a_customer())
    DynamoWorks().commit(work)
    desk = dynamo_message_desk(SesPost(client("sesv2"), SENDER))
    wish = Wish(Template.TOPPED_UP, CUSTOMER, "att_1", amount=PRICE)

    assert [tell(wish, desk=desk, now=NOW) for _ in range(2)] == [Told.SENT, Told.BEFORE]
    (logged,) = DynamoMessages().of_customer(CUSTOMER).items
    assert (logged.state, logged.attempts) == (MessageState.SENT, 1)
    assert logged.provider_reference
