"""Every event arrives, signed and in order, unless somebody asked for trouble."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import stripe
import time_machine

from local.stripe_standin.webhooks import RETRY_DELAYS_SECONDS
from tests.local.stripe_standin.world import IBAN_PAYS, SECRET, Endpoint, World, running_world

PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def _pay(world: World) -> str:
    customer = world.customer()
    return world.collect(customer, world.saved_card(customer)).id


def _names(endpoint: Endpoint) -> list[str]:
    return [
        received.event().data.object["name"]
        for received in endpoint.received
        if received.event().type == "customer.created"
    ]


def test_a_webhook_is_signed_over_its_raw_body_at_the_clocks_time(world: World) -> None:
    world.customer()
    world.settle()
    [received] = world.endpoint.received

    with time_machine.travel(world.clock.time + timedelta(minutes=4), tick=False):
        event = stripe.Webhook.construct_event(received.body, received.signature, SECRET)
    with (
        time_machine.travel(world.clock.time + timedelta(minutes=6), tick=False),
        pytest.raises(stripe.SignatureVerificationError, match="tolerance"),
    ):
        stripe.Webhook.construct_event(received.body, received.signature, SECRET)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(
            received.body.replace(b"Ada", b"Eve"), received.signature, SECRET, tolerance=0
        )

    assert event.type == "customer.created"
    assert event.created == int(world.clock.time.timestamp())
    assert json.loads(received.body) == world.client.v1.events.retrieve(event.id).to_dict()


def test_events_arrive_in_order_and_say_which_request_caused_them(world: World) -> None:
    customer = world.customer()
    card = world.saved_card(customer)
    world.collect(customer, card, key="charge-1")
    world.settle()

    assert world.endpoint.types()[-3:] == PAID
    last = world.endpoint.received[-1].event()
    assert last.request is not None
    assert last.request.idempotency_key == "charge-1"
    assert last.data.object["latest_charge"] is not None
    assert world.endpoint.received[-3].event().data.object["latest_charge"] is None


def test_a_delivery_is_repeated_until_the_endpoint_takes_it(world: World) -> None:
    world.endpoint.statuses = [500, 404, 503]
    world.customer()
    world.settle()
    assert len(world.endpoint.received) == 1

    world.advance(timedelta(seconds=sum(RETRY_DELAYS_SECONDS[:3]) - 1))
    assert len(world.endpoint.received) == 3
    world.advance(timedelta(seconds=1))

    bodies = {received.body for received in world.endpoint.received}
    stamps = {received.signature for received in world.endpoint.received}
    assert len(world.endpoint.received) == 4
    assert (len(bodies), len(stamps)) == (1, 4)
    assert world.standin.next_due(world.clock.time.timestamp()) is None


def test_retries_end_within_three_days(world: World) -> None:
    attempts = 1 + len(RETRY_DELAYS_SECONDS)
    world.endpoint.statuses = [500] * 50
    world.customer()
    world.settle()

    world.advance(timedelta(days=3))

    assert len(world.endpoint.received) == attempts
    assert world.standin.next_due(world.clock.time.timestamp()) is None


def test_an_endpoint_that_does_not_answer_gets_its_events_later(world: World) -> None:
    elsewhere = Endpoint()
    elsewhere.close()
    world.standin.deliver_to(elsewhere.url)
    made = world.customer()
    world.settle()

    own = world.client.v1.webhook_endpoints.list().data[0]
    assert own.url == elsewhere.url
    assert world.standin.control.deliveries()["data"][-1]["outcome"] == "failed: no answer"
    assert world.standin.control.status()["pending_deliveries"] == 1
    assert made


def test_deliveries_can_be_dropped_repeated_and_reordered(world: World) -> None:
    control = world.standin.control

    control.trouble_webhooks("drop", deliveries=1)
    world.customer("Dropped")
    control.trouble_webhooks("repeat", deliveries=1, types=["customer.created"])
    world.customer("Twice")
    control.trouble_webhooks("reorder", deliveries=3)
    for name in ("One", "Two", "Three", "Four"):
        world.customer(name)
    world.settle()

    assert _names(world.endpoint) == ["Twice", "Twice", "Three", "Two", "One", "Four"]
    twice = [received.event().id for received in world.endpoint.received[:2]]
    assert twice[0] == twice[1]


def test_a_reordering_without_enough_events_ends_by_itself(world: World) -> None:
    world.standin.control.trouble_webhooks("reorder", deliveries=5)
    world.customer("One")
    world.customer("Two")
    world.settle()
    assert world.endpoint.received == []

    world.advance(timedelta(minutes=1))

    assert _names(world.endpoint) == ["Two", "One"]


def test_an_endpoint_of_its_own_gets_what_it_asked_for(world: World) -> None:
    other = Endpoint()
    made = world.client.v1.webhook_endpoints.create(
        {"url": other.url, "enabled_events": ["payment_intent.succeeded"]}
    )
    _pay(world)
    world.settle()
    world.client.v1.webhook_endpoints.delete(made.id)
    _pay(world)
    world.settle()
    other.close()

    [received] = other.received
    assert made.secret is not None
    event = stripe.Webhook.construct_event(
        received.body, received.signature, made.secret, tolerance=0
    )
    assert event.type == "payment_intent.succeeded"
    assert event.pending_webhooks == 2
    with pytest.raises(stripe.InvalidRequestError, match="loopback"):
        world.client.v1.webhook_endpoints.create(
            {"url": "http://example.com/hook", "enabled_events": ["*"]}
        )


def test_deliveries_keep_their_place_in_the_line_of_the_clocks_owner() -> None:
    """The local cloud hands out places when work is asked for, and waits until all were used."""
    asked: list[int] = []
    done: list[int] = []

    def in_line(job: Callable[[], None]) -> Callable[[], None]:
        place = len(asked)
        asked.append(place)

        def run() -> None:
            job()
            done.append(place)

        return run

    with running_world(in_line) as world:
        customer = world.customer()
        world.collect(customer, world.saved_account(customer, IBAN_PAYS))
        world.settle()

        assert world.endpoint.types()[-2:] == ["charge.succeeded", "payment_intent.succeeded"]
        # One job more than events: the debit that settled at once.
        assert asked == done == list(range(len(world.endpoint.received) + 1))
