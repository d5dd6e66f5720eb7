"""A credit for an invoice that is still open."""

from collections.abc import Iterator
from datetime import datetime

from demo.people import FAILING_CARD, FRESH_CARD
from tests.scenarios.town import Town
from tests.scenarios.years.contracts import fee, joins, local, morning

Chapter = Iterator[datetime]


def a_credit_lowers_what_is_open_before_anything_is_left_over(town: Town) -> Chapter:
    zoe = joins(town, "Zoe", "roamer")
    zoe.rider.app.add_method(card=FAILING_CARD)
    yield local("2027-02-01")
    zoe.begins()
    [unpaid] = zoe.papers()
    assert zoe.open_of(unpaid) == {"open": 6900}
    yield local("2027-02-03")
    zoe.agrees("pauses", {"ends_on": "2027-02-10"})
    assert zoe.latest().lines == (fee("2027-02-03", "2027-02-10", -1725),)
    assert zoe.open_of(unpaid) == {"open": 5175, "credited": 1725}
    assert (zoe.credit(), zoe.owes_by_the_books()) == (0, 5175)

    yield local("2027-02-05")
    zoe.rider.app.add_method(card=FRESH_CARD)
    zoe.rider.app.pay_open_invoices("zoe")
    assert zoe.owes_by_the_books() == 0
    assert zoe.open_of(unpaid) == {"paid": 5175, "credited": 1725}
    assert [case["state"] for case in town.cases(zoe.rider)] == ["closed"]
    zoe.agrees("cancellation")
    yield morning("2027-02-19")
    zoe.keeps_promises()
    # Paid by now, so what is given back is to her credit.
    assert zoe.latest().lines == (fee("2027-02-19", "2027-03-01", -2464),)
    assert (zoe.credit(), zoe.owes_by_the_books()) == (2464, -2464)
    zoe.returns_the_bike()
    zoe.is_paid_out(2464)
    assert (zoe.credit(), zoe.owes_by_the_books()) == (0, 0)
