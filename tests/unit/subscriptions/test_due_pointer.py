"""Following the due pointer bills every day once, from the start to the end."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.offer_fakes import CITY_METERED, CITY_PREPAID, pending_under
from umlauf.kernel.calendar import Period
from umlauf.subscriptions.ending import cancelled
from umlauf.subscriptions.lifecycle import mark_billed, started
from umlauf.subscriptions.model import ReasonNotDue, Status, Subscription
from umlauf.subscriptions.timeline import boundary_after


def since(day: date) -> Subscription:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return started(pending_under(CITY_METERED), CITY_METERED, noon)


def test_what_is_settled_from_the_wallet_never_falls_due() -> None:
    prepaid = started(pending_under(CITY_PREPAID), CITY_PREPAID, datetime(2026, 1, 31, tzinfo=UTC))
    assert prepaid.next_due_at is None
    assert prepaid.reason_not_due is ReasonNotDue.SETTLED_FROM_WALLET


def _life(start: date, *, cancel_at_step: int, days_left: int) -> tuple[Subscription, list[Period]]:
    """Follow the due pointer from the start to the end, and note what lay ahead each time."""
    subscription = since(start)
    billed: list[Period] = []
    for step in range(24):
        due_on, now = subscription.due_on, subscription.next_due_at
        if due_on is None or now is None:
            break
        following = boundary_after(subscription, due_on)
        if following is not None:
            billed.append(Period(due_on, following))
        subscription, _ = mark_billed(subscription, due_on, now)
        if step == cancel_at_step:
            subscription = cancelled(subscription, due_on + timedelta(days=days_left), now)
    return subscription, billed


@given(
    start=st.dates(date(2023, 1, 1), date(2027, 12, 31)),
    cancel_at_step=st.integers(0, 12),
    days_left=st.integers(1, 100),
)
def test_the_pointer_leaves_no_day_out_and_ends_at_the_end(
    start: date, cancel_at_step: int, days_left: int
) -> None:
    ended, billed = _life(start, cancel_at_step=cancel_at_step, days_left=days_left)

    assert ended.status is Status.ENDED
    assert billed[0].start == start
    assert all(one.end == following.start for one, following in pairwise(billed))
    # A period billed ahead before the notice may reach beyond the end: a credit, never a gap.
    assert ended.ends_on is not None
    assert billed[-1].end >= ended.ends_on
