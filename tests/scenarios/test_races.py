"""Two who do the same, or different things, at the very same moment."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from demo.checking import read
from demo.people import GOOD_CARD
from local.platform import Platform
from tests.scenarios.racing import at_once
from tests.scenarios.town import Json, Rider, Town

pytestmark = pytest.mark.local

ORDER = {"plan_id": "city-metered", "currency": "EUR", "add_ons": ["theft-cover"]}
EUROS_20 = {"amount": {"amount_minor": 2000, "currency": "EUR"}}


def posting(town: Town, rider: Rider, path: str, body: Json, key: str) -> list[httpx.Response]:
    """The same request four times at once, each over a connection of its own."""
    headers = {"Authorization": f"Bearer {town.token(rider)}", "Idempotency-Key": key}

    def post() -> httpx.Response:
        return httpx.post(f"{town.cloud.http_url}{path}", json=body, headers=headers, timeout=60)

    return at_once([post] * 4)


def test_one_order_sent_four_times_at_once_is_one_subscription(town: Town) -> None:
    rider = town.sign_up("Ida")
    answers = posting(town, rider, "/v1/subscriptions", ORDER, "order-ida")
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    [subscription] = rider.app.api.get("/v1/subscriptions")["items"]
    assert subscription["id"] == answers[0].json()["id"]

    [again, *_] = posting(town, rider, "/v1/subscriptions", ORDER, "order-ida")
    assert again.content == answers[0].content
    other = posting(town, rider, "/v1/subscriptions", {**ORDER, "add_ons": []}, "order-ida")
    assert {(one.status_code, one.json()["code"]) for one in other} == {
        (422, "idempotency.key_reused")
    }
    assert len(rider.app.api.get("/v1/subscriptions")["items"]) == 1


def test_one_top_up_sent_four_times_at_once_is_charged_and_credited_once(town: Town) -> None:
    rider = town.sign_up("Jan", plan="city-prepaid")
    rider.app.add_method(card=GOOD_CARD)
    answers = posting(town, rider, "/v1/wallet/top-ups", EUROS_20, "top-up-jan")
    # Who comes while the payment is still being made may be sent away, but not to pay twice.
    assert {answer.status_code for answer in answers} <= {201, 409, 503}
    town.cloud.settle()
    [last, *_] = posting(town, rider, "/v1/wallet/top-ups", EUROS_20, "top-up-jan")
    assert last.status_code == 201
    town.cloud.settle()
    assert rider.wallet() == {"balance": 2000, "held": 0, "available": 2000}
    paid = [
        event
        for event in town.events("payments.payment_succeeded")
        if event["data"]["customer_id"] == rider.customer_id
    ]
    assert len(paid) == 1


def test_of_two_sessions_started_at_once_only_one_holds_money(town: Town) -> None:
    rider = town.subscribe("Pia", plan="city-prepaid")
    rider.app.top_up()
    town.hand_over(rider)
    token = town.token(rider)
    body = {"subscription_id": rider.subscription_id}

    def start(key: str) -> Callable[[], httpx.Response]:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        url = f"{town.cloud.http_url}/v1/sessions"
        return lambda: httpx.post(url, json=body, headers=headers, timeout=60)

    answers = at_once([start(f"pia-{number}") for number in range(3)])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert rider.wallet() == {"balance": 2500, "held": 2280, "available": 220}


def test_one_bike_is_not_promised_to_two(town: Town) -> None:
    ann, ben = town.sign_up("Ann"), town.sign_up("Ben")
    for rider in (ann, ben):
        rider.app.order()
    token = town.staff_token()

    def reserve(rider: Rider) -> Callable[[], httpx.Response]:
        body = {"subscription_id": rider.subscription_id, "asset_id": ann.who.asset_id}
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": rider.subscription_id}
        url = f"{town.cloud.http_url}/v1/operator/reservations"
        return lambda: httpx.post(url, json=body, headers=headers, timeout=60)

    answers = at_once([reserve(ann), reserve(ben)])
    assert sorted(answer.status_code for answer in answers) == [201, 409]


def test_bursts_of_two_bikes_at_once_are_counted_to_the_second(town: Town) -> None:
    riders = [town.subscribe("Tim"), town.subscribe("Yara", country="NL")]
    town.hand_over(*riders)
    town.cloud.advance(timedelta(minutes=50))
    now = town.cloud.now()
    bursts = [
        (
            rider,
            [rider.ride(1 + n % 3, now - timedelta(minutes=45 - n)) for n in range(40)],
        )
        for rider in riders
    ]
    # Every reading comes twice, the second time in reverse.
    town.send(*((rider, [*burst, *reversed(burst)]) for rider, burst in bursts))
    for rider, burst in bursts:
        usage = rider.app.api.get(
            "/v1/usage",
            **{"subscription_id": rider.subscription_id, "from": "2026-08-01", "to": "2026-10-01"},
        )
        assert usage["total"] == burst[-1]["registers"]


def test_what_is_told_many_times_at_once_counts_once_and_is_taken_back_once(town: Town) -> None:
    seller = town.sign_up("Mara", plan="marketplace")
    seller.app.order()
    seller.app.add_method(card=GOOD_CARD)
    wanted = {"subscription_id": seller.subscription_id}
    town.staff.post("/v1/operator/hand-overs", wanted, key="mara")
    headers = {"Authorization": f"Bearer {town.staff_token()}"}
    url = f"{town.cloud.http_url}/v1/operator/usage-events"

    def telling(event: Json) -> Callable[[], str]:
        def tell() -> str:
            body = {"events": [{**wanted, **event}]}
            answer = httpx.post(url, json=body, headers=headers, timeout=60)
            return str(answer.json()["events"][0]["outcome"])

        return tell

    sale = {"id": "s-1", "meter": "sales", "at": town.cloud.now().isoformat(), "quantity": "9900"}
    assert sorted(at_once([telling(sale)] * 4)) == ["duplicate"] * 3 + ["recorded"]
    back = [telling({"id": f"c-{n}", "corrects": "s-1"}) for n in range(4)]
    assert sorted(at_once(back)) == ["recorded"] + ["refused"] * 3
    listed = town.staff.get("/v1/operator/usage-events", **wanted, meter="sales")["items"]
    assert sorted(one["corrects"] or "" for one in listed) == ["", "s-1"]
    forecast = seller.app.api.get(f"/v1/subscriptions/{seller.subscription_id}/schedule")
    assert all(bill["documents"] == [] for bill in forecast["bills"])


def test_after_all_races_the_seven_laws_hold(platform: Platform) -> None:
    platform.cloud.advance(timedelta(hours=1))
    books, report = read(platform)
    assert [(law.law, law.violations) for law in report.laws if law.broken] == []
    assert not any(queue.messages for queue in books.dead_letter_queues)
