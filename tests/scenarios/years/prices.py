"""Prices that are named, capped, or committed to."""

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

FEBRUARY = ("2027-02-01", "2027-03-01")


def nobody_pays_more_than_the_cap_however_late_rides_are_told(town: Town) -> Chapter:
    pia = joins(town, "Pia", "city-by-the-minute")
    yield local("2027-02-01")
    pia.begins(is_on_line=True)
    yield local("2027-02-25")
    rider = pia.rider
    town.send((rider, [rider.ride(600, local("2027-02-10"))]))
    late = rider.ride(200, local("2027-02-20"))
    later = rider.ride(100, local("2027-02-25"))
    yield local("2027-03-03")
    assert pia.latest().lines == (ridden(*FEBRUARY, 7200),)
    town.send((rider, [late]))  # all of it would cost 96 euros
    yield local("2027-04-03")
    assert pia.latest().lines == (ridden(*FEBRUARY, 2400), capped(-1700))
    assert pia.latest().taxes == (german(700, 588),)
    town.send((rider, [later]))
    pia.agrees("cancellation")
    yield morning("2027-05-01")
    pia.keeps_promises()
    assert pia.latest().lines == (ridden(*FEBRUARY, 1200), capped(-1200))
    assert sum(paper.gross for paper in pia.papers()) == 7900
    pia.returns_the_bike()
    assert (pia.shown()["status"], pia.owes_by_the_books()) == ("ended", 0)


def who_names_the_price_may_name_another(town: Town) -> Chapter:
    eva = joins(town, "Eva", "city-fair", chosen_minor={"base-fee": 2500})
    yield local("2027-02-01")
    eva.begins()
    yield local("2027-02-15")
    too_little = {"kind": "choose_amount", "item": "base-fee", "amount_minor": 1899}
    code, text = eva.is_refused("changes", {"change": too_little})
    assert "1900" in text, (code, text)
    eva.changes("choose_amount", item="base-fee", amount_minor=3900)
    assert [paper.lines for paper in eva.papers()] == [
        (fee(*FEBRUARY, 2500),),
        (fee("2027-02-15", "2027-03-01", 1950), fee("2027-02-15", "2027-03-01", -1250)),
    ]
    yield local("2027-03-15")
    eva.changes("choose_amount", item="base-fee", amount_minor=1900)  # less, so from April on
    yield local("2027-04-05")
    eva.keeps_promises()
    assert [paper.lines for paper in eva.papers()[2:]] == [
        (fee("2027-03-01", "2027-04-01", 3900),),
        (fee("2027-04-01", "2027-05-01", 1900),),
    ]
    eva.agrees("cancellation")
    yield morning("2027-05-01")
    eva.returns_the_bike()
    assert (len(eva.papers()), eva.owes_by_the_books()) == (4, 0)


def a_company_pays_net_prices_behind_and_what_it_committed_to(town: Town) -> Chapter:
    firm = joins(town, "Firma", "city-fleet", quantity=4)
    firm.is_made_a_business("Radwerk GmbH")
    yield local("2027-02-01")
    firm.begins()
    assert firm.papers() == []
    yield morning("2027-03-01")
    # Four bikes come to 184 euros, the company committed to 200.
    assert firm.latest() == Paper(
        "invoice",
        "2027-03-01",
        (fee(*FEBRUARY, 18400), fee(*FEBRUARY, 1600, "commitment.transport_hire.standard")),
        (german(23800, 20000),),
        23800,
    )
    yield from _a_dozen_bikes(firm)
    yield morning("2028-02-01")
    firm.keeps_promises()
    firm.returns_the_bike()
    assert (firm.shown()["status"], firm.owes_by_the_books()) == ("ended", 0)
    assert len(firm.papers()) == 12


def _a_dozen_bikes(firm: Contract) -> Chapter:
    yield local("2027-03-16")
    firm.changes("change_quantity", quantity=12)
    yield morning("2027-04-01")
    firm.keeps_promises()
    # 15 of 31 days at 4 x 46 euros, 16 at 12 x 39: together more than 200.
    assert firm.latest().lines == (
        fee("2027-03-01", "2027-03-16", 8903),
        fee("2027-03-16", "2027-04-01", 24155),
    )
    assert firm.latest().taxes == (("DE", "19", 33058, 6281),)
    code, text = firm.is_refused("cancellation", {"ends_on": "2027-08-01"})
    assert (code, "2028-02-01" in text) == ("subscriptions.end_too_early", True), text
    firm.agrees("cancellation", until="2028-02-01")


def ridden(start: str, end: str, minor: int) -> Line:
    return fee(start, end, minor, "ride-minutes")


def capped(minor: int) -> Line:
    return fee(*FEBRUARY, minor, "ride-minutes-limit.2027-02-01")
