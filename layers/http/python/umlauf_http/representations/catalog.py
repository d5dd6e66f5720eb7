"""The catalog as one document, and what publishing one would change."""

from collections.abc import Iterable, Mapping
from typing import Any

from umlauf.catalog.differences import Difference
from umlauf.catalog.reviews import ReviewedEntry
from umlauf_http.wire import Out


class CatalogOut(Out):
    """The document of everything on sale; published again it changes nothing."""

    plans: dict[str, Any]
    add_ons: dict[str, Any]
    coupons: dict[str, Any]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "CatalogOut":
        return cls(
            plans=document["plans"],
            add_ons=document.get("add_ons", {}),
            coupons=document.get("coupons", {}),
        )


class DifferenceOut(Out):
    """`before` is null where something is new, `after` where it is gone."""

    path: str
    before: str | None
    after: str | None

    @classmethod
    def of(cls, difference: Difference) -> "DifferenceOut":
        return cls(path=difference.path, before=difference.before, after=difference.after)


class DifferencesOut(Out):
    """From one version of a plan to another."""

    plan_id: str
    from_version: int
    to_version: int
    differences: list[DifferenceOut]


class ReviewedEntryOut(Out):
    """`kind` is plan or coupon; `change` is new, changed, unchanged or left_out.

    What is left out of the document stays on sale. `version` is the one on sale afterwards.
    """

    kind: str
    id: str
    change: str
    version: int
    differences: list[DifferenceOut]

    @classmethod
    def of(cls, entry: ReviewedEntry) -> "ReviewedEntryOut":
        return cls(
            kind=entry.kind,
            id=entry.id,
            change=entry.change.value,
            version=entry.entry_version,
            differences=[DifferenceOut.of(one) for one in entry.differences],
        )


class CatalogReviewOut(Out):
    """`is_published` is false for a dry run."""

    is_published: bool
    items: list[ReviewedEntryOut]

    @classmethod
    def of(cls, entries: Iterable[ReviewedEntry], *, is_published: bool) -> "CatalogReviewOut":
        return cls(
            is_published=is_published, items=[ReviewedEntryOut.of(entry) for entry in entries]
        )
