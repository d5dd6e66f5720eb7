"""A webhook is taken only from Stripe, and only lately sent."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
import stripe
from hypothesis import assume, given
from hypothesis import strategies as st

from umlauf_integrations.stripe.webhooks import (
    BadSignature,
    UnreadableWebhook,
    read_notice,
    verify_signature,
)

SECRET = "whsec_umlauf"
OLD_SECRET = "whsec_old"
NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
BODY = json.dumps({"id": "evt_1", "type": "payment_intent.succeeded", "amount": "7,00 €"})


def sign(body: str, *, at: datetime = NOW, secret: str = SECRET) -> str:
    """As Stripe's documentation says, written down a second time."""
    seconds = int(at.timestamp())
    mac = hmac.new(secret.encode(), f"{seconds}.{body}".encode(), sha256).hexdigest()
    return f"t={seconds},v1={mac}"


def test_what_stripe_signed_is_taken_as_text_and_as_bytes() -> None:
    verify_signature(BODY, sign(BODY), secret=SECRET, now=NOW)
    verify_signature(BODY.encode(), sign(BODY), secret=SECRET, now=NOW)


def test_one_good_signature_among_others_is_enough_while_a_secret_is_rotated() -> None:
    header = sign(BODY, secret=OLD_SECRET) + "," + sign(BODY).split(",")[1] + ",v0=legacy"
    verify_signature(BODY, header, secret=SECRET, now=NOW)


@given(body=st.text(), secret=st.text(st.characters(codec="ascii"), min_size=1))
def test_the_library_of_stripes_own_agrees(body: str, secret: str) -> None:
    assume(secret.strip())
    header = sign(body, secret=secret)
    verify_signature(body, header, secret=secret, now=NOW)
    assert stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None)


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_an_old_or_future_signature_is_refused(seconds: int) -> None:
    header = sign(BODY, at=NOW - timedelta(seconds=seconds))
    with pytest.raises(BadSignature, match="too old"):
        verify_signature(BODY, header, secret=SECRET, now=NOW)
    verify_signature(BODY, sign(BODY, at=NOW - timedelta(seconds=300)), secret=SECRET, now=NOW)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(None, id="no header"),
        pytest.param("", id="empty"),
        pytest.param(sign(BODY, secret=OLD_SECRET), id="another secret"),
        pytest.param(sign(BODY + " "), id="another body"),
        pytest.param(sign(BODY).replace("v1=", "v0="), id="only a legacy scheme"),
        pytest.param(sign(BODY).split(",")[0], id="no signature"),
        pytest.param(sign(BODY).split(",")[1], id="no time"),
        pytest.param(sign(BODY) + ",t=1", id="two times"),
        pytest.param("t=١٢٣,v1=abc", id="digits no clock writes"),
        pytest.param(f"t={'9' * 400},v1=abc", id="a time beyond all clocks"),
        pytest.param("t=12,v1=äöü", id="not even ascii"),
        pytest.param(sign(BODY) + ",v1=x" * 50, id="a flood of signatures"),
        pytest.param("💥", id="noise"),
    ],
)
def test_anything_else_is_refused(header: str | None) -> None:
    with pytest.raises(BadSignature):
        verify_signature(BODY, header, secret=SECRET, now=NOW)


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_without_a_secret_nothing_is_taken(blank: str) -> None:
    with pytest.raises(BadSignature, match="no secret"):
        verify_signature(BODY, sign(BODY, secret=blank), secret=blank, now=NOW)


def event(thing: object, kind: str = "any.type") -> str:
    return json.dumps({"id": "evt_1", "type": kind, "data": {"object": thing}})


@pytest.mark.parametrize(
    ("thing", "reference"),
    [
        pytest.param({"object": "payment_intent", "id": "pi_1"}, "pi_1", id="payment intent"),
        pytest.param(
            {"object": "charge", "id": "ch_1", "payment_intent": "pi_1"}, "pi_1", id="charge"
        ),
        pytest.param(
            {"object": "dispute", "id": "dp_1", "payment_intent": "pi_1"}, "pi_1", id="dispute"
        ),
        pytest.param({"object": "charge", "id": "ch_1"}, None, id="charge of no intent"),
        pytest.param({"object": "setup_intent", "id": "seti_1"}, None, id="setup intent"),
        pytest.param({"object": "novelty", "id": "x_1"}, None, id="not invented yet"),
    ],
)
def test_a_webhook_says_which_payment_to_look_at(thing: object, reference: str | None) -> None:
    assert read_notice(event(thing)).payment_reference == reference


@pytest.mark.parametrize(
    ("kind", "is_news"),
    [
        ("payment_intent.created", False),
        ("charge.pending", False),
        ("payment_intent.processing", True),
        ("charge.succeeded", False),
        ("payment_intent.succeeded", True),
        ("charge.failed", False),
        ("payment_intent.payment_failed", True),
        ("payment_intent.canceled", True),
        ("charge.refunded", True),
        ("charge.dispute.created", True),
    ],
)
def test_what_the_payment_intent_says_itself_is_looked_at_once(kind: str, *, is_news: bool) -> None:
    thing = {"object": "charge", "id": "ch_1", "payment_intent": "pi_1"}
    assert (read_notice(event(thing, kind)).payment_reference is not None) == is_news


@pytest.mark.parametrize("body", ["", "[]", "null", '"text"', "{}", event(None), event([1])])
def test_a_body_that_is_no_event_is_refused(body: str) -> None:
    with pytest.raises(UnreadableWebhook):
        read_notice(body)
