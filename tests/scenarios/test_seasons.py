"""What customers live through in a season, on the moved clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from demo.api import Refused
from demo.checking import read
from demo.people import FAILING_CARD, FRESH_CARD
from local.platform import Platform
from tests.scenarios.telling import Tale, tell_together
from tests.scenarios.town import Json, Rider, Town

pytestmark = pytest.mark.local

SEPTEMBER = datetime(2026, 8, 31, 22, tzinfo=UTC)  # begins at midnight in Berlin and Amsterdam
OCTOBER = datetime(2026, 9, 30, 22, tzinfo=UTC)
NOVEMBER = datetime(2026, 10, 31, 23, tzinfo=UTC)  # after the clocks went back
SLOW_IBAN = "DE02120300000000202051"  # none of Stripe's test accounts, so its bank takes its time
BILLED = timedelta(minutes=10)  # the cycle runs five past every hour


def september(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 9, day, hour, tzinfo=UTC)


def october(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 10, day, hour, tzinfo=UTC)


def a_dutch_month_is_billed_to_the_second_however_its_readings_come(
    town: Town,
) -> Iterator[datetime]:
    rider = town.subscribe("Sanne", country="NL")
    yield SEPTEMBER
    town.hand_over(rider)
    yield SEPTEMBER + BILLED
    assert [lines_of(one) for one in rider.invoices()] == [
        [("base-fee", "2026-09-01", "1", 990)],
    ]

    yield september(3)
    first, second = rider.ride(200, september(3, 8)), rider.ride(250, september(3, 12))
    yield september(9)
    third = rider.ride(310, september(9, 10), seconds=30)
    town.send((rider, [first, third, first]))  # the second one is lost, the first one comes twice
    rider.restart()
    fourth = rider.ride(150, september(9, 12))
    town.send((rider, [fourth, second, fourth]))  # out of order, across a restart
    yield OCTOBER - timedelta(minutes=10)
    late = rider.ride(30, OCTOBER - timedelta(minutes=10))  # and out of reach until Friday
    yield OCTOBER + BILLED
    billed = rider.invoices()[1]
    assert lines_of(billed) == [
        ("base-fee", "2026-10-01", "1", 990),
        # 300 minutes are free, 600 cost 8.5 cents each, the other 10.5 cost 4.25.
        ("ride-minutes", "2026-09-01", "910.5", 5145),
    ]
    assert taxes_of(billed) == [("NL", "21", 5070, 1065)]

    yield october(2)
    town.send((rider, [late, late]))
    yield NOVEMBER + BILLED
    assert lines_of(rider.invoices()[2]) == [
        ("base-fee", "2026-11-01", "1", 990),
        ("ride-minutes", "2026-09-01", "30", 127),
    ]
    assert rider.invoices()[1] == billed
    usage = rider.app.api.get(
        "/v1/usage",
        **{"subscription_id": rider.subscription_id, "from": "2026-09-01", "to": "2026-10-01"},
    )
    assert usage["total"]["ride_seconds"] == (910 + 30) * 60 + 30


def a_failed_card_is_dunned_by_the_plan_until_a_fresh_one_pays(town: Town) -> Iterator[datetime]:
    rider = town.subscribe("Karla")
    prepaid = town.order_another(rider, plan="city-prepaid")
    prepaid.app.top_up()
    rider.app.add_method(card=FAILING_CARD)
    yield SEPTEMBER
    town.hand_over(rider, prepaid)
    yield SEPTEMBER + BILLED
    assert status_of(rider) == ["open"]
    assert [case["state"] for case in town.cases(rider)] == ["open"]

    yield october(6)
    assert [(step["step_id"], step["at"][:10]) for step in town.cases(rider)[0]["steps"]] == [
        ("second_attempt", "2026-09-08"),  # a retry counts from the failed charge
        ("first_reminder", "2026-09-18"),  # the rest from the day the invoice was due
        ("letter", "2026-09-29"),
        ("no_new_sessions", "2026-10-06"),
    ]
    assert imposed_on(town, rider, "fleet.restriction_imposed") == ["no_new_prepaid_session"]
    assert refusal_of(prepaid, "while restricted") == (409, "wallets.start_restricted")
    assert town.permit(rider)["may_start"], "arrears alone never take a rented bike away"
    locking = {"device_id": rider.who.device_id, "action": "lock", "reason": "arrears"}
    answer = town.staff.post("/v1/operator/commands", locking, key="lock-karla")
    assert (answer["decision"]["outcome"], answer["command"]) == ("denied", None)

    yield october(8, 10)
    assert status_of(rider) == ["open", "open"]
    rider.app.add_method(card=FRESH_CARD)
    rider.app.pay_open_invoices("fresh")
    town.cloud.settle()
    assert status_of(rider) == ["paid", "paid"]
    assert [(case["state"], case["outcome"], case["closed_at"]) for case in town.cases(rider)] == [
        ("closed", "paid", "2026-10-08T10:00:00Z"),
        ("closed", "paid", "2026-10-08T10:00:00Z"),
    ]
    assert imposed_on(town, rider, "fleet.restriction_lifted") == ["no_new_prepaid_session"]
    session = prepaid.start("after paying")
    prepaid.app.api.post(f"/v1/sessions/{session['id']}/release", {}, key="karla-walks")
    yield october(29)  # past the day on which people would have taken over
    assert [[step["step_id"] for step in case["steps"]] for case in town.cases(rider)] == [
        ["second_attempt", "first_reminder", "letter", "no_new_sessions"],
        ["second_attempt"],
    ]


def a_debit_that_fails_days_later_reopens_what_was_never_unpaid(town: Town) -> Iterator[datetime]:
    rider = town.subscribe("Ben", iban=SLOW_IBAN)
    customer = rider.who.stripe_customer
    town.platform.stripe.control.return_debits(customer, after_days=3, reason="AM04")
    yield SEPTEMBER
    town.hand_over(rider)
    yield september(3)
    assert (status_of(rider), town.cases(rider)) == (["processing"], [])

    yield september(4)
    assert status_of(rider) == ["open"]
    assert [(case["reason"], case["state"]) for case in town.cases(rider)] == [
        ("payment_failed:AM04", "open"),
    ]

    yield september(17)  # two days past due, but a second debit is under way
    assert status_of(rider) == ["processing"]
    assert not any("invoice_overdue" in event["type"] for event in about(town, rider))
    yield september(19)
    assert status_of(rider) == ["paid"]
    [case] = town.cases(rider)
    assert (case["state"], case["outcome"]) == ("closed", "paid")
    assert [step["step_id"] for step in case["steps"]] == ["second_attempt"]


def a_prepaid_ride_starts_only_on_money_that_is_held(town: Town) -> Iterator[datetime]:
    rider = town.subscribe("Finn", plan="city-prepaid")
    yield SEPTEMBER
    town.hand_over(rider)
    assert town.permit(rider)["may_start"] is False
    assert refusal_of(rider, "penniless") == (409, "wallets.insufficient_balance")

    rider.app.top_up()
    town.cloud.settle()
    session = rider.start("first")
    assert session["hold"]["amount_minor"] == 120 * 19
    assert rider.wallet() == {"balance": 2500, "held": 2280, "available": 220}
    permit = town.permit(rider)
    assert (permit["may_start"], permit["lease"]["quantity"]) == (True, 120 * 60)
    assert refusal_of(rider, "twice") == (409, "wallets.session_already_open")

    yield september(1, 8)
    town.send((rider, [rider.ride(47, september(1, 8))]))
    assert rider.wallet() == {"balance": 1607, "held": 0, "available": 1607}
    assert town.permit(rider)["may_start"] is False

    further = rider.start("second")
    yield september(1, 11)
    town.send((rider, [rider.ride(100, september(1, 11))]))  # longer than its lease of 83 minutes
    shown = rider.app.api.get(f"/v1/sessions/{further['id']}")
    assert shown["lease"] == 83 * 60
    assert (shown["charged"]["amount_minor"], shown["shortfall"]["amount_minor"]) == (1607, 293)
    assert rider.wallet() == {"balance": 0, "held": 0, "available": 0}
    assert refusal_of(rider, "spent") == (409, "wallets.insufficient_balance")

    yield september(2)
    town.send((rider, [rider.ride(5, september(2))]))  # a bike that rides all the same is counted
    assert rider.wallet()["balance"] == 0
    yield OCTOBER + BILLED
    assert rider.invoices() == []


TALES: tuple[Tale, ...] = (
    a_dutch_month_is_billed_to_the_second_however_its_readings_come,
    a_failed_card_is_dunned_by_the_plan_until_a_fresh_one_pays,
    a_debit_that_fails_days_later_reopens_what_was_never_unpaid,
    a_prepaid_ride_starts_only_on_money_that_is_held,
)


@pytest.fixture(scope="module")
def season(town: Town) -> dict[Tale, Exception | None]:
    return tell_together(TALES, town)


@pytest.mark.parametrize("tale", TALES, ids=lambda tale: tale.__name__)
def test_tale(tale: Tale, season: dict[Tale, Exception | None]) -> None:
    failure = season[tale]
    if failure is not None:
        raise failure


def test_at_the_end_of_the_season_all_seven_laws_hold(
    season: dict[Tale, Exception | None], platform: Platform
) -> None:
    books, report = read(platform)
    assert [(law.law, law.violations) for law in report.laws if law.broken] == []
    assert {
        queue.name: queue.messages for queue in books.dead_letter_queues if queue.messages
    } == {}


# --- looking ----------------------------------------------------------------------------------


def lines_of(invoice: Json) -> list[tuple[str, str, str, int]]:
    return [
        (line["item"], line["service_start"], line["quantity"], line["amount"]["amount_minor"])
        for line in invoice["lines"]
    ]


def taxes_of(invoice: Json) -> list[tuple[str, str, int, int]]:
    return [
        (tax["country"], tax["rate"], tax["net"]["amount_minor"], tax["tax"]["amount_minor"])
        for tax in invoice["taxes"]
    ]


def status_of(rider: Rider) -> list[str]:
    return [invoice["receivable"]["status"] for invoice in rider.invoices()]


def refusal_of(rider: Rider, key: str) -> tuple[int, str]:
    """How the start of a session is refused."""
    with pytest.raises(Refused) as refused:
        rider.start(key)
    return refused.value.status, refused.value.code


def about(town: Town, rider: Rider) -> list[Json]:
    events = town.cloud.events.all()
    return [event for event in events if event["data"].get("customer_id") == rider.customer_id]


def imposed_on(town: Town, rider: Rider, event_type: str) -> list[str]:
    told = town.events(event_type)
    ours = {rider.subscription_id}
    return [
        event["data"]["restriction"] for event in told if event["data"]["subscription_id"] in ours
    ]
