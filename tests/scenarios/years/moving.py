"""A customer who moves to another country while the contract runs."""

from collections.abc import Iterator
from datetime import datetime

from tests.scenarios.town import Town
from tests.scenarios.years.contracts import Contract, Tax, fee, german, joins, local, morning

Chapter = Iterator[datetime]


def what_ends_after_the_move_is_taxed_where_the_customer_lives_then(town: Town) -> Chapter:
    daan = joins(town, "Daan", "roamer")
    yield local("2027-04-01")
    daan.begins()
    yield morning("2027-05-01")
    assert daan.latest().taxes == (german(6900, 5798),)
    yield from _the_move(daan)
    yield from _a_pause_across_the_tax(daan)
    yield morning("2027-06-01")
    daan.keeps_promises()
    assert (daan.latest().lines, daan.latest().taxes) == (
        (fee("2027-06-01", "2027-07-01", 6900),),
        (dutch(6900, 5702),),
    )
    yield from _the_end(daan)
    assert {paper.number[:2] for paper in daan.papers()} == {"RE", "GS"}, "the German company bills"


def _the_move(daan: Contract) -> Chapter:
    yield local("2027-05-10")
    daan.puts_details(
        address={"street": "Keizersgracht 1", "postal_code": "1015 CN", "city": "Amsterdam",
                 "country": "NL"},
        moved_on="2027-05-10",
    )  # fmt: skip


def _a_pause_across_the_tax(daan: Contract) -> Chapter:
    yield local("2027-05-20")
    daan.agrees("pauses", {"ends_on": "2027-05-27"})
    # Given back as it was charged; charged again as of the day it is served.
    assert daan.latest().lines == (fee("2027-05-20", "2027-05-27", -1558),)
    assert daan.latest().taxes == (german(-1558, -1309),)
    yield local("2027-05-24")
    daan.agrees("resumption")
    assert daan.latest().lines == (fee("2027-05-24", "2027-05-27", 668),)
    assert daan.latest().taxes == (dutch(668, 552),)


def _the_end(daan: Contract) -> Chapter:
    yield local("2027-06-05")
    daan.agrees("cancellation")
    yield morning("2027-06-19")
    daan.keeps_promises()
    assert daan.latest().lines == (fee("2027-06-19", "2027-07-01", -2760),)
    assert daan.latest().taxes == (dutch(-2760, -2281),)
    daan.returns_the_bike()
    daan.is_paid_out(2760)
    assert (daan.credit(), daan.owes_by_the_books()) == (0, 0)


def dutch(gross: int, net: int) -> Tax:
    return "NL", "21", net, gross - net
