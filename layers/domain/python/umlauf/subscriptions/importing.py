"""A contract that ran elsewhere before, taken over with all that was agreed and billed. Pure.

Billing goes on where the other system stopped: what lies before `billed_through` is never looked
at. Parts that contradict each other are refused, never mended.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import pairwise
from types import MappingProxyType

from umlauf.catalog.coupons import Coupon
from umlauf.catalog.model import Plan
from umlauf.kernel.calendar import Interval, local_date
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.money import Money
from umlauf.subscriptions.agreements import Agreement, Pause
from umlauf.subscriptions.anchors import first_anchor
from umlauf.subscriptions.applying import with_coupon
from umlauf.subscriptions.changes.pausing import MOST_PAUSES
from umlauf.subscriptions.charges import has_charges
from umlauf.subscriptions.choosing import Choice, agreed
from umlauf.subscriptions.errors import BadImport
from umlauf.subscriptions.model import EndReason, ReasonNotDue, Status, Subscription
from umlauf.subscriptions.pointer import due_again
from umlauf.subscriptions.timeline import boundary_after, boundary_before


@dataclass(frozen=True, slots=True)
class RunningCoupon:
    """A coupon under way: for how many periods it still lasts, or what is left of a once-amount."""

    coupon_id: str
    periods_left: int | None = None
    left_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningContract:
    """`external_id` is its number in the other system: the same one is imported once.

    `billed_through` is the first day that is not billed there; from then on the coupons take
    effect. `agreed_on` selects the prices. `asset_id` is what the customer has in their hands.
    """

    external_id: str
    customer_id: str
    plan_id: str
    plan_version: int
    currency: str
    starts_on: date
    billed_through: date
    anchor: date | None = None
    agreed_on: date | None = None
    site: str | None = None
    quantity: int = 1
    add_ons: tuple[str, ...] = ()
    add_on_quantities: Mapping[str, int] = field(default_factory=dict)
    chosen_minor: Mapping[str, int] = field(default_factory=dict)
    term: Interval | None = None
    term_starts_on: date | None = None
    pauses: tuple[Pause, ...] = ()
    coupons: tuple[RunningCoupon, ...] = ()
    asset_id: str | None = None
    ends_on: date | None = None

    @property
    def subscription_id(self) -> str:
        return derive_id("sub", self.customer_id, "import", self.external_id)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is never billed or given back here, so that nobody waits for it."""
        day = self.billed_through
        return (
            f"use and arrears before {day} are not charged here: they are billed elsewhere",
            f"an end before {day} gives nothing back here: credit it where it was billed",
        )


def imported(
    contract: RunningContract,
    plan: Plan,
    time_zone: str,
    now: datetime,
    coupons: Mapping[str, Coupon] = MappingProxyType({}),
) -> Subscription:
    """The running subscription. Raises BadImport and what `agreed` refuses.

    `coupons` has those it names, by id.
    """
    agreement = _agreement(contract, plan)
    subscription = Subscription(
        id=contract.subscription_id,
        customer_id=contract.customer_id,
        currency=contract.currency,
        time_zone=time_zone,
        site=contract.site,
        ordered_at=now,
        agreements=(agreement,),
        pauses=tuple(sorted(contract.pauses, key=lambda pause: pause.starts_on)),
        status=Status.ACTIVE,
        activated_at=now,
        starts_on=contract.starts_on,
        cancelled_at=None if contract.ends_on is None else now,
        ends_on=contract.ends_on,
        end_reason=None if contract.ends_on is None else EndReason.CANCELLED,
        end_credit=plan.terms.credit_on_end,
        billed_through=contract.billed_through,
        imported_through=contract.billed_through,
        reason_not_due=ReasonNotDue.SETTLED_FROM_WALLET,
    )
    _require_sound(subscription, contract, local_date(now, time_zone))
    is_charged = has_charges(plan, agreement.add_ons) or contract.ends_on is not None
    running = due_again(subscription, now) if is_charged else subscription
    for one in contract.coupons:
        running = _with_coupon(running, one, coupons[one.coupon_id], plan, now)
    return running


def _agreement(contract: RunningContract, plan: Plan) -> Agreement:
    choice = Choice(
        currency=contract.currency,
        site=contract.site,
        quantity=contract.quantity,
        add_ons=contract.add_ons,
        add_on_quantities=contract.add_on_quantities,
        term=contract.term,
        chosen_minor=contract.chosen_minor,
    )
    return replace(
        agreed(choice, plan, contract.agreed_on or contract.starts_on),
        starts_on=contract.starts_on,
        anchor=contract.anchor or first_anchor(plan, contract.starts_on),
        term_starts_on=contract.term_starts_on or contract.starts_on,
        credit=plan.changes.credit,
    )


def _with_coupon(
    subscription: Subscription, running: RunningCoupon, coupon: Coupon, plan: Plan, now: datetime
) -> Subscription:
    """In force for what is left of it. Raises BadImport."""
    _require_left(running, coupon, subscription.currency)
    left = replace(coupon, periods=running.periods_left)
    try:
        changed = with_coupon(
            subscription, left, subscription.billed_through, plan_of=lambda *_: plan, now=now
        )
    except InvalidInput as refusal:
        raise BadImport(refusal.message, field="coupons") from refusal
    if changed == subscription:
        raise BadImport(f"coupon {coupon.id} is named twice", field="coupons")
    whole = coupon.amount_in(subscription.currency)
    if running.left_minor is None or whole is None:
        return changed
    used = whole - Money(running.left_minor, whole.currency)
    *others, added = changed.coupons
    return replace(changed, coupons=(*others, replace(added, used=used)))


def _require_left(running: RunningCoupon, coupon: Coupon, currency: str) -> None:
    """What is left must be said where something ends, and be no more than there was."""
    periods, left = coupon.periods, running.periods_left
    if periods is None:
        is_told, remedy = left is None, "it has no end; leave periods_left out"
    else:
        is_told = left is not None and 1 <= left <= periods
        remedy = f"say how many periods are left, 1 to {periods}"
    if not is_told:
        raise BadImport(f"coupon {coupon.id}: {remedy}", field="coupons")
    whole, left_minor = coupon.amount_in(currency), running.left_minor
    if left_minor is None:
        return
    if not coupon.is_once_amount or whole is None or not 1 <= left_minor <= whole.amount_minor:
        raise BadImport(
            f"coupon {coupon.id}: left_minor is what is left of an amount that is used up, at most "
            f"{whole or 'nothing in ' + currency}",
            field="coupons",
        )


def _require_sound(subscription: Subscription, contract: RunningContract, today: date) -> None:
    if contract.starts_on > today:
        raise BadImport(
            f"it starts on {contract.starts_on}, which is ahead: place an order instead",
            field="starts_on",
        )
    if contract.ends_on is not None and contract.ends_on <= max(contract.starts_on, today):
        raise BadImport(
            f"it ended on {contract.ends_on}: there is nothing to bill", field="ends_on"
        )
    _require_pauses(subscription.pauses, contract.starts_on)
    _require_boundary(subscription, contract.billed_through, today)


def _require_pauses(pauses: tuple[Pause, ...], starts_on: date) -> None:
    if len(pauses) > MOST_PAUSES:
        raise BadImport(f"a contract may have {MOST_PAUSES} pauses", field="pauses")
    if pauses and pauses[0].starts_on < starts_on:
        raise BadImport("a pause begins before the contract", field="pauses")
    for one, following in pairwise(pauses):
        if one.ends_on is None or following.starts_on < one.ends_on:
            raise BadImport(
                f"the pauses of {one.starts_on} and {following.starts_on} overlap", field="pauses"
            )


def _require_boundary(subscription: Subscription, billed_through: date, today: date) -> None:
    """Billed up to a boundary, and no further ahead than we would have."""
    ends_on = subscription.ends_on
    if ends_on is not None and billed_through > ends_on:
        raise BadImport(
            f"billed_through {billed_through} lies beyond the end on {ends_on}: give the end; what "
            "was paid beyond it is given back where it was billed",
            field="billed_through",
        )
    start = subscription.started_on
    before = boundary_before(subscription, billed_through) or start
    is_boundary = billed_through == start or boundary_after(subscription, before) == billed_through
    if not is_boundary:
        following = boundary_after(subscription, billed_through)
        raise BadImport(
            f"billed_through {billed_through} is no billing boundary; those around it are {before} "
            f"and {following}: correct the anchor or the day",
            field="billed_through",
        )
    ahead = boundary_after(replace(subscription, ends_on=None), today)
    if ahead is not None and billed_through > ahead:
        raise BadImport(
            f"billed_through {billed_through} lies beyond the current period, which ends on "
            f"{ahead}: import it when that has come",
            field="billed_through",
        )
