"""What dunning needs from outside."""

from dataclasses import dataclass
from typing import Protocol

from umlauf.dunning.model import Case, Debt, Dossier
from umlauf.kernel.work import Page, Works


class Cases(Protocol):
    def get(self, case_id: str) -> Case | None: ...

    def of_customer(
        self, customer_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Case]:
        """A customer's cases, newest first; may lag behind by a moment."""


class Dossiers(Protocol):
    def get(self, invoice_id: str) -> Dossier | None: ...


class Debts(Protocol):
    def get(self, invoice_id: str) -> Debt | None:
        """The debt as it stands now, read consistently."""


class Executions(Protocol):
    """The state machine: one execution per case, named like it."""

    def start(self, case_id: str) -> bool:
        """Start the case's execution, once; False if it ended already, for it has no second."""

    def stop(self, case_id: str, cause: str) -> None:
        """End the case's execution at once; one that has ended or never was is no error."""


@dataclass(frozen=True, slots=True)
class DunningDesk:
    """What deciding about cases takes, wired by the edge."""

    works: Works
    cases: Cases
    dossiers: Dossiers
    debts: Debts
