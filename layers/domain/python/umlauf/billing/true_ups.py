"""The lines of what minimums and maximums add to a period, or take off it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from umlauf.billing.adjusting import (
    Adjustment,
    CommittedLine,
    PeriodCharges,
    RatedStretch,
    adjustments,
)
from umlauf.billing.bill_lines import Bill, BillLine, given_back
from umlauf.billing.charges import BilledCharge
from umlauf.billing.contract_account import Account, next_id, rated_charges
from umlauf.billing.desired import desired_usage, sharing
from umlauf.billing.model import LineKind, PriceBasis
from umlauf.billing.reconciling import Reconciliation, standing_within
from umlauf.billing.usage_lines import stretch_of_charge, stretch_of_usage
from umlauf.billing.windows import Window
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money
from umlauf.subscriptions.timeline import BillingPeriod, billing_periods

_ONE_DAY: Final = timedelta(days=1)
_COMMITTED: Final = frozenset({LineKind.BASE_FEE, LineKind.ADD_ON, LineKind.DELIVERY})
"""The fees that count towards a commitment: what recurs. Setup fees and deposits do not."""


def true_ups(account: Account, window: Window, settled: Reconciliation, used: Bill) -> Bill:
    """Minimum and maximum of the periods that are over, and of those whose usage changed."""
    periods = {one.period.start: one for one in window.over}
    for charge in used.changed:
        for one in billing_periods(
            account.subscription, charge.period.start, charge.period.start + _ONE_DAY
        ):
            periods.setdefault(one.period.start, one)
    wanted = [
        (periods[start], adjustment)
        for start in sorted(periods)
        for adjustment in adjustments(
            account.subscription,
            account.plan_of,
            periods[start],
            PeriodCharges(
                _fees_of(account, settled, periods[start].period),
                _rated_stretches(account, used, periods[start]),
            ),
        )
    ]
    known = [one for one in account.billed if one.kind is LineKind.TRUE_UP and one.covered]
    wanted.extend(_no_more(known, wanted, window.over_from))
    lines: list[BillLine] = []
    changed: list[BilledCharge] = []
    for billing_period, adjustment in wanted:
        of_item = [
            charge
            for charge in known
            if _place(charge, charge.period.start)
            == _place(adjustment, billing_period.period.start)
        ]
        bill = _settled_adjustment(adjustment, of_item, billing_period, account)
        lines.extend(bill.lines)
        changed.extend(bill.changed)
    return Bill(tuple(lines), tuple(changed))


def _no_more(
    known: Sequence[BilledCharge],
    wanted: Sequence[tuple[BillingPeriod, Adjustment]],
    over_from: date,
) -> list[tuple[BillingPeriod, Adjustment]]:
    """What was billed of limits that do not hold any more, each as an adjustment of nothing."""
    places = {_place(one, billing_period.period.start) for billing_period, one in wanted}
    gone: dict[tuple[object, ...], tuple[BillingPeriod, Adjustment]] = {}
    for charge in known:
        place = _place(charge, charge.period.start)
        if charge.period.start >= over_from and place not in places:
            nothing = Adjustment(
                charge.item,
                charge.name,
                Money(0, charge.amount.currency),
                charge.supply,
                charge.tax_category,
                charge.price_basis,
            )
            gone[place] = BillingPeriod(charge.period, charge.full_period), nothing
    return list(gone.values())


def _place(one: Adjustment | BilledCharge, start: date) -> tuple[object, ...]:
    """What an adjustment is of; taxed or priced otherwise, it is another."""
    return one.item, start, one.supply, one.tax_category, one.price_basis


def _fees_of(
    account: Account, settled: Reconciliation, period: Period
) -> tuple[CommittedLine, ...]:
    """The fees that stand charged for a period, this bill included.

    To the cent what is charged, or a cap would be missed by what the parts of a fee round. But a
    coupon and a credit by hand count as if they were not: a limit takes back no gift.
    """
    latest = {one.id: one for one in account.billed if one.kind in _COMMITTED}
    latest.update((one.id, one) for one in settled.charges if one.kind in _COMMITTED)
    share_of = sharing(account.subscription)
    standing = (
        CommittedLine(
            standing_within(charge, period, share_of),
            charge.supply,
            charge.tax_category,
            charge.price_basis,
        )
        for charge in latest.values()
        if any(part.overlaps(period) for part in charge.covered)
    )
    fresh = (
        CommittedLine(
            new.price, new.fee.item.supply, new.fee.item.tax_category, PriceBasis.of(new.fee.plan)
        )
        for new in settled.fees
        if new.fee.kind in _COMMITTED and _within(new.period, period)
    )
    return (*standing, *fresh)


def _rated_stretches(
    account: Account, used: Bill, billing_period: BillingPeriod
) -> tuple[RatedStretch, ...]:
    """What each metered stretch of a billing period comes to, this bill included."""
    there = {
        stretch_of_usage(usage)
        for usage in desired_usage(account.subscription, account.plan_of, billing_period)
    }
    latest = {charge.id: charge for charge in rated_charges(account.billed)}
    latest.update((charge.id, charge) for charge in used.changed if charge.usage is not None)
    billed = [
        RatedStretch(
            charge.item,
            charge.usage.price,
            charge.period,
            charge.usage.amount,
            charge.price_basis,
        )
        for charge in latest.values()
        if charge.usage is not None and stretch_of_charge(charge) in there
    ]
    fresh = [
        RatedStretch(line.item, line.usage.price, line.period, line.usage.amount, line.price_basis)
        for line in used.lines
        if line.usage is not None and line.kind is LineKind.USAGE
        if _within(line.period, billing_period.period)
    ]
    return (*billed, *fresh)


def _settled_adjustment(
    wanted: Adjustment,
    known: Sequence[BilledCharge],
    billing_period: BillingPeriod,
    account: Account,
) -> Bill:
    """The difference between what an adjustment should be and what of it was reckoned before.

    That is a charge's `full_minor`: what a coupon or a credit by hand took off is not owed again.
    What was billed the other way is undone first, so that nothing of it stays behind.
    """
    currency = wanted.amount.currency
    reckoned = sum(int(charge.full_minor) for charge in known)
    missing = wanted.amount - Money(reckoned, currency)
    lines: list[BillLine] = []
    changed: list[BilledCharge] = []
    for charge in known:
        part = _nearer_zero(-missing, Money(int(charge.full_minor), currency))
        if part:
            back = _nearer_zero(part, charge.left)
            left = charge.full_minor - part.amount_minor
            changed.append(replace(charge.give_back(back), full_minor=left))
            lines.append(given_back(charge, charge.period, back))
            missing += part
    if missing:
        current = account.subscription.current
        lines.append(
            BillLine(
                charge_id=next_id(account, wanted.item, billing_period.period.start),
                subscription_id=account.subscription.id,
                item=wanted.item,
                kind=LineKind.TRUE_UP,
                name=wanted.name,
                plan_id=current.plan_id,
                plan_version=current.plan_version,
                period=billing_period.period,
                full_period=billing_period.full_period,
                full_minor=Decimal(missing.amount_minor),
                amount=missing,
                supply=wanted.supply,
                tax_category=wanted.tax_category,
                price_basis=wanted.price_basis,
            )
        )
    return Bill(tuple(lines), tuple(changed))


def _nearer_zero(one: Money, other: Money) -> Money:
    """The smaller of two amounts of one sign; nothing where they have different ones."""
    if one.amount_minor * other.amount_minor <= 0:
        return Money(0, one.currency)
    return min(one, other) if one.amount_minor > 0 else max(one, other)


def _within(part: Period, whole: Period) -> bool:
    return whole.start <= part.start and part.end <= whole.end
