"""What the shop sells besides months: boxes, a trial, a deposit, one invoice for two bikes."""

from collections.abc import Iterator
from datetime import datetime

from demo.people import GOOD_CARD
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


def a_box_that_is_skipped_in_time_is_not_charged(town: Town) -> Chapter:
    rider = town.sign_up("Rosa", plan="surprise-box")
    rider.app.add_method(card=GOOD_CARD)
    rider.app.order(starts_on="2027-01-15")
    rosa = Contract(town, rider)
    yield local("2027-01-15")
    rosa.begins()
    yield from _boxes_skipped(rosa)
    yield local("2027-04-20")
    rosa.agrees("cancellation")
    yield morning("2027-05-15")
    rosa.keeps_promises()
    assert [paper.lines for paper in rosa.papers()] == [
        (box("2027-01-15", "2027-01-16"),),
        (box("2027-03-15", "2027-03-16"),),
        (box("2027-04-15", "2027-04-16"),),
    ]
    assert rosa.shown()["status"] == "ended"
    assert (rosa.credit(), rosa.owes_by_the_books()) == (0, 0)


def _boxes_skipped(rosa: Contract) -> Chapter:
    yield local("2027-02-01")
    rosa.does("deliveries/skips", delivery("2027-02-15"))
    coming = rosa.api.get(f"{rosa.path}/deliveries", until="2027-04-30")["items"]
    assert [(one["period_start"], one["comes"]) for one in coming] == [
        ("2027-02-15", False),
        ("2027-03-15", True),
        ("2027-04-15", True),
    ]
    yield local("2027-03-12")  # five days before is the latest
    code, text = rosa.is_refused("deliveries/skips", delivery("2027-03-15"))
    assert (code, "2027-03-09" in text) == ("subscriptions.skip_too_late", True), text
    rosa.does("deliveries/skips", delivery("2027-04-15"))
    yield local("2027-04-01")
    rosa.does("deliveries/restorations", delivery("2027-04-15"))


def a_trial_ends_in_an_introduction_and_a_coupon_in_its_full_price(town: Town) -> Chapter:
    tom = joins(town, "Tom", "city-intro")
    yield local("2027-01-01")
    tom.begins()
    yield local("2027-01-05")
    tom.staff_agrees("coupons", {"coupon_id": "welcome"}, until="2027-04-30")
    assert tom.papers() == []
    yield local("2027-04-20")
    tom.keeps_promises()
    assert [paper.lines for paper in tom.papers()] == [
        (fee("2027-01-15", "2027-02-15", 2610),),
        (fee("2027-02-15", "2027-03-15", 2610),),
        (fee("2027-03-15", "2027-04-15", 2610),),
        (fee("2027-04-15", "2027-05-15", 5900),),
    ]
    tom.agrees("cancellation")
    yield morning("2027-05-15")
    tom.keeps_promises()
    tom.returns_the_bike()
    assert (tom.shown()["status"], len(tom.papers())) == ("ended", 4)
    assert (tom.credit(), tom.owes_by_the_books()) == (0, 0)


def a_deposit_comes_back_with_the_bike(town: Town) -> Chapter:
    uwe = joins(town, "Uwe", "city-term", term={"unit": "month", "count": 12})
    yield local("2027-01-01")
    uwe.begins()
    deposit, first = uwe.papers()
    assert deposit == Paper(
        "deposit",
        "2027-01-01",
        (fee("2027-01-01", "2027-01-02", 15000, "deposit"),),
        (("DE", "0", 15000, 0),),
        15000,
    )
    fitting = fee("2027-01-01", "2027-01-02", 2990, "setup")
    assert first.lines == (fee("2027-01-01", "2027-02-01", 5900), fitting)
    yield local("2027-11-20")
    uwe.agrees("cancellation", until="2028-01-01")
    assert uwe.shown()["ends_on"] == "2028-01-01"
    yield local("2028-01-01")
    uwe.keeps_promises()
    uwe.returns_the_bike()
    uwe.gets_credit(deposit)
    uwe.is_paid_out(15000)
    assert (uwe.credit(), uwe.owes_by_the_books()) == (0, 0)
    assert sum(paper.gross for paper in uwe.papers()) == 12 * 5900 + 2990


def two_bikes_are_on_one_invoice_and_a_line_of_it_is_credited(town: Town) -> Chapter:
    vera = joins(town, "Vera", "roamer")
    vera.puts_details(wants_consolidated_invoices=True)
    other = Contract(town, town.order_another(vera.rider, plan="city-flexible"))
    yield local("2027-01-01")
    town.office.hand_over([vera.rider.who])
    other.begins()
    assert [paper.lines for paper in vera.papers()] == [
        (fee("2027-01-01", "2027-02-01", 6900),) * 2
    ]
    yield morning("2027-02-01")
    second = vera.latest()
    assert second == Paper(
        "invoice",
        "2027-02-01",
        (fee("2027-02-01", "2027-03-01", 6900),) * 2,
        (german(13800, 11597),),
        13800,
    )
    yield from _a_line_credited(vera, second)
    yield local("2027-03-05")
    vera.agrees("cancellation")
    other.agrees("cancellation")
    yield local("2027-03-19")
    assert [paper.lines for paper in vera.papers()[-2:]] == [
        (fee("2027-03-06", "2027-04-01", -5787),),
        (fee("2027-03-19", "2027-04-01", -2894),),
    ]
    vera.returns_the_bike()
    other.returns_the_bike()
    vera.is_paid_out(5787 + 2894)
    assert (vera.credit(), vera.owes_by_the_books()) == (0, 0)


def _a_line_credited(vera: Contract, invoice: Paper) -> Chapter:
    yield local("2027-02-10")
    vera.gets_credit(invoice, lines=[line(2, 1000)])
    assert vera.latest().lines == (fee("2027-02-01", "2027-03-01", -1000),)
    assert vera.latest().taxes == (german(-1000, -840),)
    more = vera.credit_is_refused(invoice, lines=[line(2, 5901)])
    assert more == "billing.over_credited"
    yield morning("2027-03-01")
    assert vera.open_of(vera.latest()) == {"from_balance": 1000, "paid": 12800}


def box(start: str, end: str) -> Line:
    return fee(start, end, 2490, "box")


def delivery(period_start: str) -> dict[str, str]:
    return {"item": "box", "period_start": period_start}


def line(number: int, minor: int) -> dict[str, object]:
    return {"number": number, "amount": {"amount_minor": minor, "currency": "EUR"}}
