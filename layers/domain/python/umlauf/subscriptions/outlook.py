"""What is agreed, reckoned up: until when it binds, when it could end, which phase is next.

Pure, and never stored: pauses and scheduled changes move these days, so they follow from the
history whenever somebody asks.
"""

from dataclasses import dataclass
from datetime import date, datetime

from umlauf.kernel.calendar import local_date
from umlauf.subscriptions.changing import projected
from umlauf.subscriptions.ending import first_end
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.timeline import PlanOf, agreement_on, phase_spans, term_end


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """`earliest_end_on` is when it would end if notice were given now, or the end that is set.

    With `term_stands_still` an open pause has stopped the minimum term's clock: there is no end of
    either until it is resumed. A phase without an end is the last, or stands still as well.
    """

    minimum_term_ends_on: date | None = None
    term_stands_still: bool = False
    earliest_end_on: date | None = None
    phase: str | None = None
    phase_ends_on: date | None = None
    next_phase: str | None = None


def outlook(subscription: Subscription, *, plan_of: PlanOf, now: datetime) -> Outlook:
    """Nothing is known of one that does not run. Raises UnknownPlan."""
    if not subscription.is_live or subscription.is_void:
        return Outlook()
    standing = projected(subscription, plan_of=plan_of, now=now)
    plan = plan_of(standing.plan_id, standing.plan_version)
    bound_until = term_end(standing, plan)
    stands_still = bound_until == date.max
    first = None if stands_still else first_end(standing, plan, now)
    phase, ends_on, following = _phases(subscription, plan_of, now)
    return Outlook(
        minimum_term_ends_on=None if stands_still else bound_until,
        term_stands_still=stands_still,
        earliest_end_on=subscription.ends_on or first,
        phase=phase,
        phase_ends_on=ends_on,
        next_phase=following,
    )


def _phases(
    subscription: Subscription, plan_of: PlanOf, now: datetime
) -> tuple[str | None, date | None, str | None]:
    """The phase of today, where it ends, and the one that follows."""
    today = max(local_date(now, subscription.time_zone), subscription.started_on)
    agreement = agreement_on(subscription, today)
    plan = plan_of(agreement.plan_id, agreement.plan_version)
    spans = phase_spans(subscription, plan, free_until=agreement.free_until)
    ahead = [(phase.name, end) for phase, _, end in spans if end is None or today < end]
    names = [phase.name for phase in plan.phases]
    if not ahead:
        return None, None, None
    name, ends_on = ahead[0]
    following = names[names.index(name) + 1 :]
    return name, ends_on, following[0] if following else None
