"""What a late payer owes for being late: default interest, a business the lump sum (§ 288 BGB).

Nothing charges it by itself: these are the rules a claim is put together by. A year has 365 days,
also a leap year.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from umlauf.billing.allocation import Arrears
from umlauf.dunning.base_rates import BASE_RATES, BaseRate, base_rate_on
from umlauf.kernel.calendar import Period
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money, round_to_minor

CONSUMER_POINTS: Final = Decimal(5)
BUSINESS_POINTS: Final = Decimal(9)
LUMP_SUM: Final = Money(4_000, "EUR")
DAYS_PER_YEAR: Final = 365
_ONE_DAY: Final = timedelta(days=1)
_MOST_HALF_YEARS: Final = 200


@dataclass(frozen=True, slots=True)
class InterestSpan:
    """So many days at one rate (per cent a year)."""

    days: int
    rate: Decimal

    def __post_init__(self) -> None:
        if self.days < 0:
            raise InvalidInput(f"interest cannot run for {self.days} days", field="days")


def default_rate(base_percent: Decimal, *, is_business: bool) -> Decimal:
    """The rate of default interest: percentage points above the base rate."""
    return base_percent + (BUSINESS_POINTS if is_business else CONSUMER_POINTS)


def days_in_default(due_on: date, paid_on: date) -> Period | None:
    """From the day after the due date up to and with the day of payment; None if paid in time."""
    return Period(due_on + _ONE_DAY, paid_on + _ONE_DAY) if paid_on > due_on else None


def spans_of(
    default: Period, *, is_business: bool, rates: Sequence[BaseRate] = BASE_RATES
) -> tuple[InterestSpan, ...]:
    """The days of default, cut where the base rate may change. Raises BaseRateUnknown."""
    spans: list[InterestSpan] = []
    day = default.start
    for _ in range(_MOST_HALF_YEARS):
        if day >= default.end:
            return tuple(spans)
        base = base_rate_on(day, rates)
        until = min(base.ends_on, default.end)
        rate = default_rate(base.percent, is_business=is_business)
        spans.append(InterestSpan((until - day).days, rate))
        day = until
    raise InvalidInput("a default this long is a matter for a court", field="default")


def interest_exactly(principal: Money, span: InterestSpan) -> Fraction:
    """The unrounded interest of one span, in minor units."""
    return Fraction(span.rate) / 100 * principal.amount_minor * span.days / DAYS_PER_YEAR


def default_interest(arrears: Arrears, spans: Iterable[InterestSpan]) -> Money:
    """The interest on the principal alone, summed over all spans and rounded once.

    Interest and costs that are owed already bear none (§ 289 BGB).
    """
    principal = arrears.principal
    if principal.amount_minor < 0:
        raise InvalidInput(f"nobody owes {principal}", field="principal")
    exact = sum((interest_exactly(principal, span) for span in spans), Fraction(0))
    return round_to_minor(exact, principal.currency)


def recovery_costs(legal_costs: Money, *, is_business: bool) -> Money:
    """What a claim's recovery may cost the debtor.

    A business owes the lump sum once per claim, set off against the costs of legal pursuit; a
    consumer only those costs. The lump sum is one of euros: raises CurrencyMismatch for another
    currency, rather than convert it.
    """
    return max(LUMP_SUM, legal_costs) if is_business else legal_costs
