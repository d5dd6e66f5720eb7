"""Contracts that are called off within the withdrawal period, and one that should never have been.

All are ordered on Wednesday 3 March and begin on Friday; the last day to withdraw is the 17th.
"""

from collections.abc import Iterator
from datetime import datetime

from tests.scenarios.town import Town
from tests.scenarios.years.contracts import Contract, Paper, fee, german, joins, local, morning

Chapter = Iterator[datetime]

ORDERED = local("2027-03-03")
BEGUN = local("2027-03-05")
WITHDRAWN = local("2027-03-12")


def who_withdraws_gets_all_of_it_back(town: Town) -> Chapter:
    yield ORDERED
    ina = joins(town, "Ina", "roamer")
    yield BEGUN
    ina.begins()
    yield WITHDRAWN
    ina.agrees("withdrawal")
    assert ina.papers()[1:] == [
        Paper(
            "credit_note",
            "2027-03-12",
            (fee("2027-03-05", "2027-04-05", -6900),),
            (german(-6900, -5798),),
            -6900,
        )
    ]
    assert ina.shown()["reason_not_due"] == "awaiting_return"
    ina.returns_the_bike()
    ina.is_paid_out(6900)
    yield morning("2027-04-05")
    assert (ina.shown()["status"], len(ina.papers())) == ("withdrawn", 2)
    assert (ina.credit(), ina.owes_by_the_books()) == (0, 0)


def who_asked_for_an_early_start_pays_the_days_until_the_withdrawal(town: Town) -> Chapter:
    yield ORDERED
    term = {"unit": "month", "count": 12}
    jan = joins(town, "Jan", "city-term", term=term, early_start_requested=True)
    yield BEGUN
    jan.begins()
    fitting = fee("2027-03-05", "2027-03-06", 2990, "setup")
    deposit = fee("2027-03-05", "2027-03-06", 15000, "deposit")
    assert [(paper.kind, paper.lines) for paper in jan.papers()] == [
        ("deposit", (deposit,)),
        ("invoice", (fee("2027-03-05", "2027-04-05", 5900), fitting)),
    ]
    yield WITHDRAWN
    jan.agrees("withdrawal")
    # Seven of 31 days are kept; fitting and deposit are given back, the deposit by itself.
    assert sorted((paper.kind, sorted(paper.lines)) for paper in jan.papers()[2:]) == [
        ("credit_note", [fee("2027-03-12", "2027-04-05", -4568), given_back(fitting)]),
        ("credit_note", [given_back(deposit)]),
    ]
    jan.returns_the_bike()
    assert jan.credit() == 4568 + 2990 + 15000
    jan.is_paid_out(4568 + 2990 + 15000)
    assert (jan.shown()["status"], jan.owes_by_the_books()) == ("withdrawn", 0)


def what_should_never_have_been_is_given_back_whole(town: Town) -> Chapter:
    yield ORDERED
    kim = joins(town, "Kim", "roamer")
    yield BEGUN
    kim.begins()
    yield local("2027-03-18")
    code, text = kim.is_refused("withdrawal")
    assert (code, "2027-03-17" in text) == ("subscriptions.withdrawal_too_late", True), text
    yield from _storno(kim)


def _storno(kim: Contract) -> Chapter:
    kim.changes("add_add_on", add_on="child-seat")
    seat = kim.latest()
    assert seat.lines == (fee("2027-03-18", "2027-04-05", 360, "child-seat"),)
    yield local("2027-04-20")
    kim.staff_agrees("void")
    given = kim.latest()
    assert given.kind == "credit_note"
    assert sorted(given.lines) == [
        fee("2027-03-05", "2027-04-05", -6900),
        fee("2027-04-05", "2027-05-05", -6900),
        fee("2027-03-18", "2027-04-05", -360, "child-seat"),
        fee("2027-04-05", "2027-05-05", -620, "child-seat"),
    ]
    # Not a cent of tax is left of the three invoices.
    assert sum(tax for paper in kim.papers() for *_, tax in paper.taxes) == 0
    kim.returns_the_bike()
    kim.is_paid_out(6900 + 360 + 7520)
    assert kim.shown()["status"] == "voided"
    assert (kim.credit(), kim.owes_by_the_books()) == (0, 0)


def an_invoice_of_two_is_given_back_to_the_last_cent_of_its_tax(town: Town) -> Chapter:
    yield ORDERED
    lou = joins(town, "Lou", "roamer")
    lou.puts_details(wants_consolidated_invoices=True)
    other = Contract(town, town.order_another(lou.rider, plan="city-flexible"))
    yield BEGUN
    town.office.hand_over([lou.rider.who])
    other.begins()
    [shared] = lou.papers()
    assert shared.taxes == (german(13800, 11597),)  # two of 69 euros bear 11.02 each
    yield local("2027-03-08")
    lou.agrees("pauses", {"ends_on": "2027-03-15"})
    yield local("2027-03-10")
    other.agrees("pauses", {"ends_on": "2027-03-13"})
    yield WITHDRAWN
    lou.agrees("withdrawal")
    yield local("2027-03-13")
    other.staff_agrees("void")
    assert lou.credit() == shared.gross
    assert sum(tax for paper in lou.papers() for *_, tax in paper.taxes) == 0
    lou.returns_the_bike()
    other.returns_the_bike()
    lou.is_paid_out(shared.gross)
    assert (lou.credit(), lou.owes_by_the_books()) == (0, 0)


def given_back(line: tuple[str, str, str, int]) -> tuple[str, str, str, int]:
    return (*line[:3], -line[3])
