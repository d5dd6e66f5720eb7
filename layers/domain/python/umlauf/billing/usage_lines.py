"""The lines of what meters counted: of the periods that are over, and of use that came late."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from umlauf.billing.bill_lines import Bill, BillLine, line_of_charge
from umlauf.billing.charges import BilledCharge
from umlauf.billing.contract_account import Account, next_id, rated_charges
from umlauf.billing.desired import DesiredUsage, desired_usage
from umlauf.billing.measuring import Figure, figure_of_events, figure_of_register
from umlauf.billing.model import LineKind, PriceBasis
from umlauf.billing.rating import (
    LateUsage,
    counted_in,
    in_units,
    percents_off,
    rate_again,
    rate_no_more,
    rate_usage,
    taken_back,
)
from umlauf.billing.windows import Window
from umlauf.catalog.meters import Aggregation, counts_events
from umlauf.catalog.price_models.rating import PriceModel
from umlauf.kernel.calendar import Period, start_of_day
from umlauf.usage.aggregation import Measurement, Span


def usage_of(account: Account, window: Window) -> Bill:
    """Usage of the periods that are over, and what changed in those billed before."""
    stretches = [
        usage
        for one in window.over
        for usage in desired_usage(account.subscription, account.plan_of, one)
    ]
    rated = rated_charges(account.billed)
    if not stretches and not rated:
        return Bill((), ())
    figures = _Figures(account, stretches, rated)
    wanted = {stretch_of_usage(usage) for usage in stretches}
    known = {stretch_of_charge(charge) for charge in rated}
    lines = [
        _usage_line(usage, figures.of(usage), account)
        for usage in stretches
        if stretch_of_usage(usage) not in known
    ]
    changed: list[BilledCharge] = []
    for charge in rated:
        is_gone = (
            charge.period.start >= window.over_from and stretch_of_charge(charge) not in wanted
        )
        late = rate_no_more(charge) if is_gone else rate_again(charge, figures.of_charge(charge))
        if late is not None:
            bill = _difference(late, account)
            lines.extend(bill.lines)
            changed.extend(bill.changed)
    return Bill(tuple(lines), tuple(changed))


class _Figures:
    """What was used in each stretch. Each meter is asked once, for all of them."""

    def __init__(
        self, account: Account, stretches: Sequence[DesiredUsage], rated: Sequence[BilledCharge]
    ) -> None:
        self._time_zone = account.subscription.time_zone
        periods: dict[str, list[Period]] = {}
        levels = set()
        for usage in stretches:
            periods.setdefault(usage.item.meter, []).append(usage.period)
            levels.update(_level(usage.item.meter, usage.item.aggregation))
        for charge in rated:
            if charge.usage is not None:
                periods.setdefault(charge.usage.meter, []).append(charge.period)
                levels.update(_level(charge.usage.meter, charge.usage.aggregation))
        self._by_day: dict[str, Mapping[date, int]] = {}
        self._measured: dict[str, Sequence[Measurement]] = {}
        for meter, of in periods.items():
            # A level is all that ever changed it.
            since = account.subscription.started_on if meter in levels else date.max
            asked = Period(min(since, *(one.start for one in of)), max(one.end for one in of))
            if counts_events(meter):
                self._measured[meter] = account.measured_by(meter, asked)
            else:
                self._by_day[meter] = account.counted_by(meter, asked)

    def of(self, usage: DesiredUsage) -> Figure:
        item = usage.item
        return self._figure(item.meter, item.aggregation, usage.price.model, usage.period)

    def of_charge(self, charge: BilledCharge) -> Figure:
        rated = charge.usage
        if rated is None:
            return figure_of_register(0)
        return self._figure(rated.meter, rated.aggregation, rated.price.model, charge.period)

    def _figure(
        self, meter: str, aggregation: Aggregation, model: PriceModel, period: Period
    ) -> Figure:
        if meter in self._by_day:
            return figure_of_register(counted_in(period, self._by_day[meter]))
        span = Span(
            start_of_day(period.start, self._time_zone), start_of_day(period.end, self._time_zone)
        )
        return figure_of_events(self._measured[meter], aggregation, model, span)


def _level(meter: str, aggregation: Aggregation) -> set[str]:
    return {meter} if aggregation is Aggregation.TIME_WEIGHTED_SUM else set()


def _difference(late: LateUsage, account: Account) -> Bill:
    """More use is a charge of its own; less is given back by the charges of its stretch."""
    charge = late.charge
    if not late.amount:
        return Bill((), (charge,))
    if late.amount.amount_minor > 0:
        line = line_of_charge(
            charge,
            charge_id=next_id(account, charge.item, charge.period.start),
            kind=LineKind.USAGE_DIFFERENCE,
            amount=late.amount,
            quantity=_units(late.counted, charge),
        )
        own = replace(line, full_minor=Decimal(late.amount.amount_minor))
        return Bill((own,), (charge,))
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
            line_of_charge(
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


def _usage_line(usage: DesiredUsage, figure: Figure, account: Account) -> BillLine:
    rated = rate_usage(usage, figure)
    return BillLine(
        charge_id=next_id(account, usage.item.id, usage.period.start),
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
        quantity=in_units(rated.counted, rated),
        unit=usage.item.unit,
        basis=usage.plan.proration,
        usage=rated,
    )


def _units(counted: Decimal, charge: BilledCharge) -> Decimal:
    return in_units(counted, charge.usage) if charge.usage else Decimal(0)


def stretch_of_usage(usage: DesiredUsage) -> tuple[object, ...]:
    """What makes a stretch another one, so that its use is billed anew."""
    item = usage.item
    measured = item.meter, item.aggregation, item.meter_units_per_unit
    terms = usage.price, percents_off(usage), PriceBasis.of(usage.plan)
    return item.id, usage.period, item.supply, item.tax_category, *measured, *terms


def stretch_of_charge(charge: BilledCharge) -> tuple[object, ...]:
    """As `stretch_of_usage`."""
    rated = charge.usage
    if rated is None:
        return charge.item, charge.period
    measured = rated.meter, rated.aggregation, rated.meter_units_per_unit
    terms = rated.price, rated.percents_off, charge.price_basis
    return charge.item, charge.period, charge.supply, charge.tax_category, *measured, *terms
