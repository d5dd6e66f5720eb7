"""Take over many running contracts, each on its own: what is refused stops no other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from umlauf.kernel.errors import Transient, UmlaufError
from umlauf.kernel.work import Work, Works, carry_out
from umlauf.subscriptions.importing import RunningContract
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.use_cases.import_subscription import ImportDesk, import_subscription


class ImportOutcome(StrEnum):
    IMPORTED = "imported"
    ALREADY_THERE = "already_there"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """`notes` say what is never billed or given back here."""

    outcome: ImportOutcome
    subscription: Subscription | None = None
    refusal: UmlaufError | None = None
    notes: tuple[str, ...] = ()


def import_subscriptions(
    contracts: Iterable[RunningContract],
    *,
    works: Works | None,
    now: datetime,
    desk: ImportDesk,
) -> list[ImportedRow]:
    """Import each in a work of its own, in order; without `works` nothing is stored.

    What was imported before is there already. Raises Transient: import all of them again then.
    """
    seen: set[str] = set()

    def row(contract: RunningContract) -> ImportedRow:
        def decide(work: Work) -> Subscription:
            return import_subscription(contract, work=work, desk=desk)

        try:
            if works is None:
                subscription = decide(Work(now))
            else:
                subscription = carry_out(decide, works=works, now=now)
        except Transient:
            raise
        except UmlaufError as refusal:
            return ImportedRow(ImportOutcome.REFUSED, refusal=refusal)
        is_new = subscription.version == 0 and subscription.id not in seen
        seen.add(subscription.id)
        outcome = ImportOutcome.IMPORTED if is_new else ImportOutcome.ALREADY_THERE
        return ImportedRow(outcome, subscription, notes=contract.notes)

    return [row(contract) for contract in contracts]
