"""Coupons: how much off what, and for how long. Their effect on a bill is billing's."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar, Final

from umlauf.catalog.errors import BadCoupon
from umlauf.catalog.naming import require_name, require_slug, require_unique
from umlauf.kernel.money import Money

_HUNDRED: Final = Decimal(100)
_FINEST_PERCENT: Final = 4
MOST_PERIODS: Final = 1_200


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """A percentage, or an amount in one or more currencies, off.

    It takes effect on the named items (none named: on all) under the named plans (none named: under
    all) for so many billing periods (None: for ever). An amount is meant per period, or with
    `is_once_amount` once: then what one bill cannot use up is carried over to the next. One that
    `is_open` may be named by whoever orders; any other is granted by staff.
    """

    KIND: ClassVar[str] = "coupon"

    id: str
    name: str
    percent: Decimal | None = None
    amounts: tuple[Money, ...] = ()
    items: tuple[str, ...] = ()
    periods: int | None = None
    is_once_amount: bool = False
    plans: tuple[str, ...] = ()
    is_open: bool = False
    version: int = 0

    def __post_init__(self) -> None:
        require_slug(self.id, "coupons")
        require_name(self.name)
        for item in self.items:
            require_slug(item, "items")
        require_unique(self.items, "items")
        for plan_id in self.plans:
            require_slug(plan_id, "plans")
        require_unique(self.plans, "plans")
        if (self.percent is None) == (not self.amounts):
            raise BadCoupon(
                f"coupon {self.id} needs either a percentage or amounts", field="percent"
            )
        self._require_percent()
        self._require_amounts()
        if self.periods is not None and not 1 <= self.periods <= MOST_PERIODS:
            raise BadCoupon(f"periods must be 1 to {MOST_PERIODS}", field="periods")

    def amount_in(self, currency: str) -> Money | None:
        """What is off in a currency; None for a percentage, or where it offers nothing."""
        return next((one for one in self.amounts if one.currency == currency), None)

    def is_for(self, plan_id: str) -> bool:
        return not self.plans or plan_id in self.plans

    def as_draft(self) -> "Coupon":
        """The content alone."""
        return replace(self, version=0)

    def _require_percent(self) -> None:
        if self.percent is None:
            return
        if not 0 < self.percent <= _HUNDRED:
            raise BadCoupon("percent must be above 0, up to 100", field="percent")
        if -int(self.percent.as_tuple().exponent) > _FINEST_PERCENT:
            raise BadCoupon(
                f"percent may have {_FINEST_PERCENT} digits after the point", field="percent"
            )
        if self.is_once_amount:
            raise BadCoupon("a percentage cannot be used up: give amounts", field="is_once_amount")

    def _require_amounts(self) -> None:
        require_unique([amount.currency for amount in self.amounts], "amounts")
        if any(amount.amount_minor <= 0 for amount in self.amounts):
            raise BadCoupon("an amount off must be above zero", field="amounts")
