"""Subscribers moved to another version of their plan, on the wire."""

from datetime import date

from umlauf.subscriptions.use_cases.move_subscribers import Moved
from umlauf_http.representations.running_contracts import RowProblemOut, row_problem
from umlauf_http.wire import MoneyOut, Out, PageOut


class MovedOut(Out):
    """What becomes, or would become, of one subscriber: `outcome` is moved, unchanged or refused.

    `recurring` are the standing fees of a period at list prices; `begins_on` is the first day of
    the new version.
    """

    subscription_id: str
    customer_id: str
    outcome: str
    from_version: int
    to_version: int
    recurring_before: MoneyOut
    recurring_after: MoneyOut
    begins_on: date | None
    problem: RowProblemOut | None

    @classmethod
    def of(cls, moved: Moved) -> "MovedOut":
        return cls(
            subscription_id=moved.subscription.id,
            customer_id=moved.subscription.customer_id,
            outcome=_outcome(moved),
            from_version=moved.before.plan_version,
            to_version=moved.after.plan_version,
            recurring_before=MoneyOut.of(moved.before.recurring),
            recurring_after=MoneyOut.of(moved.after.recurring),
            begins_on=moved.begins_on,
            problem=row_problem(moved.refusal),
        )


class MovesOut(PageOut[MovedOut]):
    """Subscribers as they were moved, or would be, the latest order first."""


def _outcome(moved: Moved) -> str:
    if moved.refusal is not None:
        return "refused"
    return "unchanged" if moved.begins_on is None else "moved"
