"""One contract's bill for one day: everything that is due, and everything to be put right.

Pure. What to charge comes from `desired`, what to give back from `reconciling`, usage from
`rating`; here they become the lines of a bill and the records of what is billed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from umlauf.billing.adjusting import Adjustment, RatedStretch, adjustments
from umlauf.billing.charges import BilledCharge, RatedQuantity, charge_id
from umlauf.billing.desired import (
    DesiredUsage,
    desired_fees,
    desired_usage,
    sharing,
)
from umlauf.billing.model import LineDiscount, LineKind, PriceBasis
from umlauf.billing.rating import (
    CLOSING_DAYS,
    LATE_PERIODS,
    LateUsage,
    counted_in,
    in_units,
    percents_off,
    rate_again,
    rate_no_more,
    rate_usage,
    taken_back,
)
from umlauf.billing.reconciling import (
    FEE_KINDS,
    Credit,
    NewFee,
    Reckoning,
    Reconciliation,
    reconcile,
)
from umlauf.catalog.model import Supply, TaxCategory
from umlauf.catalog.policies import BillingTiming, ProrationBasis
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.timeline import (
    BillingPeriod,
    PaidTime,
    PlanOf,
    billing_periods,
    boundary_before,
    credits_over,
)

CountedBy = Callable[[str, Period], Mapping[date, int]]
"""What a meter counted, in its whole units, per local day of a period."""
ChargesOf = Callable[[str], Iterable[BilledCharge]]
"""What was charged on an invoice, by its id."""


def nothing_counted(_meter: str, _period: Period) -> Mapping[date, int]:
    """No usage: what plans without meters need."""
    return {}


_ONE: Final = Decimal(1)
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """A line to be: what is charged, or with `corrects` what is given back (below zero).

    `amount` is in the plan's `price_basis`, after `discounts`. `full_period` and `full_minor` are
    what later credits are reckoned from.
    """

    charge_id: str
    subscription_id: str
    item: str
    kind: LineKind
    name: str
    plan_id: str
    plan_version: int
    period: Period
    full_period: Period
    full_minor: Decimal
    amount: Money
    supply: Supply
    tax_category: TaxCategory
    price_basis: PriceBasis
    quantity: Decimal = _ONE
    unit: str = "period"
    agreed_quantity: int = 1
    discounts: tuple[LineDiscount, ...] = ()
    basis: ProrationBasis = ProrationBasis.ACTUAL_DAYS
    usage: RatedQuantity | None = None
    corrects: BilledCharge | None = None

    @property
    def is_shown(self) -> bool:
        """Free use is worth a line; no use, and what changes nothing, are not."""
        if self.amount or self.discounts:
            return True
        if self.kind in FEE_KINDS:
            return self.corrects is None
        return self.usage is not None and self.usage.counted != 0


@dataclass(frozen=True, slots=True)
class Bill:
    """What one contract is billed on a day, and the charges whose counters move with it."""

    lines: tuple[BillLine, ...]
    changed: tuple[BilledCharge, ...]


def _of_nobody_else(_invoice_id: str) -> Iterable[BilledCharge]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A contract with all that billing knows of it.

    `billed` must hold every charge whose period ends after `looks_back_to(subscription, day)`.
    `others_on` gives the charges of other contracts on an invoice they share.
    """

    subscription: Subscription
    plan_of: PlanOf
    billed: Sequence[BilledCharge] = ()
    counted_by: CountedBy = nothing_counted
    others_on: ChargesOf = _of_nobody_else

    def on_record(self, invoice_ids: Iterable[str]) -> tuple[BilledCharge, ...]:
        """What was charged on invoices, by whichever contract; tax is reckoned for them whole."""
        others = (charge for invoice_id in invoice_ids for charge in self.others_on(invoice_id))
        return (*self.billed, *others)


def looks_back_to(subscription: Subscription, day: date) -> date:
    """Charges whose period ends after this day matter to a bill on `day`.

    Those that a repair may touch, and those of the last periods, where usage may arrive late.
    """
    back = _open_from(subscription, day)
    for _ in range(LATE_PERIODS + 1):
        earlier = boundary_before(subscription, back)
        if earlier is None:
            break
        back = earlier
    return back


def closing_day(account: Account, bill: Bill) -> date | None:
    """When to look a last time, once the contract is over; None where nothing was metered."""
    ends_on = account.subscription.ends_on
    is_metered = any(charge.usage is not None for charge in account.billed) or any(
        line.usage is not None for line in bill.lines
    )
    return ends_on + timedelta(days=CLOSING_DAYS) if ends_on is not None and is_metered else None


def assemble_bill(account: Account, day: date) -> Bill:
    """The bill of a day: a boundary, the end, or a day on which something is put right.

    Raises NoPriceInCurrency, UnknownPlan, UnknownAddOn.
    """
    window = _window(account.subscription, day)
    settled = _settled_fees(account, window)
    used = _used(account, window)
    adjusted = _adjusted(account, window, used)
    lines = [
        *(_fee_line(new, account.subscription) for new in settled.fees),
        *(_credit_line(credit) for credit in settled.credits),
        *used.lines,
        *adjusted.lines,
    ]
    changed = {charge.id: charge for charge in settled.charges}
    changed.update((charge.id, charge) for charge in (*used.changed, *adjusted.changed))
    return Bill(tuple(lines), tuple(changed.values()))


@dataclass(frozen=True, slots=True)
class _Window:
    """The time a bill looks at.

    `over` are the periods that have ended and were not billed, or are to be put right; `ahead`
    those that have begun. Neither may be left: what was billed `since` is then given back.
    """

    since: date
    ahead: tuple[BillingPeriod, ...]
    over: tuple[BillingPeriod, ...]

    @property
    def over_from(self) -> date:
        return self.over[0].period.start if self.over else self.since

    @property
    def settled_from(self) -> date:
        return min([self.over_from, *(one.period.start for one in self.ahead)])


def _open_from(subscription: Subscription, day: date) -> date:
    """The first day that may not be billed yet as it should be."""
    days = subscription.repair_from, subscription.billed_through, subscription.ends_on
    since = min(day, *(one for one in days if one is not None))
    return max(since, subscription.imported_through or since)


def _window(subscription: Subscription, day: date) -> _Window:
    since = _open_from(subscription, day)
    ahead = tuple(billing_periods(subscription, since, day + _ONE_DAY))
    ended_since = boundary_before(subscription, since) or since
    if subscription.imported_through is not None:
        ended_since = max(ended_since, subscription.imported_through)
    over = tuple(
        one for one in billing_periods(subscription, ended_since, day) if one.period.end <= day
    )
    return _Window(since, ahead, over)


def _settled_fees(account: Account, window: _Window) -> Reconciliation:
    """Fees of both timings together: a change may turn one into the other inside a period."""
    subscription = account.subscription
    periods = dict.fromkeys((*window.over, *window.ahead))
    desired = [
        fee
        for one in periods
        for fee in desired_fees(subscription, account.plan_of, one)
        if fee.timing is BillingTiming.ADVANCE or one in window.over
    ]
    reckoning = Reckoning(
        subscription_id=subscription.id,
        currency=subscription.currency,
        share_of=sharing(subscription),
        credits_over=lambda charge, part: credits_over(subscription, _paid_time(charge), part),
        settled_from=window.settled_from,
    )
    fees = [charge for charge in account.billed if charge.kind in FEE_KINDS]
    return reconcile(desired, fees, reckoning)


def _paid_time(charge: BilledCharge) -> PaidTime:
    return PaidTime(charge.period.start, charge.plan_id, charge.plan_version)


def _used(account: Account, window: _Window) -> Bill:
    """Usage of the periods that are over, and what changed in those billed before."""
    stretches = [
        usage
        for one in window.over
        for usage in desired_usage(account.subscription, account.plan_of, one)
    ]
    rated = _rated(account.billed)
    if not stretches and not rated:
        return Bill((), ())
    counts = _Counts(account, stretches, rated)
    wanted = {_stretch_of_usage(usage) for usage in stretches}
    known = {_stretch_of_charge(charge) for charge in rated}
    lines = [
        _usage_line(usage, counts.of(usage.item.meter, usage.period), account)
        for usage in stretches
        if _stretch_of_usage(usage) not in known
    ]
    changed: list[BilledCharge] = []
    for charge in rated:
        is_gone = (
            charge.period.start >= window.over_from and _stretch_of_charge(charge) not in wanted
        )
        late = rate_no_more(charge) if is_gone else rate_again(charge, counts.of_charge(charge))
        if late is not None:
            bill = _difference(late, account)
            lines.extend(bill.lines)
            changed.extend(bill.changed)
    return Bill(tuple(lines), tuple(changed))


class _Counts:
    """What the meters counted, asked for once a meter."""

    def __init__(
        self, account: Account, stretches: Sequence[DesiredUsage], rated: Sequence[BilledCharge]
    ) -> None:
        periods: dict[str, list[Period]] = {}
        for usage in stretches:
            periods.setdefault(usage.item.meter, []).append(usage.period)
        for charge in rated:
            if charge.usage is not None:
                periods.setdefault(charge.usage.meter, []).append(charge.period)
        self._by_day = {
            meter: account.counted_by(
                meter, Period(min(one.start for one in of), max(one.end for one in of))
            )
            for meter, of in periods.items()
        }

    def of(self, meter: str, period: Period) -> int:
        return counted_in(period, self._by_day[meter])

    def of_charge(self, charge: BilledCharge) -> int:
        return self.of(charge.usage.meter, charge.period) if charge.usage else 0


def _difference(late: LateUsage, account: Account) -> Bill:
    """More use is a charge of its own; less is given back by the charges of its stretch."""
    charge = late.charge
    if not late.amount:
        return Bill((), (charge,))
    if late.amount.amount_minor > 0:
        line = _line_of_charge(
            charge,
            charge_id=_next_id(account, charge.item, charge.period.start),
            kind=LineKind.USAGE_DIFFERENCE,
            amount=late.amount,
            quantity=_units(late.counted, charge),
        )
        return Bill((line,), (charge,))
    differences = [
        one
        for one in account.billed
        if one.kind is LineKind.USAGE_DIFFERENCE
        and (one.item, one.period) == (charge.item, charge.period)
    ]
    changed = {charge.id: charge}
    lines = []
    quantity = _units(late.counted, charge)
    for giver, part in taken_back(-late.amount, charge, differences):
        changed[giver.id] = giver
        lines.append(
            _line_of_charge(
                giver,
                charge_id=giver.id,
                kind=LineKind.USAGE_DIFFERENCE,
                amount=-part,
                quantity=quantity,
                corrects=giver,
            )
        )
        quantity = Decimal(0)
    return Bill(tuple(lines), tuple(changed.values()))


def _adjusted(account: Account, window: _Window, used: Bill) -> Bill:
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
            _rated_stretches(account, used, periods[start]),
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
            if (charge.item, charge.period.start) == (adjustment.item, billing_period.period.start)
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
    places = {(one.item, billing_period.period.start) for billing_period, one in wanted}
    gone: dict[tuple[str, date], tuple[BillingPeriod, Adjustment]] = {}
    for charge in known:
        place = charge.item, charge.period.start
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


def _rated_stretches(
    account: Account, used: Bill, billing_period: BillingPeriod
) -> tuple[RatedStretch, ...]:
    """What each metered stretch of a billing period comes to, this bill included."""
    there = {
        _stretch_of_usage(usage)
        for usage in desired_usage(account.subscription, account.plan_of, billing_period)
    }
    latest = {charge.id: charge for charge in _rated(account.billed)}
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
        if charge.usage is not None and _stretch_of_charge(charge) in there
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
    """
    currency = wanted.amount.currency
    reckoned = sum(int(charge.full_minor) for charge in known)
    missing = wanted.amount - Money(reckoned, currency)
    lines: list[BillLine] = []
    changed: list[BilledCharge] = []
    for charge in known:
        part = min(-missing, Money(int(charge.full_minor), currency))
        if part.amount_minor > 0:
            back = min(part, charge.creditable)
            left = charge.full_minor - part.amount_minor
            changed.append(replace(charge.give_back(back), full_minor=left))
            lines.append(_given_back(charge, charge.period, back))
            missing += part
    if missing:
        current = account.subscription.current
        lines.append(
            BillLine(
                charge_id=_next_id(account, wanted.item, billing_period.period.start),
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


# -- Lines ----------------------------------------------------------------------------------------


def _fee_line(new: NewFee, subscription: Subscription) -> BillLine:
    fee = new.fee
    return BillLine(
        charge_id=new.id,
        subscription_id=subscription.id,
        item=fee.item.id,
        kind=fee.kind,
        name=fee.item.name,
        plan_id=fee.plan.plan_id,
        plan_version=fee.plan.plan_version,
        period=new.period,
        full_period=fee.full_period,
        full_minor=fee.full_minor,
        amount=new.amount,
        supply=fee.item.supply,
        tax_category=fee.item.tax_category,
        price_basis=PriceBasis.of(fee.plan),
        quantity=Decimal(fee.quantity),
        agreed_quantity=fee.quantity,
        discounts=new.discounts,
        basis=fee.plan.proration,
    )


def _credit_line(credit: Credit) -> BillLine:
    return _given_back(credit.charge, credit.period, credit.amount)


def _given_back(charge: BilledCharge, period: Period, amount: Money) -> BillLine:
    return replace(
        _line_of_charge(charge, charge_id=charge.id, kind=charge.kind, amount=-amount),
        period=period,
        corrects=charge,
    )


def _usage_line(usage: DesiredUsage, counted: int, account: Account) -> BillLine:
    rated = rate_usage(usage, counted)
    return BillLine(
        charge_id=_next_id(account, usage.item.id, usage.period.start),
        subscription_id=account.subscription.id,
        item=usage.item.id,
        kind=LineKind.USAGE,
        name=usage.item.name,
        plan_id=usage.plan.plan_id,
        plan_version=usage.plan.plan_version,
        period=usage.period,
        full_period=usage.full_period,
        full_minor=Decimal(rated.amount.amount_minor),
        amount=rated.amount,
        supply=usage.item.supply,
        tax_category=usage.item.tax_category,
        price_basis=PriceBasis.of(usage.plan),
        quantity=in_units(counted, rated),
        unit=usage.item.unit,
        basis=usage.plan.proration,
        usage=rated,
    )


def _line_of_charge(
    charge: BilledCharge,
    *,
    charge_id: str,
    kind: LineKind,
    amount: Money,
    quantity: Decimal | None = None,
    corrects: BilledCharge | None = None,
) -> BillLine:
    return BillLine(
        charge_id=charge_id,
        subscription_id=charge.subscription_id,
        item=charge.item,
        kind=kind,
        name=charge.name,
        plan_id=charge.plan_id,
        plan_version=charge.plan_version,
        period=charge.period,
        full_period=charge.full_period,
        full_minor=charge.full_minor,
        amount=amount,
        supply=charge.supply,
        tax_category=charge.tax_category,
        price_basis=charge.price_basis,
        quantity=Decimal(charge.quantity) if quantity is None else quantity,
        unit=charge.usage.unit if charge.usage else "period",
        agreed_quantity=charge.quantity,
        basis=charge.basis,
        corrects=corrects,
    )


def _next_id(account: Account, item: str, day: date) -> str:
    sequence = sum(1 for one in account.billed if (one.item, one.period.start) == (item, day))
    return charge_id(account.subscription.id, item, day, sequence)


def _units(counted: int, charge: BilledCharge) -> Decimal:
    return in_units(counted, charge.usage) if charge.usage else Decimal(0)


def _rated(billed: Sequence[BilledCharge]) -> list[BilledCharge]:
    """The charges that stand for a stretch's usage; those of stretches that are gone do not."""
    return [charge for charge in billed if charge.usage is not None and charge.covered]


def _stretch_of_usage(usage: DesiredUsage) -> tuple[object, ...]:
    terms = usage.price, percents_off(usage), PriceBasis.of(usage.plan)
    return usage.item.id, usage.period, *terms


def _stretch_of_charge(charge: BilledCharge) -> tuple[object, ...]:
    rated = charge.usage
    terms = (rated.price, rated.percents_off, charge.price_basis) if rated else ()
    return charge.item, charge.period, *terms


def _within(part: Period, whole: Period) -> bool:
    return whole.start <= part.start and part.end <= whole.end
