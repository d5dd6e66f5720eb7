"""Where mails and text messages end up: nothing leaves this machine, everything can be read."""

# ruff: noqa: SLF001 - ministack offers nothing public for this; self_test guards each name

import html
from datetime import UTC, datetime
from typing import Any

from local.boot import Ministack
from local.front import Page, Request
from local.patches import Patches

Message = dict[str, Any]


class Inbox:
    """What SES and SNS were asked to send to people."""

    def __init__(self, ministack: Ministack) -> None:
        self._ministack = ministack

    def watch(self, patches: Patches) -> None:
        """Take every sender as verified: verifying one is an operator's act in the real account."""
        patches.replace(self._ministack.ses, "_message_rejection", lambda *_: None)
        patches.replace(self._ministack.ses_v2, "_message_rejection", lambda *_: None)

    def messages(self) -> list[Message]:
        """Mails, then text messages, each in the order in which it was sent."""
        messages: list[Message] = self._ministack.call_scoped(self._read)
        return messages

    def answer(self, request: Request) -> Any:
        """JSON, or a page when a browser asks."""
        if "text/html" in request.headers.get("accept", ""):
            return Page(_page(self.messages()))
        return {"items": self.messages()}

    def state(self) -> list[dict[str, Any]]:
        """The mails, which ministack does not save; it does save text messages."""
        return list(self._ministack.call_scoped(self._ministack.ses._sent_emails_list))

    def restore(self, state: list[dict[str, Any]]) -> None:
        self._ministack.call_scoped(self._ministack.ses._sent_emails_list).extend(state)

    def _read(self) -> list[Message]:
        mails = [
            {
                "channel": "email",
                "sent_at": _instant(mail["Timestamp"]),
                "from": mail.get("Source", ""),
                "to": [*mail.get("To", []), *mail.get("CC", []), *mail.get("BCC", [])],
                "subject": mail.get("Subject", ""),
                "text": mail.get("BodyText") or mail.get("RawMessage") or "",
                "html": mail.get("BodyHtml", ""),
            }
            for mail in self._ministack.ses._sent_emails_list()
        ]
        texts = [
            {"channel": "sms", "to": [number], "subject": "", "text": message["Message"]}
            for number, sent in self._ministack.sns._sms_messages.items()
            for message in sent
        ]
        return [*mails, *texts]


def _instant(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, UTC).isoformat().replace("+00:00", "Z")


def _page(messages: list[Message]) -> str:
    rows = "".join(
        "<article><header>"
        f"<b>{html.escape(message['subject'] or message['channel'])}</b> "
        f"<small>{html.escape(message.get('sent_at', ''))} to "
        f"{html.escape(', '.join(message['to']))}</small></header>"
        f"<pre>{html.escape(message['text'])}</pre></article>"
        for message in reversed(messages)
    )
    return (
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>Inbox</title>"
        "<style>body{font:16px system-ui;max-width:50rem;margin:2rem auto}"
        "article{border-top:1px solid #ccc;padding:1rem 0}pre{white-space:pre-wrap}</style>"
        f"<h1>Inbox ({len(messages)})</h1>{rows or '<p>Nothing was sent yet.</p>'}</html>"
    )
