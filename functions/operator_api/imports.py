"""Taking over contracts that run elsewhere. A shadow run shows their bills, and stores nothing."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final, TypeVar

from pydantic import Field

from groups import PUBLISH
from umlauf.billing.forecasting import totals_of
from umlauf.billing.use_cases.shadow_run import ShadowRow, shadow_run
from umlauf.kernel.errors import InvalidInput, UmlaufError
from umlauf.subscriptions.importing import RunningContract
from umlauf.subscriptions.use_cases.import_subscriptions import (
    ImportedRow,
    ImportOutcome,
    import_subscriptions,
)
from umlauf_http.calls import Call
from umlauf_http.commands import Idempotency
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.running_contracts import (
    MOST_ROWS,
    AnyRowIn,
    ImportedOut,
    ImportedRowOut,
    ShadowRowOut,
    ShadowRunOut,
    ShadowTotalOut,
    read_row,
)
from umlauf_http.wire import Day, In
from wiring import WORKS, billing_desk, import_desk

routes = Routes(__name__, Access.STAFF, groups=PUBLISH)

LONGEST_SHADOW: Final = timedelta(days=400)

T = TypeVar("T")
Row = tuple[str, RunningContract | UmlaufError]


class ImportIn(In):
    """Each row stands for itself: one that is refused stops no other."""

    rows: list[AnyRowIn] = Field(min_length=1, max_length=MOST_ROWS)

    def read(self) -> list[Row]:
        return [read_row(row) for row in self.rows]


class ShadowRunIn(ImportIn):
    """`until` is the last local day that is billed."""

    until: Day

    def require_near(self, today: date) -> date:
        """Raises InvalidInput."""
        latest = today + LONGEST_SHADOW
        if not today <= self.until <= latest:
            raise InvalidInput(f"choose a day from {today} to {latest}", field="until")
        return self.until


@endpoint(routes, "/v1/operator/imports/subscriptions", method="POST")
def import_running_contracts(body: ImportIn, call: Call) -> ImportedOut:
    """Import running contracts, each on its own. What was imported before stays as it is."""

    def act(contracts: Sequence[RunningContract]) -> list[ImportedRow]:
        return import_subscriptions(
            contracts,
            works=WORKS,
            now=call.now,
            desk=import_desk(),
        )

    found = _in_order(body.read(), act, _refused)
    return ImportedOut(rows=[ImportedRowOut.of(*one) for one in found])


@endpoint(
    routes,
    "/v1/operator/imports/subscriptions/shadow-run",
    method="POST",
    idempotency=Idempotency.NONE,
)
def run_in_shadow(body: ShadowRunIn, call: Call) -> ShadowRunOut:
    """Show the exact bills that importing the rows would bring, and store nothing."""
    until = body.require_near(call.now.date())

    def act(contracts: Sequence[RunningContract]) -> list[ShadowRow]:
        return shadow_run(
            contracts,
            until=until,
            now=call.now,
            desk=billing_desk(),
            import_desk=import_desk(),
        )

    found = _in_order(body.read(), act, lambda refusal: ShadowRow(_refused(refusal)))
    forecasts = [row.forecast for _, _, row in found if row.forecast is not None]
    return ShadowRunOut(
        until=until,
        rows=[ShadowRowOut.of(*one) for one in found],
        totals=[ShadowTotalOut.of(one) for one in totals_of(forecasts)],
    )


def _in_order(
    rows: Sequence[Row],
    act: Callable[[Sequence[RunningContract]], list[T]],
    refused: Callable[[UmlaufError], T],
) -> list[tuple[int, str, T]]:
    """What became of each row, counted from 1; what could not be read is refused without an act."""
    done = iter(act([row for _, row in rows if isinstance(row, RunningContract)]))
    return [
        (number, name, next(done) if isinstance(row, RunningContract) else refused(row))
        for number, (name, row) in enumerate(rows, start=1)
    ]


def _refused(refusal: UmlaufError) -> ImportedRow:
    return ImportedRow(ImportOutcome.REFUSED, refusal=refusal)
