"""Only what Stripe signed, lately and exactly so, reaches the queue."""

import hmac
import json
from hashlib import sha256

import pytest

from tests.functions.api_world import WEBHOOK_SECRET, World
from tests.functions.gateway import Reply
from umlauf_adapters.kernel.aws_clients import client

EVENT = json.dumps(
    {
        "id": "evt_1",
        "type": "payment_intent.succeeded",
        "data": {"object": {"object": "payment_intent", "id": "pi_1", "note": "Grüße"}},
    },
    ensure_ascii=False,
)

OTHER_SECRET = "whsec_other"


def signature(world: World, body: str = EVENT, secret: str = WEBHOOK_SECRET, age: int = 0) -> str:
    sent_at = int(world.now.timestamp()) - age
    digest = hmac.new(secret.encode(), f"{sent_at}.{body}".encode(), sha256).hexdigest()
    return f"t={sent_at},v1={digest}"


def deliver(world: World, header: str, body: str = EVENT) -> Reply:
    return world.public.post("/v1/webhooks/stripe", body, Stripe_Signature=header)


def queued(world: World) -> list[str]:
    """What came since the last look."""
    answer = client("sqs").receive_message(
        QueueUrl=world.queue_url, MaxNumberOfMessages=10, VisibilityTimeout=3600
    )
    return [message["Body"] for message in answer.get("Messages", [])]


def test_a_signed_webhook_is_queued_as_it_came(world: World) -> None:
    assert deliver(world, signature(world)).status == 204
    assert queued(world) == [EVENT]


def test_a_repeated_webhook_is_queued_again_for_the_inbox_to_tell(world: World) -> None:
    queued(world)
    header = signature(world)
    assert [deliver(world, header).status, deliver(world, header).status] == [204, 204]
    assert len(queued(world)) == 2


@pytest.mark.parametrize("fault", ["missing", "garbage", "other secret", "old", "other body"])
def test_a_forged_webhook_is_refused(world: World, fault: str) -> None:
    header = {
        "missing": "",
        "garbage": "t=now,v1=abc",
        "other secret": signature(world, secret=OTHER_SECRET),
        "old": signature(world, age=301),
        "other body": signature(world, body=EVENT.replace("evt_1", "evt_2")),
    }[fault]
    refused = deliver(world, header)
    assert (refused.status, refused.code) == (400, "webhooks.bad_signature")
    assert queued(world) == []


def test_a_signed_webhook_that_is_no_event_is_refused(world: World) -> None:
    refused = deliver(world, signature(world, "[]"), "[]")
    assert (refused.status, refused.code) == (400, "webhooks.unreadable")
    assert queued(world) == []
