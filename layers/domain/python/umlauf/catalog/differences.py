"""What differs between two versions, in the words of the document that was reviewed.

A difference is named by its path: `items[base-fee].prices.EUR.flat`. Items of a list that have an
id or name are compared by it, prices by what narrows them: `EUR[24 month].flat`. So a new one is no
difference of all that follow.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from umlauf.catalog.coupons import Coupon
from umlauf.catalog.document.coupons import write_coupon
from umlauf.catalog.document.plans import write_plan
from umlauf.catalog.document.price_models import Written
from umlauf.catalog.model import Plan

_NARROWINGS: Final = ("site", "term", "phase", "valid_from", "valid_until")


@dataclass(frozen=True, slots=True)
class Difference:
    """What stood at a path and what stands there now; None where nothing stands."""

    path: str
    before: str | None
    after: str | None


def diff_plans(before: Plan, after: Plan) -> tuple[Difference, ...]:
    """Every difference of content, in the order of the document; none for equal drafts."""
    return tuple(_compare(write_plan(before, {}), write_plan(after, {}), ""))


def diff_coupons(before: Coupon, after: Coupon) -> tuple[Difference, ...]:
    return tuple(_compare(write_coupon(before), write_coupon(after), ""))


def _compare(before: Written, after: Written, path: str) -> Iterator[Difference]:
    if before == after:
        return
    one, other = _parts(before), _parts(after)
    if one is None or other is None:
        yield Difference(path, _told(before), _told(after))
        return
    for name in [*one, *(name for name in other if name not in one)]:
        yield from _compare(one.get(name), other.get(name), f"{path}{name}".lstrip("."))


def _parts(value: Written) -> Mapping[str, Written] | None:
    """The parts of a mapping or list, each under the end of its path; None for a single value."""
    if isinstance(value, Mapping):
        return {f".{key}": part for key, part in value.items()}
    if isinstance(value, list) and value and all(isinstance(part, Mapping) for part in value):
        return {f"[{_name(part, index)}]": part for index, part in enumerate(value)}
    return None


def _name(part: Mapping[str, Any], index: int) -> str:
    """What tells a part from the others: its id or name, what narrows a price, or its place."""
    named = part.get("id") or part.get("name")
    if named:
        return str(named)
    return ", ".join(_narrowing(part[key]) for key in _NARROWINGS if key in part) or str(index)


def _narrowing(value: Written) -> str:
    """A site, phase or day as it stands; a term as `12 month`."""
    if isinstance(value, Mapping):
        return f"{value.get('count', 1)} {value['unit']}"
    return str(value)


def _told(value: Written) -> str | None:
    """A value as a reader would write it; whole parts as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
