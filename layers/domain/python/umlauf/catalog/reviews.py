"""What publishing a catalog would change, entry by entry."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from umlauf.catalog.differences import Difference


class Change(StrEnum):
    """`left_out` is on sale but not in the document; publishing leaves it as it is."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class ReviewedEntry:
    """`entry_version` is the one on sale once the catalog is published."""

    kind: Literal["plan", "coupon"]
    id: str
    change: Change
    entry_version: int
    differences: tuple[Difference, ...] = ()
