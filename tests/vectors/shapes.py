"""From the engine's answers to the form in which a case prints them.

A case may print money in cents or in major units, an exact share with as many digits as it likes,
a period by its first day, by both ends, or with its last day, a credit with or without a sign.
Only what is exact is shortened to the printed digits; money has its currency's digits or differs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from tests.vectors.cases import Case
from tests.vectors.words import is_in_minor, zone_of
from umlauf.kernel.calendar import Period, start_of_day
from umlauf.kernel.money import Money, minor_digits

_ONE_DAY: Final = timedelta(days=1)
_PRECISE: Final = 60
MISSING: Final = "the adapter gives no such figure"


@dataclass(frozen=True, slots=True)
class Given:
    """Money given back, which some print below zero and some above."""

    amount: Money


@dataclass(frozen=True, slots=True)
class Exact:
    """An amount of minor units before it is rounded."""

    minor: Fraction
    currency: str


@dataclass(frozen=True, slots=True)
class FirstOf:
    """A long row of which a case may print only the beginning."""

    values: Sequence[Any]


class Answer(dict[str, Any]):
    """All the figures an engine gives, by the names cases use; a case prints some of them.

    `main` is the figure itself, where a case prints just one.
    """

    def __init__(self, main: Any = None, **named: Any) -> None:
        super().__init__(named)
        self.main = main


def render(value: Any, like: Any, case: Case, name: str = "") -> Any:
    """The value in the form of `like`; what cannot take that form stays as it is."""
    if isinstance(value, Answer) and not isinstance(like, Mapping):
        value = value.main
    if isinstance(like, Mapping):
        return _mapping(value, like, case)
    if isinstance(like, list):
        return _row(value, like, case, name)
    return _scalar(value, like, case, name)


def _mapping(value: Any, like: Mapping[str, Any], case: Case) -> Any:
    if not isinstance(value, Mapping):
        return _plain(value)
    return {
        key: render(value[key], printed, case, key) if key in value else MISSING
        for key, printed in like.items()
    }


def _row(value: Any, like: list[Any], case: Case, name: str) -> Any:
    if isinstance(value, Period):
        return _pair(value, like, is_inclusive=case.says(r"inclusive"), case=case)
    if isinstance(value, FirstOf):
        value = value.values[: len(like)]
    if not isinstance(value, Sequence) or isinstance(value, str):
        return _plain(value)
    if value and all(isinstance(one, Period) for one in value):
        is_inclusive = _prints_last_days(like, case)
        return [
            _pair(one, printed, is_inclusive=is_inclusive, case=case)
            for one, printed in _beside(value, like)
        ]
    return [render(one, printed, case, name) for one, printed in _beside(value, like)]


def _beside(value: Sequence[Any], like: list[Any]) -> list[tuple[Any, Any]]:
    """Each value with what is printed for it; the last form serves for values beyond."""
    padded = [*like, *[like[-1] if like else ""] * len(value)]
    return list(zip(value, padded, strict=False))


def _prints_last_days(like: list[Any], case: Case) -> bool:
    """Whether periods are printed with their last day: told, or seen from ends that never meet."""
    if case.says(r"inclusive"):
        return True
    pairs = [pair for pair in like if isinstance(pair, list)]
    meets = [one[1] == other[0] for one, other in pairwise(pairs)]
    return bool(meets) and not any(meets)


def _pair(value: Period, like: Any, *, is_inclusive: bool, case: Case) -> Any:
    if not isinstance(like, list):
        return _scalar(value.start, like, case, "")
    end = value.end - _ONE_DAY if is_inclusive else value.end
    return [render(one, printed, case) for one, printed in _beside([value.start, end], like)]


def _scalar(value: Any, like: Any, case: Case, name: str) -> Any:
    if isinstance(value, bool | str | None):
        return value
    if isinstance(value, int | Decimal | Fraction):
        return _digits(Fraction(value), like)
    if isinstance(value, Period | date):
        return _moment(value.start if isinstance(value, Period) else value, like, case)
    if isinstance(value, Given | Money | Exact):
        return _amount(value, like, case, name)
    return _plain(value)


def _amount(value: Given | Money | Exact, like: Any, case: Case, name: str) -> Any:
    match value:
        case Given(amount) if str(like).startswith("-"):
            return _money(-amount, like, case, name)
        case Given(amount) | (Money() as amount):
            return _money(amount, like, case, name)
        case Exact():
            digits = 0 if _in_minor(case, name) else minor_digits(value.currency)
            return _digits(value.minor / 10**digits, like)


def _money(value: Money, like: Any, case: Case, name: str) -> Any:
    major, _, code = str(value).partition(" ")
    if isinstance(like, str):
        return f"{major} {code}" if like.endswith(code) else major
    if isinstance(like, Decimal):
        return Decimal(major)
    if _in_minor(case, name):
        return value.amount_minor
    whole = Decimal(major)
    return int(whole) if whole == whole.to_integral_value() else major


def _in_minor(case: Case, name: str) -> bool:
    """Whole numbers are cents where the figure's own name, or any input's, says so."""
    return any(is_in_minor(one) for one in (name, *case.inputs))


def _digits(value: Fraction, like: Any) -> Any:
    """An exact figure with as many digits as are printed."""
    with localcontext() as context:
        context.prec = _PRECISE
        exact = Decimal(value.numerator) / value.denominator
        if isinstance(like, bool) or not isinstance(like, str | int | Decimal):
            return exact
        if isinstance(like, int):
            return int(exact) if exact == exact.to_integral_value() else exact
        places = len(str(like).partition(".")[2])
        shown = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        return f"{shown:f}" if isinstance(like, str) else shown


def _moment(value: date, like: Any, case: Case) -> Any:
    is_instant = isinstance(like, str) and "T" in like
    if not isinstance(value, datetime):
        if not is_instant:
            return value.isoformat()
        value = start_of_day(value, zone_of(case))
    if not is_instant:
        return value.date().isoformat()
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if like.endswith("Z") else value.isoformat()


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | None) else repr(value)
