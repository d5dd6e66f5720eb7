"""A value of the document that knows where it stands, so that a refusal names its place."""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, Final, TypeVar

from umlauf.catalog.errors import BadCatalogFile
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.errors import InvalidInput

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

NOTHING: Final[Set[str]] = frozenset()
_MOST_DIGITS: Final = 20


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its path."""

    value: Any
    path: str

    def refuse(self, message: str, *, at: str | None = None) -> BadCatalogFile:
        """The refusal of this value, or of its field `at`."""
        path = self.path
        if at is not None and isinstance(self.value, Mapping) and at in self.value:
            path = f"{path}.{at}" if path else at
        return BadCatalogFile(f"{path or 'the document'}: {message}", field=path or None)

    def entries(self) -> Iterator[tuple[str, "Node"]]:
        """The entries of a mapping that is not empty."""
        if not isinstance(self.value, Mapping) or not self.value:
            raise self.refuse("must be a mapping with at least one entry")
        for key, value in self.value.items():
            yield str(key), Node(value, f"{self.path}.{key}" if self.path else str(key))

    def fields(self, *, required: Set[str], optional: Set[str] = NOTHING) -> dict[str, "Node"]:
        """The entries of a mapping whose keys are known.

        A key that is not is told before one that is missing: it may be the same, misspelt.
        """
        found = dict(self.entries())
        for name in sorted(found.keys() - required - optional):
            known = ", ".join(sorted(required | optional))
            raise found[name].refuse(f"is not known here; known are {known}")
        for name in sorted(required - found.keys()):
            raise self.refuse(f"{name} is missing")
        return found

    def items(self) -> list["Node"]:
        """The items of a list that is not empty."""
        if not isinstance(self.value, list) or not self.value:
            raise self.refuse("must be a list with at least one entry")
        return [Node(value, f"{self.path}[{index}]") for index, value in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.refuse("must be text")
        return self.value.strip()

    def truth(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.refuse("must be true or false")
        return self.value

    def whole(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self.refuse("must be a whole number")
        return self.value

    def day(self) -> date:
        """A day: YAML reads an unquoted one itself, JSON has only text."""
        if isinstance(self.value, date) and not isinstance(self.value, datetime):
            return self.value
        try:
            return date.fromisoformat(self.text())
        except ValueError:
            raise self.refuse("must be a day such as 2026-01-31") from None

    def number(self) -> Decimal:
        if isinstance(self.value, bool) or not isinstance(self.value, int | str):
            raise self.refuse('must be a quoted number such as "59.00"')
        try:
            number = Decimal(self.value)
        except (InvalidOperation, ValueError):
            raise self.refuse('must be a quoted number such as "59.00"') from None
        if not number.is_finite():
            raise self.refuse("must be finite")
        if len(number.as_tuple().digits) > _MOST_DIGITS:
            raise self.refuse(f"may have {_MOST_DIGITS} digits")
        return number

    def minor(self, digits: int) -> Decimal:
        """A number of major units, in minor ones."""
        return self.number().scaleb(digits)

    def whole_minor(self, digits: int) -> int:
        """A number of major units that is a whole number of minor ones."""
        minor = self.minor(digits)
        if minor != minor.to_integral_value():
            raise self.refuse(f"may have {digits} digits after the point")
        return int(minor)

    def one_of(self, choice: type[E]) -> E:
        try:
            return choice(self.value)
        except ValueError:
            known = ", ".join(str(member.value) for member in choice)
            raise self.refuse(f"must be one of {known}") from None

    def build(self, make: Callable[..., T], **values: Any) -> T:
        """Make a domain value; what the domain refuses is refused here, at the field it names."""
        try:
            return make(**values)
        except InvalidInput as error:
            raise self.refuse(error.message, at=error.field) from error


def read_interval(node: Node) -> Interval:
    found = node.fields(required={"unit"}, optional={"count"})
    count = found["count"].whole() if "count" in found else 1
    return node.build(Interval, unit=found["unit"].one_of(IntervalUnit), count=count)


def write_interval(interval: Interval) -> dict[str, Any]:
    usual = {} if interval.count == 1 else {"count": interval.count}
    return {"unit": interval.unit.value, **usual}


def major_text(minor: Decimal | int, digits: int) -> str:
    """Minor units as major ones with the currency's digits at least: 5900 as "59.00"."""
    major = Decimal(minor).scaleb(-digits).normalize()
    if -int(major.as_tuple().exponent) < digits:
        return f"{major:.{digits}f}"
    return f"{major:f}"


def plain_number(number: Decimal) -> int | str:
    """A number as a reader would write it: 300, or "100.5"."""
    return int(number) if number == number.to_integral_value() else f"{number.normalize():f}"
