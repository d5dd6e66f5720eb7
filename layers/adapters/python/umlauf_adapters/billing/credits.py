"""Credit notes and credit balances in DynamoDB."""

from collections.abc import Iterable, Sequence
from typing import Final

from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.credits import CreditBalance, CreditEntry
from umlauf.kernel.work import Page
from umlauf_adapters.billing.layouts import (
    CREDIT_BALANCES,
    CREDIT_ENTRIES,
    CREDIT_NOTES,
    balance_partition,
    balances_partition,
)

_ENTRY: Final = "ENTRY#"


class DynamoCreditNotes:
    """Implements umlauf.billing.ports.CreditNotes."""

    def get(self, note_id: str) -> CreditNote | None:
        return CREDIT_NOTES.get(f"NOTE#{note_id}", "NOTE")


class DynamoCreditBalances:
    """Implements umlauf.billing.ports.CreditBalances."""

    def get(self, balance_id: str) -> CreditBalance | None:
        return CREDIT_BALANCES.get(balance_partition(balance_id), "BALANCE")

    def find_many(self, balance_ids: Iterable[str]) -> dict[str, CreditBalance]:
        """Those that exist, by id; one call for up to a hundred."""
        keys = ((balance_partition(one), "BALANCE") for one in balance_ids)
        return {balance.id: balance for balance in CREDIT_BALANCES.get_many(keys)}

    def of_customer(self, customer_id: str) -> Sequence[CreditBalance]:
        return list(CREDIT_BALANCES.all(balances_partition(customer_id), index="gsi1"))

    def entries(
        self, balance_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[CreditEntry]:
        return CREDIT_ENTRIES.page(
            balance_partition(balance_id),
            prefix=_ENTRY,
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )
