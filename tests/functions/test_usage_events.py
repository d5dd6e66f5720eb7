"""What is told event by event over HTTP is billed once, also when it comes late or was wrong."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from invariants.billing import charges_happen_once
from invariants.books import read_books
from invariants.laws import usage_is_counted_once
from invariants.usage_events import events_are_rated_as_told
from tests.functions.api_world import START, World
from tests.functions.gateway import Gateway
from tests.functions.subscription_stories import (
    SUBSCRIPTIONS,
    bill,
    bill_through,
    euros,
    forecast_lines,
    running,
)
from umlauf.kernel.work import Work
from umlauf_adapters.kernel.dynamo_works import DynamoWorks

EVENTS: Final = "/v1/operator/usage-events"
DECEMBER, JANUARY, FEBRUARY = "2026-12-02", "2027-01-02", "2027-02-02"


def _metered(item_id: str, price: Mapping[str, Any], **metering: Any) -> dict[str, Any]:
    usual = {"meter": item_id, "unit": "piece", "meter_units_per_unit": 1, "supply": "service"}
    item = {"id": item_id, "kind": "metered", "name": item_id.title(), **usual, **metering}
    return {**item, "prices": {"EUR": price}}


def _plan(name: str, *items: dict[str, Any]) -> dict[str, Any]:
    terms = {"notice": {"unit": "day"}, "ends_with_period": False}
    return {"name": name, "interval": {"unit": "month"}, "terms": terms, "items": list(items)}


CATALOG: Final = {
    "plans": {
        "drill": _plan(
            "Drill by the second",
            _metered(
                "drilling",
                {"intensity": {"eco": "0.05", "normal": "0.08", "boost": "0.12"}},
                unit="minute",
                meter_units_per_unit=60,
                supply="other_hire",
            ),
        ),
        "market": _plan(
            "Marketplace",
            _metered(
                "sales",
                {"percentage": {"rate": "2", "fixed": "0.10", "free_events": 1}},
                unit="euro",
                meter_units_per_unit=100,
            ),
        ),
        "club": _plan(
            "Bike club",
            _metered("riders", {"per_unit": "3.00"}, aggregation="unique"),
            _metered("seats", {"per_unit": "31.00"}, aggregation="time_weighted_sum"),
        ),
    }
}


@pytest.fixture(scope="module", autouse=True)
def _catalog(shop: World) -> None:
    shop.act(shop.admin, "/v1/operator/plans", CATALOG)


@pytest.fixture(autouse=True)
def _november(shop: World) -> None:
    shop.now = START


class Contract:
    """A running contract, told of what it used."""

    def __init__(self, shop: World, plan_id: str) -> None:
        self.shop = shop
        self.id, self.customer = running(shop, plan_id)

    def event(self, event_id: str, at: str, meter: str = "", **told: Any) -> dict[str, Any]:
        content = {"meter": meter, "at": at, **told} if meter else told
        return {"subscription_id": self.id, "id": event_id, **content}

    def tell(self, *events: dict[str, Any]) -> list[str]:
        reply = self.shop.admin.post(EVENTS, {"events": list(events)})
        assert reply.status == 200, reply.text
        return [one["outcome"] for one in reply.json["events"]]

    def stands(self) -> dict[tuple[str, str], int]:
        """What is charged and not given back, by item and the start of its time."""
        page = self.shop.look(self.customer, f"/v1/subscriptions/{self.id}/charges?limit=100")
        found: Counter[tuple[str, str]] = Counter()
        for one in page["items"]:
            left = one["amount"]["amount_minor"] - one["credited"]["amount_minor"]
            found[one["item"], one["service_start"]] += left
        return dict(found)


def later(shop: World, day: str, hour: int = 9) -> None:
    shop.now = datetime.fromisoformat(f"{day}T{hour:02d}:00:00+00:00")


def put_out(subscription_id: str) -> None:
    """Its asset is not back yet."""
    work = Work(START)
    work.put(replace(SUBSCRIPTIONS.get(subscription_id), asset_id="ast_out"))
    DynamoWorks().commit(work)


def holds() -> list[str]:
    books = read_books(frozenset(), ())
    return [
        *charges_happen_once(books),
        *usage_is_counted_once(books),
        *events_are_rated_as_told(books),
    ]


def test_drilling_is_billed_by_its_levels_and_what_comes_late_with_its_own_time(
    shop: World,
) -> None:
    drill = Contract(shop, "drill")
    at = "2026-11-10T10:00:00Z"
    told = [
        drill.event("a", at, "drilling", quantity="720", name="eco"),
        drill.event("b", at, "drilling", quantity="180", name="boost"),
    ]
    later(shop, "2026-11-10", 11)
    assert drill.tell(*told) == ["recorded", "recorded"]
    assert drill.tell(*reversed(told)) == ["duplicate", "duplicate"]
    forecast = shop.look(drill.customer, f"/v1/subscriptions/{drill.id}/schedule")
    shown = forecast_lines(forecast)[0]
    assert shown["amount"] == euros(96)
    assert [(one["name"], one["quantity"]) for one in shown["details"]] == [
        ("boost", "3"),
        ("eco", "12"),
    ]

    november, december = ("drilling", "2026-11-02"), ("drilling", "2026-12-02")
    bill_through(shop, drill.id, DECEMBER)
    assert drill.stands() == {november: 96}
    late = drill.event("c", "2026-11-30T23:59:59Z", "drilling", quantity="60", name="normal")
    wrong = drill.event("d", "2026-12-05T08:00:00Z", "drilling", quantity="600", name="boost")
    later(shop, "2026-12-06")
    assert drill.tell(late, wrong) == ["recorded", "recorded"]
    bill_through(shop, drill.id, JANUARY)
    assert drill.stands() == {november: 96 + 8, december: 120}
    assert drill.tell(drill.event("e", "", corrects="d")) == ["recorded"]
    bill_through(shop, drill.id, FEBRUARY)
    assert {time: minor for time, minor in drill.stands().items() if minor} == {november: 104}
    assert holds() == []


def test_sales_cost_a_share_of_each_and_the_first_of_a_period_is_free(shop: World) -> None:
    market = Contract(shop, "market")
    november, december = ("sales", "2026-11-02"), ("sales", "2026-12-02")
    later(shop, "2026-11-20")
    market.tell(market.event("s-1", "2026-11-05T12:00:00Z", "sales", quantity="100000"))
    market.tell(market.event("s-2", "2026-11-06T12:00:00Z", "sales", quantity="5000"))
    bill_through(shop, market.id, DECEMBER)
    assert market.stands() == {november: 110}

    # One that was earlier takes the free place; what was free costs its share now.
    market.tell(market.event("s-0", "2026-11-04T12:00:00Z", "sales", quantity="700"))
    market.tell(market.event("s-3", "2026-12-02T08:30:00Z", "sales", quantity="9000"))
    bill_through(shop, market.id, JANUARY)
    assert market.stands() == {november: 110 + 2010, december: 0}
    bill_through(shop, market.id, FEBRUARY)
    assert sum(market.stands().values()) == 2120
    assert holds() == []


def test_riders_count_once_and_seats_stay_until_they_are_given_up(shop: World) -> None:
    club = Contract(shop, "club")
    seats, riders = "seats", "riders"
    november, december, january = "2026-11-02", "2026-12-02", "2027-01-02"
    later(shop, "2026-11-20")
    taken = club.event("in", "2026-11-02T11:00:00Z", seats, quantity="2")
    rides = [
        club.event(f"r-{n}", f"2026-11-{n:02d}T09:00:00Z", riders, subject=rider)
        for n, rider in ((5, "ada"), (6, "bob"), (7, "ada"))
    ]
    assert club.tell(taken, *rides) == ["recorded"] * 4
    bill_through(shop, club.id, DECEMBER)
    # The seats were taken at noon of the first of thirty days: 29.5 of them, twice 31.00.
    assert club.stands() == {(riders, november): 600, (seats, november): 6097}

    bill_through(shop, club.id, JANUARY)
    assert club.stands()[seats, december] == 6200
    # Ten days late it turns out that one was given up at noon, 15.5 days into December's 31.
    later(shop, "2027-01-12")
    given_up = club.event("out", "2026-12-17T11:00:00Z", seats, quantity="-1")
    assert club.tell(given_up) == ["recorded"]
    bill_through(shop, club.id, FEBRUARY)
    assert club.stands()[seats, december] == 6200 - 1550
    assert club.stands()[seats, january] == 3100
    assert holds() == []


def test_a_change_that_lies_ahead_is_metered_from_its_day_on_not_from_its_bill(
    shop: World,
) -> None:
    contract = Contract(shop, "club")
    change = {"kind": "change_plan", "plan_id": "drill"}
    wish = {"change": change, "starts_on": "2026-11-20"}
    shop.act(shop.admin, f"/v1/operator/subscriptions/{contract.id}/changes", wish)
    later(shop, "2026-11-20", 0)
    before = contract.event("b", "2026-11-19T22:30:00Z", "riders", subject="ada")
    of_today = contract.event("t", "2026-11-19T23:30:00Z", "drilling", quantity="60", name="eco")
    not_any_more = contract.event("n", "2026-11-19T23:30:00Z", "riders", subject="bob")
    told = contract.tell(before, of_today, not_any_more)
    assert told == ["recorded", "recorded", "refused"]


def test_nothing_is_taken_that_the_last_bill_may_not_see(shop: World) -> None:
    """Neither in its last minutes, when an index may lag behind, nor while its asset is out."""
    drill = Contract(shop, "drill")
    ends = {"ends_on": "2026-11-20"}
    shop.act(shop.admin, f"/v1/operator/subscriptions/{drill.id}/termination", ends)
    later(shop, "2026-11-20")
    bill_through(shop, drill.id, "2026-11-20")
    counted = {"at": "2026-11-19T10:00:00Z", "meter": "drilling", "name": "eco", "quantity": "60"}
    shop.now = datetime.fromisoformat("2026-11-26T22:45:00+00:00")
    assert drill.tell(drill.event("in-time", **counted)) == ["recorded"]
    shop.now += timedelta(minutes=10)
    assert drill.tell(drill.event("too-late", **counted)) == ["refused"]
    shop.now += timedelta(minutes=10)
    put_out(drill.id)
    bill(shop, drill.id)
    assert drill.stands() == {("drilling", "2026-11-02"): 5}
    assert drill.tell(drill.event("while-out", **counted)) == ["refused"]


def test_each_event_is_answered_by_itself_with_field_and_remedy(shop: World) -> None:
    drill = Contract(shop, "drill")
    now = shop.now.isoformat()
    good = drill.event("good", now, "drilling", name="eco")
    told: list[tuple[dict[str, Any], str]] = [
        ({**good, "id": "l", "name": "turbo"}, "name"),
        ({**good, "id": "m", "meter": "ride_seconds"}, "meter"),
        ({**good, "id": "s", "subscription_id": "sub_none"}, "subscription_id"),
        ({**good, "id": "q", "quantity": "NaN"}, "quantity"),
        ({**good, "id": "n", "quantity": 5}, "quantity"),
        ({**good, "id": "f", "at": (shop.now + timedelta(hours=1)).isoformat()}, "at"),
        ({**good, "id": "t", "at": "yesterday"}, "at"),
        ({**good, "quantity": "2"}, "quantity"),
        (drill.event("c", "", corrects="never"), "corrects"),
        ({"id": "x"}, "subscription_id"),
        ({**good, "id": "k", "colour": "red"}, "colour"),
    ]
    body = {"events": [good, *(event for event, _ in told)]}
    answered = shop.admin.post(EVENTS, body).json["events"]
    assert [one["id"] for one in answered] == [one["id"] for one in body["events"]]
    assert answered[0] == {"id": "good", "outcome": "recorded", "problem": None}
    assert [one["problem"]["field"] for one in answered[1:]] == [field for _, field in told]
    assert {one["outcome"] for one in answered[1:]} == {"refused"}
    assert all(one["problem"]["detail"] for one in answered[1:])
    assert [one["problem"]["detail"] for one in answered[-2:]] == [
        "it is missing; every event needs it",
        "no event has such a field; correct its name, or leave it out",
    ]
    listed = shop.look(shop.admin, f"{EVENTS}?subscription_id={drill.id}&meter=drilling")
    assert [one["id"] for one in listed["items"]] == ["good"]


def test_customers_see_their_own_events_and_no_others(shop: World) -> None:
    drill, other = Contract(shop, "drill"), Contract(shop, "drill")
    now = shop.now.isoformat()
    drill.tell(*(drill.event(f"e-{n}", now, "drilling", name="eco") for n in range(3)))
    path = f"/v1/usage-events?subscription_id={drill.id}&meter=drilling"
    first = shop.look(drill.customer, f"{path}&limit=2")
    rest = shop.look(drill.customer, f"{path}&limit=2&cursor={first['next_cursor']}")
    found = [one["id"] for one in (*first["items"], *rest["items"])]
    assert (found, rest["next_cursor"]) == (["e-2", "e-1", "e-0"], None)
    assert first["items"][0]["day"] == "2026-11-02"
    assert other.customer.get(path).status == 404


@pytest.mark.parametrize(("group", "status"), [("support", 403), ("operators", 200)])
def test_support_looks_at_events_and_tells_none(shop: World, group: str, status: int) -> None:
    drill = Contract(shop, "drill")
    staff: Gateway = shop.staff(group)
    event = drill.event("e", shop.now.isoformat(), "drilling", name="eco")
    assert staff.post(EVENTS, {"events": [event]}).status == status
    assert staff.get(f"{EVENTS}?subscription_id={drill.id}&meter=drilling").status == 200


def test_a_batch_holds_a_hundred_events(shop: World) -> None:
    drill = Contract(shop, "drill")
    now = shop.now.isoformat()
    events = [drill.event(f"e-{n}", now, "drilling", name="eco") for n in range(101)]
    assert shop.admin.post(EVENTS, {"events": events}).status == 400
    assert set(drill.tell(*events[:100])) == {"recorded"}
