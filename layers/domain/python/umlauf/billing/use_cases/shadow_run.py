"""Bill contracts of another system in memory: what importing them would charge, and when."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from umlauf.billing.forecasting import Forecast
from umlauf.billing.ports import BillingDesk
from umlauf.billing.use_cases.forecast_bills import forecast_bills
from umlauf.kernel.errors import Transient, UmlaufError
from umlauf.subscriptions.importing import RunningContract
from umlauf.subscriptions.use_cases.import_subscription import ImportDesk
from umlauf.subscriptions.use_cases.import_subscriptions import (
    ImportedRow,
    ImportOutcome,
    import_subscriptions,
)


@dataclass(frozen=True, slots=True)
class ShadowRow:
    """What would become of a contract; a forecast only of one that would be imported and billed."""

    row: ImportedRow
    forecast: Forecast | None = None


def shadow_run(
    contracts: Iterable[RunningContract],
    *,
    until: date,
    now: datetime,
    desk: BillingDesk,
    import_desk: ImportDesk,
) -> list[ShadowRow]:
    """The bills of each through the day `until`, exactly as a run would make them.

    Nothing is stored. A contract that could be imported but not billed is refused with the reason.
    """
    rows = import_subscriptions(contracts, works=None, now=now, desk=import_desk)
    return [_billed(row, until, now, desk) for row in rows]


def _billed(row: ImportedRow, until: date, now: datetime, desk: BillingDesk) -> ShadowRow:
    if row.subscription is None or row.outcome is not ImportOutcome.IMPORTED:
        return ShadowRow(row)
    try:
        found = forecast_bills(row.subscription, as_of=now, until=until, desk=desk)
    except Transient:
        raise
    except UmlaufError as refusal:
        return ShadowRow(replace(row, outcome=ImportOutcome.REFUSED, refusal=refusal))
    return ShadowRow(row, found)
