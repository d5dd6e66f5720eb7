"""One key, one act: repeated, raced, altered, lost and expired."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests
import stripe

from tests.local.stripe_standin.world import API_KEY, World, client_of, eventually

BODY = "amount=7990&currency=eur&metadata[invoice]=INV-1"


def _post(world: World, body: str, key: str, path: str = "payment_intents") -> requests.Response:
    return requests.post(
        f"{world.standin.url}/v1/{path}",
        data=body,
        headers={"Authorization": f"Bearer {API_KEY}", "Idempotency-Key": key},
        timeout=8,
    )


def _intents(world: World) -> list[stripe.PaymentIntent]:
    return world.client.v1.payment_intents.list({"limit": 100}).data


def test_the_first_answer_is_replayed_byte_for_byte(world: World) -> None:
    first = _post(world, BODY, "k1")
    world.advance(timedelta(hours=1))

    again = _post(world, BODY, "k1")
    reordered = _post(world, "&".join(reversed(BODY.split("&"))), "k1")

    assert first.content == again.content == reordered.content
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Original-Request"] == first.headers["Request-Id"]
    assert len(_intents(world)) == 1


def test_a_decline_is_replayed_too(world: World) -> None:
    customer = world.customer()
    card = world.saved_card(customer)
    world.standin.control.decline_next(customer)
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            world.collect(customer, card, key="k1")

    assert world.collect(customer, card, key="k2").status == "succeeded"
    assert len(world.client.v1.charges.list().data) == 2


@pytest.mark.parametrize(
    ("body", "path"),
    [
        pytest.param("description=two", "setup_intents", id="other parameter"),
        pytest.param("description=one", "customers", id="other endpoint"),
    ],
)
def test_a_key_with_another_request_is_an_error(world: World, body: str, path: str) -> None:
    assert _post(world, "description=one", "k1", "setup_intents").status_code == 200

    refused = _post(world, body, "k1", path)

    assert refused.status_code == 400
    assert refused.json()["error"]["type"] == "idempotency_error"
    assert len(world.client.v1.events.list().data) == 1


def test_a_request_refused_before_it_acted_does_not_use_up_its_key(world: World) -> None:
    assert _post(world, "amount=7990&currency=eur&colour=red", "k1").status_code == 400

    assert _post(world, BODY, "k1").status_code == 200


def test_a_key_is_forgotten_after_a_day(world: World) -> None:
    first = _post(world, BODY, "k1").json()["id"]
    world.advance(timedelta(hours=24) - timedelta(seconds=1))
    assert _post(world, BODY, "k1").json()["id"] == first

    world.advance(timedelta(seconds=1))

    assert _post(world, BODY, "k1").json()["id"] != first
    assert len(_intents(world)) == 2


def test_a_second_request_meanwhile_conflicts_and_then_replays(world: World) -> None:
    world.standin.control.go_down(requests=1, mode="hang", seconds=0.3)
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(_post, world, BODY, "k1")
        eventually(lambda: world.standin.control.status()["objects"]["payment_intent"] == 1)
        meanwhile = _post(world, BODY, "k1")

    assert meanwhile.status_code == 409
    assert meanwhile.json()["error"]["code"] == "idempotency_key_in_use"
    assert _post(world, BODY, "k1").content == slow.result().content


def test_of_many_requests_at_once_with_one_key_one_acts(world: World) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: _post(world, BODY, "k1"), range(48)))

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len({answer.content for answer in answers if answer.status_code == 200}) == 1
    assert len(_intents(world)) == 1


@pytest.mark.parametrize("mode", ["refuse", "lose_answer"])
def test_the_librarys_retry_survives_an_outage_without_paying_twice(
    world: World, mode: str
) -> None:
    customer = world.customer()
    card = world.saved_card(customer)
    world.client = client_of(world.standin, retries=2)
    world.standin.control.go_down(requests=1, mode=mode)

    intent = world.collect(customer, card, key="charge-1")

    assert intent.status == "succeeded"
    assert len(world.client.v1.charges.list().data) == 1


def test_an_answer_can_be_lost_after_the_act(world: World) -> None:
    customer = world.customer()
    card = world.saved_card(customer)
    world.standin.control.go_down(requests=1, mode="lose_answer")

    with pytest.raises(stripe.APIConnectionError):
        world.collect(customer, card, key="charge-1")

    assert world.collect(customer, card, key="charge-1").status == "succeeded"
    assert len(world.client.v1.charges.list().data) == 1
