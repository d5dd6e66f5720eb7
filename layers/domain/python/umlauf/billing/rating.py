"""From what is due and what was used to priced charges.

Usage of a period is rated as a whole, also when part of it arrives late: then the period is rated
again and the difference is charged, with the earlier period as its service period.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from umlauf.billing.composing import Charge
from umlauf.billing.model import LineKind, RatedUsage, rated_usage_id
from umlauf.catalog.model import BaseFee, MeteredItem, price_in, rate_item
from umlauf.catalog.price_models.rating import rate_exactly
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import round_to_minor, total
from umlauf.subscriptions.charges import ChargeDue
from umlauf.subscriptions.model import Subscription

LATE_PERIODS: Final = 3
"""How many billed periods are looked at again for usage that arrived late."""

_SHOWN: Final = Decimal("0.0001")
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RatedCharge:
    """A charge, and for usage what is rated of the period with it."""

    charge: Charge
    usage: RatedUsage | None = None


def rate_fee(due: ChargeDue, subscription: Subscription, *, is_add_on: bool) -> RatedCharge:
    """A base fee; in a short period its share by days of the full period the price pays for."""
    price = price_in(due.item, subscription.currency)
    exact = rate_exactly(price.model, Decimal(1)) * due.period.days / due.full_period.days
    return RatedCharge(
        Charge(
            claim=_claim(subscription, due.item, due.period.start),
            item=due.item.id,
            kind=LineKind.ADD_ON if is_add_on else LineKind.BASE_FEE,
            name=due.item.name,
            period=due.period,
            quantity=Decimal(1),
            unit="period",
            amount=round_to_minor(exact, subscription.currency),
            supply=due.item.supply,
            tax_category=due.item.tax_category,
        )
    )


def rate_usage(
    item: MeteredItem, period: Period, counted: int, subscription: Subscription
) -> RatedCharge:
    """All of a period's usage, for the first time."""
    amount = rate_item(item, subscription.currency, counted)
    usage = RatedUsage(
        id=rated_usage_id(subscription.id, item.id, period),
        subscription_id=subscription.id,
        item=item.id,
        meter=item.meter,
        plan_id=subscription.plan_id,
        plan_version=subscription.plan_version,
        period=period,
        quantity=counted,
        amount=amount,
    )
    charge = Charge(
        claim=_claim(subscription, item, period.start),
        item=item.id,
        kind=LineKind.USAGE,
        name=item.name,
        period=period,
        quantity=_in_units(counted, item),
        unit=item.unit,
        amount=amount,
        supply=item.supply,
        tax_category=item.tax_category,
    )
    return RatedCharge(charge, usage)


def rate_difference(
    rated: RatedUsage, item: MeteredItem, counted: int, currency: str
) -> RatedCharge | None:
    """What a billed period costs more, or less, now that other usage is counted in it."""
    if counted == rated.quantity:
        return None
    amount = rate_item(item, currency, counted)
    corrected = rated.corrected(counted, amount)
    claim = (
        f"CHARGE#{rated.subscription_id}#{rated.item}#{rated.plan_version}"
        f"#{rated.period.start}#{corrected.corrections}"
    )
    charge = Charge(
        claim=claim,
        item=item.id,
        kind=LineKind.USAGE_DIFFERENCE,
        name=item.name,
        period=rated.period,
        quantity=_in_units(counted - rated.quantity, item),
        unit=item.unit,
        amount=amount - rated.amount,
        supply=item.supply,
        tax_category=item.tax_category,
    )
    return RatedCharge(charge, corrected)


def keep_above_zero(rated: Sequence[RatedCharge], currency: str) -> tuple[RatedCharge, ...]:
    """Without the differences that would leave nothing to pay; they wait for a later invoice.

    An invoice gives money back only as far as it takes money: beyond that it is a credit note.
    """
    kept = [one for one in rated if one.charge.amount.amount_minor >= 0]
    whole = total((one.charge.amount for one in kept), currency)
    for credit in (one for one in rated if one.charge.amount.amount_minor < 0):
        if (whole + credit.charge.amount).amount_minor > 0:
            whole += credit.charge.amount
            kept.append(credit)
    return tuple(kept)


def counted_in(period: Period, by_day: Mapping[date, int]) -> int:
    return sum(quantity for day, quantity in by_day.items() if period.contains(day))


def _claim(subscription: Subscription, item: BaseFee | MeteredItem, starts_on: date) -> str:
    return f"CHARGE#{subscription.id}#{item.id}#{subscription.plan_version}#{starts_on}"


def _in_units(counted: int, item: MeteredItem) -> Decimal:
    """For people: seconds as minutes. Money is never computed from it."""
    units = Decimal(counted) / item.meter_units_per_unit
    return units.quantize(_SHOWN, rounding=ROUND_HALF_UP).normalize() + Decimal(0)
