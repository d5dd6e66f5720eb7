"""What a subscriber and we agreed on, and what interrupts it: the parts of a subscription's story.

A subscription's history is a tuple of agreements, each in force until the next begins. Changes that
lie ahead are kept as requests (`ScheduledChange`) until their day comes, so that they can be seen,
previewed and withdrawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from umlauf.catalog.coupons import Coupon
from umlauf.catalog.policies import CreditPolicy
from umlauf.kernel.calendar import Interval, Period
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One version of one plan, chosen in detail. `starts_on` and `anchor` are unset while pending.

    `agreed_on` selects the price entries: what was agreed stays, whatever the price book says
    later. `credit` is what the agreement before gives back when this one begins. `starts_at` is the
    exact instant of a change, for plans that prorate by the second. `chosen_minor` holds amounts
    the subscriber named for pay-what-you-want items, in minor units by item id. `free_until` is
    where a trial that was under way ends, when the plan's own would last longer.
    """

    plan_id: str
    plan_version: int
    interval: Interval
    starts_on: date | None = None
    anchor: date | None = None
    agreed_on: date | None = None
    quantity: int = 1
    add_ons: tuple[str, ...] = ()
    add_on_quantities: Mapping[str, int] = field(default_factory=dict)
    term: Interval | None = None
    term_starts_on: date | None = None
    credit: CreditPolicy = CreditPolicy.UNUSED
    starts_at: datetime | None = None
    chosen_minor: Mapping[str, int] = field(default_factory=dict)
    free_until: date | None = None

    def __post_init__(self) -> None:
        if self.quantity < 1 or any(count < 1 for count in self.add_on_quantities.values()):
            raise InvalidInput("a quantity must be at least 1", field="quantity")

    def quantity_of(self, add_on: str | None) -> int:
        """How many of the plan itself (None), or of an add-on, are charged."""
        return self.quantity if add_on is None else self.add_on_quantities.get(add_on, 1)


@dataclass(frozen=True, slots=True)
class Pause:
    """Half-open `[starts_on, ends_on)`; without an end until it is resumed.

    Nothing but usage is charged in it. With `stops_clock` the minimum term and the phases move on
    by the paused days. `credit` is what is given back of time that was paid already.
    """

    starts_on: date
    ends_on: date | None = None
    credit: CreditPolicy = CreditPolicy.UNUSED
    stops_clock: bool = True

    def __post_init__(self) -> None:
        if self.ends_on is not None and self.ends_on <= self.starts_on:
            raise InvalidInput("a pause must end after it starts", field="ends_on")

    def contains(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    def overlaps(self, period: Period) -> bool:
        ends_on = self.ends_on
        return self.starts_on < period.end and (ends_on is None or period.start < ends_on)


@dataclass(frozen=True, slots=True)
class Skip:
    """One delivery the subscriber does not want: the item's, of the period that starts then."""

    item: str
    period_start: date


@dataclass(frozen=True, slots=True)
class AppliedCoupon:
    """A coupon in force from `starts_on`. `used` counts what a once-amount has given.

    `restored` is what it had given on a bill that was cancelled to be billed again: due whatever
    the day.

    `ends_on` is the end of its billing periods as if nothing were ever paused: pauses move it on
    (`timeline.coupon_end`). `removed_on` is the day it was taken away before, which nothing moves.
    """

    coupon: Coupon
    starts_on: date
    ends_on: date | None = None
    used: Money | None = None
    removed_on: date | None = None
    restored: Money | None = None


# -- Changes as data ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlan:
    """Another plan, or another version of the same one. What is None stays as it is."""

    KIND: ClassVar[str] = "change_plan"

    plan_id: str
    plan_version: int
    add_ons: tuple[str, ...] | None = None
    quantity: int | None = None
    term: Interval | None = None
    chosen_minor: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ChangeQuantity:
    """Of the plan itself, or of one of its add-ons."""

    KIND: ClassVar[str] = "change_quantity"

    quantity: int
    add_on: str | None = None


@dataclass(frozen=True, slots=True)
class AddAddOn:
    KIND: ClassVar[str] = "add_add_on"

    add_on: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class RemoveAddOn:
    KIND: ClassVar[str] = "remove_add_on"

    add_on: str


@dataclass(frozen=True, slots=True)
class ChooseAmount:
    """What the subscriber wants to pay for a pay-what-you-want item."""

    KIND: ClassVar[str] = "choose_amount"

    item: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class BeginPause:
    KIND: ClassVar[str] = "begin_pause"

    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    KIND: ClassVar[str] = "resume"


@dataclass(frozen=True, slots=True)
class BindFor:
    """Renew or extend: bound for a further term, counted from the change's day."""

    KIND: ClassVar[str] = "bind_for"

    term: Interval


Change = (
    ChangePlan
    | ChangeQuantity
    | AddAddOn
    | RemoveAddOn
    | ChooseAmount
    | BeginPause
    | Resume
    | BindFor
)


@dataclass(frozen=True, slots=True)
class ScheduledChange:
    """A change that begins later than it was asked for."""

    id: str
    change: Change
    starts_on: date
    requested_at: datetime
