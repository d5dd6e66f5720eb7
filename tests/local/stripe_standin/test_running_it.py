"""The same run twice is the same run; a saved one goes on; a stopped one leaves nothing."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests

from local.stripe_standin.server import StripeStandIn
from tests.local.stripe_standin.world import (
    API_KEY,
    IBAN_PAYS_IN_DAYS,
    SECRET,
    World,
    eventually,
    running_world,
)


def _story(world: World, order: list[int]) -> tuple[dict[str, str], list[str]]:
    """Debit customers at the same time, in some order.

    Returns what each idempotency key made, and the events of the settlements days later in order.
    """
    customers = [world.customer(f"C{number}") for number in range(6)]
    accounts = [world.saved_account(customer, IBAN_PAYS_IN_DAYS) for customer in customers]

    def charge(number: int) -> tuple[str, str]:
        key = f"charge-{number}"
        return key, world.collect(customers[number], accounts[number], key=key).id

    with ThreadPoolExecutor(4) as pool:
        made = dict(pool.map(charge, order))
    world.settle()
    so_far = len(world.endpoint.received)
    world.advance(timedelta(days=7))
    return made, [received.event().id for received in world.endpoint.received[so_far:]]


def test_racing_requests_have_the_same_outcome_in_every_run() -> None:
    with running_world() as first, running_world() as second:
        made, settled = _story(first, [0, 1, 2, 3, 4, 5])

        assert (made, settled) == _story(second, [3, 5, 1, 0, 4, 2])
        assert len(settled) == 12


def test_a_saved_state_goes_on_elsewhere(world: World) -> None:
    customer = world.customer()
    account = world.saved_account(customer, IBAN_PAYS_IN_DAYS)
    world.standin.control.return_debits(customer, after_days=3, reason="AM04")
    debit = world.collect(customer, account, key="charge-1")
    world.settle()
    world.endpoint.statuses = [500]
    world.customer("Bob")
    world.settle()
    saved = json.loads(json.dumps(world.standin.state()))

    with running_world() as later:
        later.standin.restore(saved)
        replayed = later.collect(customer, account, key="charge-1")
        later.advance(timedelta(days=3))

        failed = later.client.v1.payment_intents.retrieve(debit.id)
        assert replayed.to_dict() == debit.to_dict()
        assert failed.status == "requires_payment_method"
        assert later.endpoint.types() == [
            "customer.created",
            "charge.failed",
            "payment_intent.payment_failed",
        ]
        assert (
            later.standin.state()["account"]["tables"].keys() == saved["account"]["tables"].keys()
        )


def test_a_state_of_another_version_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="version"):
        world.standin.restore({"version": 0})


def test_it_listens_on_loopback_only_and_stops_without_a_trace() -> None:
    before = set(threading.enumerate())
    with running_world() as world:
        world.customer()
        address = urlsplit(world.standin.url)
        taken = StripeStandIn(
            address.port or 0, api_key=API_KEY, now=world.clock.now, webhook_secret=SECRET
        )
        with pytest.raises(OSError, match="in use"):
            taken.start()

    assert address.hostname == "127.0.0.1"
    eventually(lambda: set(threading.enumerate()) <= before)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", address.port or 0)) != 0


@pytest.mark.parametrize(
    ("path", "body", "status", "param"),
    [
        ("declines", {"customer": "cus_nobody"}, 400, "customer"),
        ("declines", {}, 400, "customer"),
        ("declines", {"customer": "x", "decline_code": "bad_mood"}, 400, "decline_code"),
        ("declines", {"customer": "x", "times": "twice"}, 400, "times"),
        ("declines", {"customer": "x", "times": 0}, 400, "times"),
        ("declines", {"customer": "x", "why": "so"}, 400, "why"),
        (
            "planned_debit_returns",
            {"customer": "x", "after_days": 15, "reason": "AM04"},
            400,
            "after_days",
        ),
        (
            "planned_debit_returns",
            {"customer": "x", "after_days": 1, "reason": "ZZ99"},
            400,
            "reason",
        ),
        ("outages", {"requests": 1, "mode": "explode"}, 400, "mode"),
        ("outages", {"requests": 1, "mode": "hang", "seconds": 31}, 400, "seconds"),
        ("webhook_troubles", {"trouble": "drop", "deliveries": 1, "types": "x"}, 400, "types"),
        ("nothing", {}, 404, None),
    ],
)
def test_the_control_surface_names_what_is_wrong(
    world: World, path: str, body: dict[str, object], status: int, param: str | None
) -> None:
    answer = requests.post(f"{world.standin.url}/_standin/{path}", json=body, timeout=5)

    assert answer.status_code == status
    assert answer.json()["error"].get("param") == param


def test_the_control_surface_works_over_http(world: World) -> None:
    customer = world.customer()
    base = f"{world.standin.url}/_standin"

    done = requests.post(f"{base}/declines", json={"customer": customer, "times": 2}, timeout=5)
    status = requests.get(f"{base}/status", timeout=5).json()

    assert done.json() == {"done": True}
    assert status["switches"]["declines"][customer]["times"] == 2
    assert status["objects"]["customer"] == 1
