"""Moving the subscribers of a plan to a newer version: seen first, then done, page by page."""

from pydantic import Field

from groups import LOOK_UP, PUBLISH
from umlauf.catalog.policies import ChangeTiming
from umlauf.kernel.work import Works
from umlauf.subscriptions.finding import SubscriptionSearch
from umlauf.subscriptions.model import Status
from umlauf.subscriptions.use_cases.move_subscribers import move_subscribers
from umlauf.subscriptions.use_cases.move_to_version import VersionMove
from umlauf_http.calls import Call
from umlauf_http.commands import Idempotency
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.changes import StartsOn
from umlauf_http.representations.plan_moves import MovedOut, MovesOut
from umlauf_http.wire import Identifier, In
from wiring import PLANS, SUBSCRIPTION_REGISTER, SUBSCRIPTIONS, WORKS

routes = Routes(__name__, Access.STAFF, groups=PUBLISH)


class PlanMoveIn(In):
    """`cursor` is the `next_cursor` of the page before; leave it out to begin.

    All who have the version are moved, whenever they fall due: paused, paid for a year, or settled
    from the wallet. Left alone is who has not started, or is to end.
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

    @property
    def concerned(self) -> SubscriptionSearch:
        return SubscriptionSearch(
            plan_id=self.plan_id,
            plan_version=self.from_version,
            status=Status.ACTIVE,
            without_end=True,
        )


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
    PLANS.get(body.plan_id, body.from_version)
    page = SUBSCRIPTION_REGISTER.find(body.concerned, limit=body.limit, cursor=body.cursor)
    moved = move_subscribers(
        page.items,
        body.move,
        works=works,
        now=call.now,
        subscriptions=SUBSCRIPTIONS,
        plans=PLANS,
    )
    return MovesOut(items=[MovedOut.of(one) for one in moved], next_cursor=page.next_cursor)
