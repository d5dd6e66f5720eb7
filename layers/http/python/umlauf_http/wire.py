"""What the wire looks like: parents of every request and answer, and shapes that all resources use.

Money is `{"amount_minor": 7990, "currency": "EUR"}`, instants are RFC 3339 in UTC, dates ISO, names
snake_case. A request is strict: an unknown field or the string "5" for the number 5 is refused.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, Generic, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)

from umlauf.kernel.calendar import NaiveInstant, require_aware
from umlauf.kernel.money import Money
from umlauf.kernel.work import Page

DEFAULT_PAGE: Final = 20
MAX_PAGE: Final = 100
MAX_AMOUNT_MINOR: Final = 100_000_000
"""One million euros: far above any one payment, far below where a bank would object."""

_FIRST_DAY: Final = date(2000, 1, 1)
_LAST_DAY: Final = date(2199, 12, 31)

S = TypeVar("S")
T = TypeVar("T")


class In(BaseModel):
    """A request body."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Query(BaseModel):
    """Query parameters: text on the wire, so numbers and dates are read from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """An answer. What is None is said to be null, so every answer of a kind has the same fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MoneyOut(Out):
    amount_minor: int
    currency: str

    @classmethod
    def of(cls, money: Money) -> "MoneyOut":
        return cls(amount_minor=money.amount_minor, currency=money.currency)


def money_out(money: Money | None) -> MoneyOut | None:
    return None if money is None else MoneyOut.of(money)


class PositiveMoneyIn(In):
    amount_minor: int = Field(ge=1, le=MAX_AMOUNT_MINOR)
    currency: str = Field(pattern=r"^[A-Z]{3}$")

    def money(self) -> Money:
        """Raises UnknownCurrency."""
        return Money(self.amount_minor, self.currency)


class PageQuery(Query):
    """`cursor` is the `next_cursor` of the page before."""

    limit: int = Field(DEFAULT_PAGE, ge=1, le=MAX_PAGE)
    cursor: str | None = Field(None, min_length=1, max_length=2048)


class PageOut(Out, Generic[T]):
    """One page of a list; `next_cursor` is null on the last one."""

    items: list[T]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[S], show: Callable[[S], T]) -> Self:
        return cls(items=[show(each) for each in page.items], next_cursor=page.next_cursor)


class FieldProblem(Out):
    field: str
    message: str


class ProblemOut(BaseModel):
    """RFC 9457 problem+json. Branch on `code`; `detail` is for people."""

    model_config = ConfigDict(frozen=True)

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    field: str | None = None
    errors: list[FieldProblem] | None = None


def _sane_day(day: date) -> date:
    # Beyond these years calendars overflow, and nobody rents a bike.
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise ValueError(f"must lie between {_FIRST_DAY} and {_LAST_DAY}")
    return day


def _sane_instant(instant: datetime) -> datetime:
    try:
        _sane_day(require_aware(instant).date())
    except NaiveInstant:
        raise ValueError("must carry an offset or Z") from None
    return instant


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


Exact = Annotated[Decimal, PlainSerializer(_plain, return_type=str, when_used="json")]
"""An exact decimal in an answer: text without exponent or needless zeros."""

Day = Annotated[date, AfterValidator(_sane_day)]
Instant = Annotated[datetime, AfterValidator(_sane_instant)]
Identifier = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$", max_length=128)
]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")
]
ShortText = Annotated[
    str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Password = Annotated[
    str, StringConstraints(min_length=10, max_length=256, pattern=r"^\S+( +\S+)*$")
]
"""A new one: no space at either end. The user pool's policy asks for more."""
Email = Annotated[
    str,
    StringConstraints(
        pattern=r"^[^@\s\x00-\x1f\x7f]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,63}$", max_length=254
    ),
]
