"""What may be a name, an id or an interval in the catalog, and what is refused."""

from collections.abc import Sequence
from re import compile as pattern
from typing import Final

from umlauf.catalog.errors import BadPlan
from umlauf.kernel.calendar import Interval, IntervalUnit

_SLUG = pattern(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_SLUG: Final = 60
LONGEST_NAME: Final = 120
LONGEST_INTERVAL: Final[dict[IntervalUnit, int]] = {
    IntervalUnit.DAY: 3_660,
    IntervalUnit.WEEK: 520,
    IntervalUnit.MONTH: 120,
    IntervalUnit.YEAR: 10,
}


def require_slug(value: str, field: str) -> None:
    if len(value) > _LONGEST_SLUG or not _SLUG.fullmatch(value):
        raise BadPlan(
            f"{value!r} must be a slug of lower-case letters, digits and single hyphens, such as "
            f"city-flat, of at most {_LONGEST_SLUG} characters",
            field=field,
        )


def require_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadPlan(f"a name must be 1 to {LONGEST_NAME} printable characters", field="name")


def require_interval(interval: Interval | None, field: str) -> None:
    if interval is not None and interval.count > LONGEST_INTERVAL[interval.unit]:
        raise BadPlan(
            f"{field} may be {LONGEST_INTERVAL[interval.unit]} {interval.unit.value}s at most",
            field=field,
        )


def require_unique(values: Sequence[str], field: str) -> None:
    doubles = sorted({value for value in values if values.count(value) > 1})
    if doubles:
        raise BadPlan(f"{', '.join(doubles)} stands there more than once", field=field)
