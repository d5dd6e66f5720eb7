"""A year of a subscriber who changes her mind, to the day and to the cent."""

from collections.abc import Iterator
from datetime import datetime

from tests.scenarios.town import Town
from tests.scenarios.years.contracts import Contract, Paper, fee, german, joins, local, morning

Chapter = Iterator[datetime]


def a_flexible_year_is_billed_by_the_day_through_every_change(town: Town) -> Chapter:
    mila = joins(town, "Mila", "roamer")
    yield local("2027-01-01")
    mila.begins()
    assert mila.papers() == [
        Paper("invoice", "2027-01-01", (fee("2027-01-01", "2027-02-01", 6900),), GERMAN_69, 6900),
    ]

    yield from _child_seats(mila)
    yield from _a_holiday(mila)
    yield from _a_cargo_bike(mila)
    yield from _the_end(mila)
    invoiced = sum(paper.gross for paper in mila.papers())
    # Twelve months, less the pause and the last days, more the seats and the cargo bike.
    assert invoiced == 12 * 6900 - 3116 - 2894 + 420 + 440 + 1860 - 930 + 2100


def _child_seats(mila: Contract) -> Chapter:
    # A child seat for the last 21 of 31 days; then three of them for the last 11.
    yield local("2027-01-11")
    mila.changes("add_add_on", add_on="child-seat")
    assert mila.latest().lines == (seat("2027-01-11", "2027-02-01", 420),)
    assert mila.latest().taxes == (german(420, 353),)
    yield local("2027-01-21")
    mila.changes("change_quantity", add_on="child-seat", quantity=3)
    assert sorted(mila.latest().lines) == [
        seat("2027-01-21", "2027-02-01", -220),
        seat("2027-01-21", "2027-02-01", 660),
    ]
    assert mila.latest().kind == "invoice"

    # Given back in the middle of February: the credit pays a part of March.
    yield local("2027-02-15")
    mila.changes("remove_add_on", add_on="child-seat")
    given_back = mila.latest()
    assert given_back == Paper(
        "credit_note",
        "2027-02-15",
        (seat("2027-02-15", "2027-03-01", -930),),
        (german(-930, -782),),
        -930,
    )
    assert (mila.credit(), mila.owes_by_the_books()) == (930, -930)
    # Taken and given up again at the same instant: nothing is left of it.
    yield local("2027-02-20")
    mila.changes("add_add_on", add_on="child-seat")
    assert mila.credit() == 930 - 199
    mila.changes("remove_add_on", add_on="child-seat")
    assert mila.credit() == 930
    yield morning("2027-03-01")
    assert mila.open_of(mila.latest()) == {"from_balance": 930, "paid": 5970}


def _a_holiday(mila: Contract) -> Chapter:
    # Two weeks of holiday, announced five days ahead and given back when they begin.
    yield local("2027-03-05")
    mila.agrees("pauses", {"starts_on": "2027-03-10", "ends_on": "2027-03-24"})
    assert mila.latest().issued_on == "2027-03-01"
    yield morning("2027-03-10")
    mila.keeps_promises()
    assert mila.latest().lines == (fee("2027-03-10", "2027-03-24", -3116),)
    yield morning("2027-04-01")
    mila.keeps_promises()
    assert mila.open_of(mila.latest()) == {"from_balance": 3116, "paid": 3784}


def _a_cargo_bike(mila: Contract) -> Chapter:
    # Upgraded at once: 21 of 30 days of the old are given back, as many of the new charged.
    yield local("2027-04-10")
    mila.changes("change_plan", plan_id="roamer-plus")
    assert mila.latest().lines == (
        fee("2027-04-10", "2027-05-01", 6930),
        fee("2027-04-10", "2027-05-01", -4830),
    )
    # Downgraded at the end of the period; thought better of it, and thought again.
    yield local("2027-04-20")
    mila.changes("change_plan", plan_id="roamer")
    [scheduled] = mila.api.get(f"{mila.path}/changes")["items"]
    assert (scheduled["starts_on"], mila.shown()["plan_id"]) == ("2027-05-01", "roamer-plus")
    mila.does(f"changes/{scheduled['id']}/withdrawal")
    assert mila.api.get(f"{mila.path}/changes")["items"] == []
    mila.changes("change_plan", plan_id="roamer")
    yield morning("2027-05-01")
    mila.keeps_promises()
    assert mila.latest().lines == (fee("2027-05-01", "2027-06-01", 6900),)
    assert mila.shown()["plan_id"] == "roamer"


def _the_end(mila: Contract) -> Chapter:
    # Notice of two weeks: it ends on the day, and what was paid beyond it comes back.
    yield local("2027-12-05")
    code, text = mila.is_refused("cancellation", {"ends_on": "2027-12-18"})
    assert (code, "2027-12-19" in text) == ("subscriptions.end_too_early", True), text
    mila.agrees("cancellation")
    assert mila.shown()["ends_on"] == "2027-12-19"
    yield local("2027-12-19")
    mila.keeps_promises()
    assert mila.latest().lines == (fee("2027-12-19", "2028-01-01", -2894),)
    assert mila.shown()["reason_not_due"] == "awaiting_return"
    mila.returns_the_bike()
    assert mila.shown()["status"] == "ended"
    mila.is_paid_out(2894)
    assert (mila.credit(), mila.owes_by_the_books()) == (0, 0)


GERMAN_69 = (german(6900, 5798),)


def seat(start: str, end: str, minor: int) -> tuple[str, str, str, int]:
    return fee(start, end, minor, "child-seat")
