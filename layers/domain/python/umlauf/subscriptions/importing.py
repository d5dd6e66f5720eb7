"""A contract that ran elsewhere before, taken over with all that was agreed and billed. Pure.

Billing goes on where the other system stopped: what lies before `billed_through` is never looked
at. Parts that contradict each other are refused, never mended.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import pairwise

from umlauf.catalog.model import Plan
from umlauf.kernel.calendar import Interval, local_date
from umlauf.kernel.identifiers import derive_id
from umlauf.subscriptions.agreements import Agreement, Pause
from umlauf.subscriptions.anchors import first_anchor
from umlauf.subscriptions.changes.pausing import MOST_PAUSES
from umlauf.subscriptions.charges import has_charges
from umlauf.subscriptions.choosing import Choice, agreed
from umlauf.subscriptions.errors import BadImport
from umlauf.subscriptions.model import EndReason, ReasonNotDue, Status, Subscription
from umlauf.subscriptions.pointer import due_again
from umlauf.subscriptions.timeline import boundary_after, boundary_before


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningContract:
    """`external_id` is its number in the other system: the same one is imported once.

    `billed_through` is the first day that is not billed there. `agreed_on` selects the prices.
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
    ends_on: date | None = None

    @property
    def subscription_id(self) -> str:
        return derive_id("sub", self.customer_id, "import", self.external_id)


def imported(contract: RunningContract, plan: Plan, time_zone: str, now: datetime) -> Subscription:
    """The running subscription. Raises BadImport and what `agreed` refuses."""
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
    return due_again(subscription, now) if is_charged else subscription


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
