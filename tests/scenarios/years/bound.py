"""Contracts that bind for long or are paid long ahead, and what a pause does to them."""

from collections.abc import Iterator
from datetime import datetime

from tests.scenarios.town import Town
from tests.scenarios.years.contracts import Contract, Paper, fee, german, joins, local, morning

Chapter = Iterator[datetime]


def a_term_of_two_years_moves_on_by_each_pause(town: Town) -> Chapter:
    mara = joins(town, "Mara", "settler")
    yield local("2027-01-01")
    mara.begins()
    yield from _the_introduction_is_paused(mara)
    yield from _the_second_year_is_paused(mara)
    yield from _nobody_leaves_early(mara)
    yield morning("2029-02-01")
    mara.keeps_promises()
    assert mara.latest().lines == (fee("2029-01-01", "2029-02-01", 4900),)
    assert mara.shown()["reason_not_due"] == "awaiting_return"
    mara.returns_the_bike()
    assert (mara.credit(), mara.owes_by_the_books()) == (0, 0)
    # Three introductory months and 21.5 others, in 24 months and 31 days that were paused.
    whole = 3 * 2900 - 1450 + 1353 + 2613 + 21 * 4900 - 2687
    assert sum(paper.gross for paper in mara.papers()) == whole


def _the_introduction_is_paused(mara: Contract) -> Chapter:
    yield local("2027-02-10")
    mara.agrees("pauses", {"starts_on": "2027-02-10", "ends_on": "2027-02-24"}, until="2027-05-01")
    assert mara.latest().lines == (fee("2027-02-10", "2027-02-24", -1450),)
    yield morning("2027-05-01")
    mara.keeps_promises()
    # The introductory price would have ended on 1 April.
    assert [paper.lines for paper in mara.papers()[-2:]] == [
        (fee("2027-04-01", "2027-04-15", 1353), fee("2027-04-15", "2027-05-01", 2613)),
        (fee("2027-05-01", "2027-06-01", 4900),),
    ]


def _the_second_year_is_paused(mara: Contract) -> Chapter:
    yield local("2028-05-02")
    mara.agrees("pauses", {"starts_on": "2028-05-05", "ends_on": "2028-05-22"})
    yield morning("2028-06-01")
    mara.keeps_promises()
    assert mara.papers()[-2].lines == (fee("2028-05-05", "2028-05-22", -2687),)
    assert mara.open_of(mara.latest()) == {"from_balance": 2687, "paid": 2213}


def _nobody_leaves_early(mara: Contract) -> Chapter:
    yield local("2028-06-10")
    code, text = mara.is_refused("cancellation", {"ends_on": "2029-01-01"})
    assert (code, "2029-02-01" in text) == ("subscriptions.end_too_early", True), text
    flexible = {"kind": "change_plan", "plan_id": "city-flexible"}
    code, text = mara.is_refused("changes", {"change": flexible})
    assert (code, "2029-02-01" in text) == ("subscriptions.term_binds", True), text
    mara.agrees("cancellation", until="2029-02-01")
    assert mara.shown()["ends_on"] == "2029-02-01"


def a_year_that_is_paid_at_once_can_be_paused_again_and_again(town: Town) -> Chapter:
    yara = joins(town, "Yara", "yearly")
    yield local("2027-01-01")
    yara.begins()
    assert yara.papers() == [
        Paper(
            "invoice",
            "2027-01-01",
            (fee("2027-01-01", "2028-01-01", 59000),),
            (german(59000, 49580),),
            59000,
        )
    ]
    yield from _two_pauses(yara)
    yield from _no_more_than_is_left_is_given_back(yara)
    yield from _the_credit_pays(yara)


def _two_pauses(yara: Contract) -> Chapter:
    yield local("2027-02-20")
    yara.agrees("pauses", {"starts_on": "2027-03-01", "ends_on": "2027-04-15"})
    yield morning("2027-03-01")
    yara.keeps_promises()
    assert yara.latest().lines == (fee("2027-03-01", "2027-04-15", -7274),)
    yield local("2027-07-01")
    yara.agrees("pauses", {"ends_on": "2027-08-01"})
    assert yara.latest().lines == (fee("2027-07-01", "2027-08-01", -5011),)
    yield local("2027-07-21")
    yara.agrees("resumption")
    resumed = yara.latest()
    assert resumed.lines == (fee("2027-07-21", "2027-08-01", 1778),)
    assert yara.open_of(resumed) == {"from_balance": 1778}
    assert yara.credit() == 7274 + 5011 - 1778


def _no_more_than_is_left_is_given_back(yara: Contract) -> Chapter:
    yield local("2027-08-10")
    yara.gets_credit(yara.papers()[0], amount={"amount_minor": 45000, "currency": "EUR"})
    yield local("2027-12-01")
    yara.agrees("pauses")
    # 31 days would be 5011; of the charge 59000 - 7274 - 5011 - 45000 is left.
    assert yara.latest().lines == (fee("2027-12-01", "2028-01-01", -1715),)
    yield morning("2028-01-01")
    assert yara.latest().issued_on == "2027-12-01"
    assert (yara.credit(), yara.owes_by_the_books()) == (57222, -57222)


def _the_credit_pays(yara: Contract) -> Chapter:
    yield local("2028-01-16")
    yara.agrees("resumption", {"resumes_on": "2028-01-16"}, until="2029-01-01")
    assert yara.latest().lines == (fee("2028-01-16", "2029-01-01", 56582),)  # 351 of 366 days
    assert yara.open_of(yara.latest()) == {"from_balance": 56582}
    yield morning("2029-01-01")
    yara.keeps_promises()
    assert yara.latest().lines == (fee("2029-01-01", "2030-01-01", 59000),)
    assert yara.open_of(yara.latest()) == {"from_balance": 640, "paid": 58360}
    assert (yara.credit(), yara.owes_by_the_books()) == (0, 0)
