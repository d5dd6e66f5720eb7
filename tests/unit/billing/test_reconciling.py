"""Desired less billed, stretch by stretch."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.engine_world import flat_plan
from umlauf.billing.charges import BilledCharge, charge_id
from umlauf.billing.desired import DesiredFee
from umlauf.billing.model import LineKind, PriceBasis, TaxTreatment
from umlauf.billing.proration import share
from umlauf.billing.reconciling import Reckoning, Reconciliation, reconcile
from umlauf.catalog.model import BaseFee
from umlauf.catalog.policies import BillingTiming, CreditPolicy
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money

PLAN = flat_plan("one", 3_100)
MONTH = Period(date(2026, 1, 1), date(2026, 2, 1))


def _days(first: int, last: int) -> Period:
    """Of January, the last one included."""
    return Period(date(2026, 1, first), date.fromordinal(date(2026, 1, last).toordinal() + 1))


def _wanted(period: Period = MONTH, minor: str = "3100") -> DesiredFee:
    item = PLAN.items[0]
    assert isinstance(item, BaseFee)
    return DesiredFee(
        item=item,
        kind=LineKind.BASE_FEE,
        plan=PLAN,
        quantity=1,
        period=period,
        full_period=MONTH,
        full_minor=Decimal(minor),
        discounts=(),
        timing=BillingTiming.ADVANCE,
    )


def _paid(period: Period = MONTH, minor: str = "3100", amount: int | None = None) -> BilledCharge:
    fee = _wanted(period, minor)
    exact = Decimal(minor) * period.days / MONTH.days
    return BilledCharge(
        id=charge_id("sub", fee.item.id, period.start, 0),
        subscription_id="sub",
        customer_id="cus",
        item=fee.item.id,
        kind=fee.kind,
        name=fee.item.name,
        plan_id=PLAN.plan_id,
        plan_version=1,
        quantity=1,
        period=period,
        full_period=MONTH,
        full_minor=fee.full_minor,
        amount=Money(round(exact) if amount is None else amount, "EUR"),
        supply=fee.item.supply,
        tax_category=fee.item.tax_category,
        treatment=TaxTreatment("DE", "standard", Decimal(19)),
        price_basis=PriceBasis.of(PLAN),
        invoice_id="inv",
        line=1,
        credited=Money(0, "EUR"),
    )


def _reconciled(
    wanted: Sequence[DesiredFee],
    paid: Sequence[BilledCharge],
    policy: CreditPolicy = CreditPolicy.UNUSED,
    settled_from: date = date.min,
) -> Reconciliation:
    reckoning = Reckoning(
        subscription_id="sub",
        currency="EUR",
        share_of=share,
        credits_over=lambda _charge, part: [(part, policy)],
        settled_from=settled_from,
    )
    return reconcile(wanted, paid, reckoning)


def _charged(found: Reconciliation) -> list[tuple[Period, int]]:
    return [(fee.period, fee.amount.amount_minor) for fee in found.fees]


def _given_back(found: Reconciliation) -> list[tuple[Period, int]]:
    return [(credit.period, credit.amount.amount_minor) for credit in found.credits]


def test_what_is_wanted_and_paid_for_is_left_alone() -> None:
    assert _reconciled([_wanted()], [_paid()]) == Reconciliation((), (), ())


def test_only_the_days_that_are_missing_are_charged() -> None:
    found = _reconciled([_wanted()], [_paid(_days(11, 20))])
    assert _charged(found) == [(_days(1, 10), 1_000), (_days(21, 31), 1_100)]
    assert not found.credits


def test_only_the_days_that_are_not_wanted_are_given_back() -> None:
    found = _reconciled([_wanted(_days(11, 20))], [_paid()])
    assert _given_back(found) == [(_days(1, 10), 1_000), (_days(21, 31), 1_100)]
    (after,) = found.charges
    assert after.covered == (_days(11, 20),)
    assert after.creditable == Money(1_000, "EUR")


def test_another_price_is_another_thing() -> None:
    found = _reconciled([_wanted(minor="6200")], [_paid()])
    assert _charged(found) == [(MONTH, 6_200)]
    assert _given_back(found) == [(MONTH, 3_100)]


def test_days_that_were_given_back_and_are_wanted_again_get_an_identity_of_their_own() -> None:
    returned = _paid().give_back(Money(3_100, "EUR"), MONTH)
    found = _reconciled([_wanted()], [returned])
    assert [fee.id for fee in found.fees] == ["sub#base#2026-01-01#1"]
    assert not found.credits


def test_the_credit_that_closes_a_charge_takes_the_remainder() -> None:
    third = _paid(minor="100")
    found = _reconciled([_wanted(_days(1, 10), "100")], [third])
    (after,) = found.charges
    assert _given_back(found) == [(_days(11, 31), 68)]
    closed = _reconciled([], [after])
    assert _given_back(closed) == [(_days(1, 10), 32)]


def test_what_was_given_back_out_of_goodwill_is_not_given_twice() -> None:
    softened = _paid().give_back(Money(3_000, "EUR"))
    found = _reconciled([_wanted(_days(1, 10))], [softened])
    assert _given_back(found) == [(_days(11, 31), 100)]


@pytest.mark.parametrize(
    ("policy", "back", "still_paid"),
    [
        (CreditPolicy.NONE, [], (MONTH,)),
        (CreditPolicy.UNUSED, [(_days(11, 31), 2_100)], (_days(1, 10),)),
        (CreditPolicy.FULL, [(_days(11, 31), 3_100)], (_days(1, 10),)),
    ],
)
def test_the_policy_says_what_is_given_back(
    policy: CreditPolicy, back: list[tuple[Period, int]], still_paid: tuple[Period, ...]
) -> None:
    charge = _paid()
    found = _reconciled([_wanted(_days(1, 10))], [charge], policy)
    assert _given_back(found) == back
    (after,) = found.charges or (charge,)
    assert after.covered == still_paid


def test_what_lies_before_the_days_in_question_is_kept() -> None:
    found = _reconciled([], [_paid()], settled_from=date(2026, 1, 21))
    assert _given_back(found) == [(_days(21, 31), 1_100)]


def test_done_twice_it_is_done_once() -> None:
    wanted = [_wanted(_days(1, 10)), _wanted(_days(11, 31), "6200")]
    paid = [_paid()]
    once = _reconciled(wanted, paid)
    charged = [replace(_paid(fee.period, "6200"), id=fee.id) for fee in once.fees]
    assert _reconciled(wanted, [*once.charges, *charged]) == Reconciliation((), (), ())
