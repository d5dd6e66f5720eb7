"""Moving the subscribers of a plan to a newer version: seen first, then done, page by page."""

from datetime import date, timedelta
from typing import Final

from pydantic import Field

from groups import LOOK_UP, PUBLISH
from umlauf.catalog.model import Plan
from umlauf.catalog.policies import ChangeTiming
from umlauf.kernel.calendar import local_date
from umlauf.kernel.work import Works
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.use_cases.move_subscribers import move_subscribers
from umlauf.subscriptions.use_cases.move_to_version import VersionMove
from umlauf_adapters.subscriptions.due_walk import DueDays, page_of_due
from umlauf_http.calls import Call
from umlauf_http.commands import Idempotency
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.changes import StartsOn
from umlauf_http.representations.plan_moves import MovedOut, MovesOut
from umlauf_http.wire import Identifier, In
from wiring import PLANS, SUBSCRIPTIONS, WORKS

routes = Routes(__name__, Access.STAFF, groups=PUBLISH)

LOOKS_BACK: Final = timedelta(days=92)
"""Whoever could not be billed for longer than this is moved one by one."""
_ONE_DAY: Final = timedelta(days=1)


class PlanMoveIn(In):
    """`cursor` is the `next_cursor` of the page before; leave it out to begin.

    Subscribers are found by when they fall due. Those without a due date, such as wallets' alone,
    are moved one by one (`change_plan`).
    """

    plan_id: Identifier
    from_version: int = Field(ge=1, le=1_000_000)
    to_version: int = Field(ge=1, le=1_000_000)
    starts_on: StartsOn = "period_end"
    limit: int = Field(20, ge=1, le=50)
    cursor: str | None = Field(None, min_length=1, max_length=2048)

    @property
    def move(self) -> VersionMove:
        when = self.starts_on
        return VersionMove(
            plan_id=self.plan_id,
            plan_version=self.to_version,
            when=ChangeTiming(when) if isinstance(when, str) else when,
        )

    def concerns(self, subscription: Subscription) -> bool:
        standing = subscription.plan_id, subscription.plan_version
        return standing == (self.plan_id, self.from_version)


@endpoint(
    routes,
    "/v1/operator/plan-moves/preview",
    method="POST",
    groups=LOOK_UP,
    errors=(404, 409),
    idempotency=Idempotency.NONE,
)
def preview_plan_move(body: PlanMoveIn, call: Call) -> MovesOut:
    """Show a page of subscribers with what they pay before and after, and from when on."""
    return _page(body, call, works=None)


@endpoint(routes, "/v1/operator/plan-moves", method="POST", errors=(404,))
def move_to_plan_version(body: PlanMoveIn, call: Call) -> MovesOut:
    """Move a page of subscribers, each on its own; done again, it changes nothing."""
    return _page(body, call, works=WORKS)


def _page(body: PlanMoveIn, call: Call, *, works: Works | None) -> MovesOut:
    plan = PLANS.get(body.plan_id, body.from_version)
    today = local_date(call.now, "UTC")
    days = DueDays(today - LOOKS_BACK, _latest_due_day(plan, today))
    page = page_of_due(SUBSCRIPTIONS, days, body.concerns, limit=body.limit, cursor=body.cursor)
    moved = move_subscribers(
        page.items,
        body.move,
        works=works,
        now=call.now,
        subscriptions=SUBSCRIPTIONS,
        plans=PLANS,
    )
    return MovesOut(items=[MovedOut.of(one) for one in moved], next_cursor=page.next_cursor)


def _latest_due_day(plan: Plan, today: date) -> date:
    """Nobody falls due later: a period ahead, after phases in which nothing is charged."""
    day = plan.interval.after(today, 1)
    for phase in plan.phases:
        if phase.length is not None:
            day = phase.length.after(day, 1)
    return day + 2 * _ONE_DAY
