"""Rides that are told late: across a tier, and across a change of plan."""

from collections.abc import Iterator
from datetime import datetime

from tests.scenarios.town import Town
from tests.scenarios.years.contracts import (
    Contract,
    Line,
    Paper,
    fee,
    german,
    joins,
    local,
    morning,
)

Chapter = Iterator[datetime]


def what_is_told_late_is_charged_at_the_price_of_its_day(town: Town) -> Chapter:
    omar = joins(town, "Omar", "city-metered")
    yield local("2027-03-01")
    omar.begins(is_on_line=True)
    yield from _across_a_tier(omar)
    yield from _across_a_change_of_plan(omar)
    omar.agrees("cancellation")
    yield morning("2027-09-01")
    omar.keeps_promises()
    omar.returns_the_bike()
    assert (omar.credit(), omar.owes_by_the_books()) == (0, 0)


def _across_a_tier(omar: Contract) -> Chapter:
    rider, town = omar.rider, omar.town
    yield local("2027-03-20")
    town.send((rider, [rider.ride(850, local("2027-03-10"))]))
    late = rider.ride(100, local("2027-03-20"))  # out of reach until April
    yield local("2027-04-03")
    first = omar.latest()
    # 300 minutes are free, 550 cost 8.5 cents each.
    assert first.lines == (
        fee("2027-04-01", "2027-05-01", 990),
        ridden("2027-03-01", "2027-04-01", 4675),
    )
    town.send((rider, [late, late]))
    yield morning("2027-05-01")
    # All 950 cost 5312.5: 50 more in the tier, 50 beyond it at 4.25.
    assert omar.latest() == Paper(
        "invoice",
        "2027-05-01",
        (fee("2027-05-01", "2027-06-01", 990), ridden("2027-03-01", "2027-04-01", 638)),
        (german(1628, 1368),),
        1628,
    )
    assert omar.papers()[-2] == first


def _across_a_change_of_plan(omar: Contract) -> Chapter:
    rider, town = omar.rider, omar.town
    yield local("2027-06-10")
    late = rider.ride(400, local("2027-06-10"))  # out of reach until July
    yield local("2027-06-16")
    omar.changes("change_plan", plan_id="straight")
    assert omar.latest().lines == (
        fee("2027-06-16", "2027-07-01", 600),
        fee("2027-06-16", "2027-07-01", -495),
    )
    yield local("2027-06-20")
    town.send((rider, [rider.ride(200, local("2027-06-20"))]))
    yield local("2027-07-05")
    # The bike's register says 600 since June began, and only its second ride says when.
    assert omar.latest().lines == (
        fee("2027-07-01", "2027-08-01", 1200),
        ridden("2027-06-16", "2027-07-01", 3000),
    )
    town.send((rider, [late]))
    yield morning("2027-08-01")
    # 400 minutes were under the former plan, and 100 of them beyond what it gives away.
    assert sorted(omar.latest().lines) == sorted(
        [
            fee("2027-08-01", "2027-09-01", 1200),
            ridden("2027-06-01", "2027-06-16", 850),
            ridden("2027-06-16", "2027-07-01", -2000),
        ]
    )
    assert omar.latest().gross == 50


def ridden(start: str, end: str, minor: int) -> Line:
    return fee(start, end, minor, "ride-minutes")
