"""The documents a bill becomes: what stands on which, and what is on record of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from umlauf.billing.assembling import Bill, BillLine
from umlauf.billing.charges import NOT_BILLED, BilledCharge
from umlauf.billing.composing import BilledContract, Draft, compose, record_of
from umlauf.billing.model import LineKind
from umlauf.billing.terms import LegalEntity
from umlauf.kernel.money import Money


@dataclass(frozen=True, slots=True)
class DraftDocument:
    """A document to be, and the bill's lines it is made of, in the same order."""

    lines: tuple[BillLine, ...]
    draft: Draft

    @property
    def gross(self) -> Money:
        return self.draft.gross

    @property
    def is_deposit_request(self) -> bool:
        return self.lines[0].kind is LineKind.DEPOSIT

    def records(self, document_id: str) -> tuple[BilledCharge, ...]:
        """What is billed with it, one record for each line that charges something."""
        customer_id = self.draft.contract.customer_id
        return tuple(
            record_of(line, document_id, customer_id, place=one.number, treatment=one.treatment)
            for line, one in zip(self.lines, self.draft.lines, strict=True)
            if line.corrects is None
        )


def draft_documents(
    bills: Sequence[Bill], contract: BilledContract, entity: LegalEntity, *, now: datetime
) -> tuple[DraftDocument, ...]:
    """The documents of one or more bills of a customer; none where nothing is charged.

    Deposits bear no tax and are owed back, so they stand on a request of their own. Raises what
    `compose` raises.
    """
    return tuple(
        DraftDocument(lines, compose(lines, contract=contract, entity=entity, now=now))
        for lines in _by_document(bills)
    )


def unshown_records(
    bills: Sequence[Bill], documents: Sequence[DraftDocument], customer_id: str
) -> tuple[BilledCharge, ...]:
    """The records of lines that no document shows: a period without use was rated all the same."""
    shown = {line.charge_id for document in documents for line in document.lines}
    return tuple(
        record_of(line, "", customer_id, place=0, treatment=NOT_BILLED)
        for bill in bills
        for line in bill.lines
        if line.corrects is None and line.charge_id not in shown
    )


def _by_document(bills: Sequence[Bill]) -> Iterator[tuple[BillLine, ...]]:
    shown = [line for bill in bills for line in bill.lines if line.is_shown]
    for is_deposit in (False, True):
        lines = tuple(line for line in shown if (line.kind is LineKind.DEPOSIT) is is_deposit)
        if any(line.amount for line in lines):
            yield lines
