"""Short and long months, a leap year, and days of 23 and 25 hours."""

from collections.abc import Iterator
from datetime import datetime
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
