"""Short and long months, a leap year, and days of 23 and 25 hours."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

from tests.scenarios.town import Town
from tests.scenarios.years.contracts import Contract, fee, joins, local, morning

Chapter = Iterator[datetime]

MONTH_ENDS = (
    "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30",
    "2027-07-31", "2027-08-31", "2027-09-30", "2027-10-31", "2027-11-30", "2027-12-31",
    "2028-01-31", "2028-02-29", "2028-03-31",
)  # fmt: skip


def who_begins_on_the_31st_is_billed_on_the_last_of_every_month(town: Town) -> Chapter:
    lena = joins(town, "Lena", "city-flexible")
    yield local("2027-01-31")
    lena.begins()
    yield from _cover_in_a_short_month(lena)
    yield from _cover_in_a_leap_month(lena)
    yield from _the_last_days_of_a_leap_month(lena)
    bikes = [line for paper in lena.papers() for line in paper.lines if line[0] == "base-fee"]
    assert bikes == [
        *(fee(start, end, 6900) for start, end in pairwise(MONTH_ENDS)),
        fee("2028-03-11", "2028-03-31", -4452),
    ]


def _cover_in_a_short_month(lena: Contract) -> Chapter:
    yield local("2027-02-14")
    lena.changes("add_add_on", add_on="theft-cover")
    assert lena.latest().lines == (cover("2027-02-14", "2027-02-28", 245),)  # 14 of 28 days
    yield local("2027-03-01")
    lena.keeps_promises()
    lena.changes("remove_add_on", add_on="theft-cover")
    assert lena.latest().lines == (cover("2027-03-01", "2027-03-31", -474),)  # 30 of 31


def _cover_in_a_leap_month(lena: Contract) -> Chapter:
    yield local("2028-02-15")
    lena.changes("add_add_on", add_on="theft-cover")
    assert lena.latest().lines == (cover("2028-02-15", "2028-02-29", 237),)  # 14 of 29 days


def _the_last_days_of_a_leap_month(lena: Contract) -> Chapter:
    yield local("2028-03-10")
    lena.keeps_promises()
    lena.agrees("cancellation")
    yield morning("2028-03-11")
    lena.keeps_promises()
    assert lena.latest().lines == (
        fee("2028-03-11", "2028-03-31", -4452),
        cover("2028-03-11", "2028-03-31", -316),
    )
    lena.returns_the_bike()
    lena.is_paid_out(4452 + 316)
    assert (lena.credit(), lena.owes_by_the_books()) == (0, 0)


def cover(start: str, end: str, minor: int) -> tuple[str, str, str, int]:
    return fee(start, end, minor, "theft-cover")


def days_of_23_and_25_hours_are_metered_and_prorated_as_they_are(town: Town) -> Chapter:
    nils = joins(town, "Nils", "hourly")
    yield local("2027-03-01")
    nils.begins(is_on_line=True)
    yield from _the_clocks_go_forward(nils)
    yield from _the_clocks_go_back(nils)
    yield local("2027-11-05")
    nils.agrees("cancellation")
    yield morning("2027-12-01")
    assert nils.latest().lines == (ridden("2027-11-01", "2027-12-01", 240),)
    nils.returns_the_bike()
    assert (nils.shown()["status"], nils.owes_by_the_books()) == ("ended", -nils.credit())


def _the_clocks_go_forward(nils: Contract) -> Chapter:
    yield local("2027-03-28", 4)
    rides(nils, 60, datetime(2027, 3, 28, 1, 30, tzinfo=UTC))  # from 1:30 to 3:30 on the clock
    yield local("2027-03-28", 14)
    nils.changes("change_plan", plan_id="hourly-plus")
    # 82 of the month's 743 hours are left: 10 cents each, and 5 given back.
    assert nils.latest().lines == (
        fee("2027-03-28", "2027-04-01", 820),
        fee("2027-03-28", "2027-04-01", -410),
    )
    yield local("2027-03-31", 23, 55)
    rides(nils, 20, local("2027-03-31", 23, 50))
    yield local("2027-04-01", 0, 40)
    rides(nils, 20, local("2027-04-01", 0, 30))  # in winter time that would be 31 March
    assert nils.latest().lines == (
        fee("2027-04-01", "2027-05-01", 7430),
        ridden("2027-03-01", "2027-04-01", 960),
    )
    assert seconds_by_day(nils, "2027-03-01", "2027-05-01") == {
        "2027-03-28": 3600,
        "2027-03-31": 1200,
        "2027-04-01": 1200,
    }
    assert nils.shown()["next_due_at"] == "2027-04-30T22:00:00Z"


def _the_clocks_go_back(nils: Contract) -> Chapter:
    yield local("2027-10-31", 4)
    rides(nils, 60, datetime(2027, 10, 31, 1, 30, tzinfo=UTC))  # from 2:30 to 2:30 on the clock
    yield local("2027-10-31", 13)
    nils.changes("change_plan", plan_id="hourly")
    # 11 of 745 hours: 54.85 are charged, 109.70 given back.
    assert nils.latest().kind == "credit_note"
    assert nils.latest().lines == (
        fee("2027-10-31", "2027-11-01", 55),
        fee("2027-10-31", "2027-11-01", -110),
    )
    yield local("2027-10-31", 23, 55)
    rides(nils, 20, local("2027-10-31", 23, 50))  # in summer time that would be 1 November
    yield local("2027-11-01", 0, 40)
    rides(nils, 20, local("2027-11-01", 0, 30))
    assert nils.latest().lines == (
        fee("2027-11-01", "2027-12-01", 3715),
        ridden("2027-10-01", "2027-11-01", 960),
    )
    assert nils.shown()["next_due_at"] == "2027-11-30T23:00:00Z"


def rides(contract: Contract, minutes: int, ends_at: datetime) -> None:
    rider = contract.rider
    contract.town.send((rider, [rider.ride(minutes, ends_at)]))


def ridden(start: str, end: str, minor: int) -> tuple[str, str, str, int]:
    return fee(start, end, minor, "ride-minutes")


def seconds_by_day(contract: Contract, since: str, until: str) -> dict[str, int]:
    query = {"subscription_id": contract.rider.subscription_id, "from": since, "to": until}
    days = contract.api.get("/v1/usage", **query)["days"]
    return {day["day"]: day["used"]["ride_seconds"] for day in days}
