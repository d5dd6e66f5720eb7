"""Stripe's webhooks: is it really theirs, and which payment is it about?

The signature is checked by hand, for the public API would pay for importing the library with every
cold start. What a webhook says about a payment is never believed: it is only a reason to look.
"""

import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from umlauf.kernel.errors import InvalidInput

TOLERANCE: Final = timedelta(seconds=300)
MAX_SIGNATURES: Final = 8
"""While a secret is rotated there are two; a header with ever more is somebody trying."""

_ABOUT_A_PAYMENT: Final = frozenset({"payment_intent", "charge", "dispute"})
_ECHOES: Final = frozenset(
    {"payment_intent.created", "charge.pending", "charge.succeeded", "charge.failed"}
)
"""What we did ourselves, and what a webhook of the payment intent's own says in the same moment."""


class BadSignature(InvalidInput):
    code = "webhooks.bad_signature"


class UnreadableWebhook(InvalidInput):
    code = "webhooks.unreadable"


@dataclass(frozen=True, slots=True)
class Notice:
    """One webhook event. `payment_reference` is None if it brings no news about a payment."""

    event_id: str
    type: str
    payment_reference: str | None


def verify_signature(
    raw_body: str | bytes, header: str | None, *, secret: str, now: datetime
) -> None:
    """Raise BadSignature unless the header proves that Stripe sent exactly this, lately.

    `header` is `t=<seconds>,v1=<hmac>[,v1=…]`; the body must be as received, byte for byte.
    """
    if not secret.strip():
        # Anybody can sign with nothing.
        raise BadSignature("no secret is set to check the signature with")
    sent_at, signatures = _parse(header or "")
    body = raw_body.encode() if isinstance(raw_body, str) else raw_body
    expected = hmac.new(secret.encode(), b"%d." % sent_at + body, sha256).hexdigest()
    # Every one is compared in constant time; bytes, because text must be ASCII for that.
    matches = [hmac.compare_digest(expected.encode(), given.encode()) for given in signatures]
    if not any(matches):
        raise BadSignature("the signature does not match the body", field="Stripe-Signature")
    if abs(now.timestamp() - sent_at) > TOLERANCE.total_seconds():
        raise BadSignature(
            "the signature is too old; send the webhook again", field="Stripe-Signature"
        )


def read_notice(raw_body: str | bytes) -> Notice:
    """What a verified webhook is about. Raises UnreadableWebhook."""
    try:
        event = json.loads(raw_body)
        thing = event["data"]["object"]
        reference = _payment_reference(thing)
        is_echo = event["type"] in _ECHOES
        return Notice(str(event["id"]), str(event["type"]), None if is_echo else reference)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnreadableWebhook(f"not an event of Stripe's: {error!r}", field="body") from error


def _payment_reference(thing: dict[str, Any]) -> str | None:
    kind = thing["object"]
    if kind not in _ABOUT_A_PAYMENT:
        return None
    reference = thing["id"] if kind == "payment_intent" else thing.get("payment_intent")
    return str(reference) if reference else None


def _parse(header: str) -> tuple[int, list[str]]:
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    signatures = [value for name, _, value in parts if name == "v1"]
    # isdecimal alone would let through digits that no clock writes.
    if (
        len(times) != 1
        or not (times[0].isascii() and times[0].isdecimal() and len(times[0]) <= 12)  # noqa: PLR2004
        or not 1 <= len(signatures) <= MAX_SIGNATURES
    ):
        raise BadSignature("send the Stripe-Signature header as Stripe does", field="header")
    return int(times[0]), signatures
