"""From the words of a case to the engine's types. Nothing is reckoned here.

Cases write money in cents (their names say so) or in major units as text, dates and instants in
ISO 8601 or as seconds since 1970, shares as "15/30", rates with or without a per cent sign.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from tests.vectors.cases import Case
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import rate_exactly
from umlauf.kernel.calendar import Interval, IntervalUnit, Period, local_date, start_of_day
from umlauf.kernel.money import Money, minor_digits

_IN_MINOR: Final = re.compile(r"(^|_)(cents|minor)($|_)")
_ISO_INTERVAL: Final = re.compile(r"P(\d+)([DWMY])")
_ISO_UNITS: Final = dict(zip("DWMY", IntervalUnit, strict=True))
_WORDS: Final = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "annual": "year",
    "annually": "year",
    "yearly": "year",
    "annum": "year",
}
_NAMED: Final = {
    "biweekly": Interval(IntervalUnit.WEEK, 2),
    "fortnight": Interval(IntervalUnit.WEEK, 2),
    "fortnightly": Interval(IntervalUnit.WEEK, 2),
    "bimonthly": Interval(IntervalUnit.MONTH, 2),
    "quarter": Interval(IntervalUnit.MONTH, 3),
    "quarterly": Interval(IntervalUnit.MONTH, 3),
    "half-year": Interval(IntervalUnit.MONTH, 6),
    "half-yearly": Interval(IntervalUnit.MONTH, 6),
    "semiannual": Interval(IntervalUnit.MONTH, 6),
    "semi-annual": Interval(IntervalUnit.MONTH, 6),
    "biannual": Interval(IntervalUnit.MONTH, 6),
}
QUANTITY: Final = "quantity|qty|seats"
SOME_DAY: Final = date(2026, 3, 1)
"""Where a case names no day and none matters."""
A_DAY: Final = Interval(IntervalUnit.DAY)
A_MONTH: Final = Interval(IntervalUnit.MONTH)
A_YEAR: Final = Interval(IntervalUnit.YEAR)


def currency(case: Case) -> str:
    return str(case.get("currency", "EUR"))


def zone_of(case: Case, default: str = "UTC") -> str:
    return str(case.get("tz|time_zone|timezone|zone", default))


def is_in_minor(name: str) -> bool:
    """Whether a name says that its figures are minor units: `price_cents`, `cents`."""
    return _IN_MINOR.search(name) is not None


def minor(value: Any, code: str, *, in_minor: bool) -> Decimal:
    """An exact amount in minor units, as prices are."""
    amount = Decimal(str(value).replace(" ", ""))
    return amount if in_minor else amount.scaleb(minor_digits(code))


def money(value: Any, code: str, *, in_minor: bool) -> Money:
    exact = minor(value, code, in_minor=in_minor)
    if exact != exact.to_integral_value():
        raise ValueError(f"{value} {code} is no whole number of minor units")
    return Money(int(exact), code)


def amount(case: Case, pattern: str, default: Any = None) -> Money:
    """The input of that name as money; the default is one in the same words."""
    name = case.key(f"(?:{pattern})(?:_cents|_minor)?") or pattern
    value = case.inputs.get(name, default)
    return money(value, currency(case), in_minor=is_in_minor(name))


def price(case: Case, pattern: str) -> Decimal:
    """The input of that name as an exact amount in minor units."""
    name = case.key(f"(?:{pattern})(?:_cents|_minor)?") or pattern
    return minor(case.inputs[name], currency(case), in_minor=is_in_minor(name))


def price_of_all(case: Case, pattern: str) -> Decimal:
    """A price for as many as the case says: one, where it says nothing."""
    return rate_exactly(PerUnit(price(case, pattern)), Decimal(str(case.get(QUANTITY, 1))))


def amounts(case: Case, name: str) -> list[Money]:
    """A list of amounts, or a single one."""
    values = case.inputs[name]
    code, in_minor = currency(case), is_in_minor(name)
    return [money(one, code, in_minor=in_minor) for one in each(values)]


def each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def percent(value: Any) -> Decimal:
    return Decimal(str(value).strip().rstrip("%"))


def share(value: Any) -> Fraction:
    return Fraction(str(value))


def day(value: Any, zone: str = "UTC") -> date:
    """A date; of an instant the day it falls on in the zone."""
    point = moment(value)
    return local_date(point, zone) if isinstance(point, datetime) else point


def moment(value: Any) -> date | datetime:
    """A date, or an aware instant: UTC where it names no offset."""
    text = str(value)
    if isinstance(value, int) and len(text) > len("20240229"):
        return datetime.fromtimestamp(value, UTC)
    if "T" not in text and ":" not in text:
        return date.fromisoformat(text)
    point = datetime.fromisoformat(text)
    return point if point.tzinfo else point.replace(tzinfo=UTC)


def instant(value: Any, zone: str = "UTC") -> datetime:
    """An instant; of a date the one at which it begins in the zone."""
    point = moment(value)
    return point if isinstance(point, datetime) else start_of_day(point, zone)


def period(value: Any, zone: str = "UTC") -> Period:
    """A half-open pair of dates."""
    start, end = value
    return Period(day(start, zone), day(end, zone))


def day_after(value: Any) -> date:
    """The exclusive end of what is printed with its last day."""
    return A_DAY.after(day(value), 1)


def interval(value: Any) -> Interval:
    """`month`, `P3M`, `2 weeks`, `quarterly`, or `{unit, count}`."""
    if isinstance(value, dict) and "unit" in value:
        return Interval(IntervalUnit(value["unit"].rstrip("s")), int(value.get("count", 1)))
    if isinstance(value, dict):
        ((unit, count),) = value.items()
        return Interval(IntervalUnit(unit.rstrip("s")), int(count))
    text = str(value).strip().lower().replace("_", "-")
    iso = _ISO_INTERVAL.fullmatch(text.upper())
    if iso:
        return Interval(_ISO_UNITS[iso[2]], int(iso[1]))
    if text in _NAMED:
        return _NAMED[text]
    count, _, unit = text.rpartition(" ")
    word = _WORDS.get(unit, unit.rstrip("s"))
    return Interval(IntervalUnit(word), int(count or 1))


def slug(name: str) -> str:
    """A case's name as the catalog spells names."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
