"""When an invoiced amount is earned: by the day of service, and what is not earned yet is deferred.

Schedules sum exactly and end at zero: what is recognised up to a day is rounded from the whole
(cumulative rounding), and a month gets the difference. A customer's balance that pays part of an
invoice moves no revenue; a credit note takes deferred revenue first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final

from umlauf.kernel.calendar import Period, local_date, require_aware, start_of_day
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money, round_to_minor, total

MAX_MONTHS: Final = 1_200
_MICROSECOND: Final = timedelta(microseconds=1)


class Granularity(StrEnum):
    """How finely a service that begins and ends inside a day is spread over calendar months."""

    DAY = "day"
    """Whole days: the first counts in full, the last not at all."""

    SECOND = "second"
    EVEN_MONTHS = "even_months"
    """First and last month by the second; the full months between them alike."""


@dataclass(frozen=True, slots=True)
class Service:
    """What an amount pays for, from one instant to another, in the zone of the books."""

    start: datetime
    end: datetime
    time_zone: str

    def __post_init__(self) -> None:
        if require_aware(self.end) <= require_aware(self.start):
            raise InvalidInput(f"a service must end after it starts: {self}", field="end")

    @classmethod
    def of_days(cls, days: Period, time_zone: str) -> "Service":
        return cls(
            start_of_day(days.start, time_zone), start_of_day(days.end, time_zone), time_zone
        )

    @property
    def days(self) -> Period:
        """The days it counts for. One that ends on its first day counts for that day."""
        first, last = (local_date(one, self.time_zone) for one in (self.start, self.end))
        return Period(first, max(last, first + timedelta(days=1)))


@dataclass(frozen=True, slots=True)
class RecognisedRevenue:
    """What one calendar month earns, and what is still deferred at its end."""

    month: date
    amount: Money
    deferred: Money
    deferred_change: Money
    """What the month adds to deferred revenue: the first the invoice, each what it earns less."""


def revenue_schedule(
    amount: Money, service: Service, granularity: Granularity = Granularity.DAY
) -> tuple[RecognisedRevenue, ...]:
    """Each month's revenue, in order: together the amount, and nothing deferred at the end."""
    months = _months(service, granularity)
    earned = _earned(amount, service, granularity, months)
    schedule = []
    before = Money(0, amount.currency)
    deferred = amount
    for month, part in zip(months, earned, strict=False):
        deferred -= part
        schedule.append(RecognisedRevenue(month, part, deferred, deferred - before))
        before = deferred
    return tuple(schedule)


def recognised_until(amount: Money, service: Service, day: date) -> Money:
    """What is earned before `day`, by whole days."""
    return round_to_minor(amount.amount_minor * _by_days(service, day), amount.currency)


@dataclass(frozen=True, slots=True)
class MonthlyMovement:
    """What one month moves: assets up by debit, liabilities and revenue up by credit."""

    month: date
    receivable: Money
    cash: Money
    customer_balance: Money
    deferred: Money
    revenue: Money

    @property
    def is_balanced(self) -> bool:
        owned = self.receivable + self.cash
        return owned == self.customer_balance + self.deferred + self.revenue


def monthly_movements(
    invoice: Money,
    service: Service,
    *,
    balance_used: Money,
    payments: Mapping[date, Money],
    granularity: Granularity = Granularity.DAY,
) -> tuple[MonthlyMovement, ...]:
    """An invoice's way through the books, month by month.

    The customer's balance pays its part when the invoice is issued, in the first month of service.
    `payments` are by the day the money came; a month without any movement is left out. Raises
    InvalidInput for a balance beyond the invoice, or money before it.
    """
    nothing = Money(0, invoice.currency)
    if not nothing <= balance_used <= invoice:
        raise InvalidInput(f"of {invoice} the balance cannot pay {balance_used}", field="balance")
    earned = {one.month: one for one in revenue_schedule(invoice, service, granularity)}
    issued = min(earned)
    cash: dict[date, Money] = {}
    for day, amount in payments.items():
        month = day.replace(day=1)
        cash[month] = cash.get(month, nothing) + amount
    if cash and min(cash) < issued:
        raise InvalidInput("nothing is paid before it is invoiced", field="payments")
    movements = []
    for month in sorted({*earned, *cash}):
        came, part = cash.get(month, nothing), earned.get(month)
        claimed = invoice - balance_used if month == issued else nothing
        movements.append(
            MonthlyMovement(
                month=month,
                receivable=claimed - came,
                cash=came,
                customer_balance=-balance_used if month == issued else nothing,
                deferred=part.deferred_change if part else nothing,
                revenue=part.amount if part else nothing,
            )
        )
    return tuple(movements)


@dataclass(frozen=True, slots=True)
class Deferral:
    """An invoiced amount, what of it is earned, and what was given back by credit notes."""

    amount: Money
    recognised: Money
    credited: Money

    @property
    def deferred(self) -> Money:
        """Neither earned nor given back. Negative once a credit reaches into what was earned."""
        return self.amount - self.recognised - self.credited

    def credit(self, credit: Money) -> "Deferral":
        """A credit note takes deferred revenue first. Raises InvalidInput beyond the invoice."""
        credited = self.credited + credit
        if credit.amount_minor < 0 or credited > self.amount:
            raise InvalidInput(
                f"{credit} cannot be credited on {self.amount}: {self.credited} was already",
                field="credit",
            )
        return replace(self, credited=credited)

    def end(self) -> "Deferral":
        """Nothing lies ahead any more: what is deferred is earned, and what is missing is not."""
        return replace(self, recognised=self.recognised + self.deferred)


def _earned(
    amount: Money, service: Service, granularity: Granularity, months: Sequence[date]
) -> list[Money]:
    match granularity:
        case Granularity.DAY:
            return _differences(amount, [_by_days(service, bound) for bound in months[1:]])
        case Granularity.SECOND:
            return _differences(amount, [_by_time(service, bound) for bound in months[1:]])
        case Granularity.EVEN_MONTHS:
            return _even_months(amount, service, months)


def _months(service: Service, granularity: Granularity) -> tuple[date, ...]:
    """The first days of the months that earn something, and of the one after them."""
    if granularity is Granularity.DAY:
        last = service.days.end - timedelta(days=1)
    else:
        last = local_date(service.end - _MICROSECOND, service.time_zone)
    first = service.days.start.replace(day=1)
    months = [first]
    for _ in range(MAX_MONTHS):
        months.append((months[-1] + timedelta(days=31)).replace(day=1))
        if months[-1] > last:
            return tuple(months)
    raise InvalidInput(f"a service may last {MAX_MONTHS} months at most", field="end")


def _by_days(service: Service, day: date) -> Fraction:
    """Which share of the service's days lies before `day`."""
    days = service.days
    gone = (min(max(day, days.start), days.end) - days.start).days
    return Fraction(gone, days.days)


def _by_time(service: Service, day: date) -> Fraction:
    """Which share of the service's time lies before a local day begins."""
    bound = min(max(start_of_day(day, service.time_zone), service.start), service.end)
    return Fraction(
        (bound - service.start) // _MICROSECOND, (service.end - service.start) // _MICROSECOND
    )


def _differences(amount: Money, shares: Sequence[Fraction]) -> list[Money]:
    """What lies between consecutive shares of an amount, each rounded from the whole."""
    upto = [round_to_minor(amount.amount_minor * share, amount.currency) for share in shares]
    return [later - earlier for earlier, later in pairwise([Money(0, amount.currency), *upto])]


def _even_months(amount: Money, service: Service, months: Sequence[date]) -> list[Money]:
    """The ends by time; between them equal months, cut to the cent, the last with the rest."""
    shares = [_by_time(service, bound) for bound in months[1:]]
    between = len(shares) - 2
    if between < 1:
        return _differences(amount, shares)
    first = round_to_minor(amount.amount_minor * shares[0], amount.currency)
    last = round_to_minor(amount.amount_minor * (1 - shares[-2]), amount.currency)
    rest = amount - first - last
    each = Money(int(Fraction(rest.amount_minor, between)), amount.currency)
    others = [each] * (between - 1)
    return [first, *others, rest - total(others, amount.currency), last]
