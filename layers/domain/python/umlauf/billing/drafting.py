"""The documents a bill becomes: what stands on which, and what is on record of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from umlauf.billing.bill_lines import Bill, BillLine
from umlauf.billing.charges import NOT_BILLED, BilledCharge
from umlauf.billing.composing import BilledContract, Draft, compose, record_of
from umlauf.billing.document_tax import taxes_of
from umlauf.billing.model import InvoiceLine, LineKind
from umlauf.billing.terms import LegalEntity
from umlauf.billing.vat_codes import VatCode, vat_code
from umlauf.kernel.money import Money, total

OnRecord = Callable[[Iterable[str]], Iterable[BilledCharge]]
"""At least the charges of some invoices, each once."""


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
    bills: Sequence[Bill],
    contract: BilledContract,
    entity: LegalEntity,
    *,
    now: datetime,
    before: OnRecord,
) -> tuple[DraftDocument, ...]:
    """The documents of one or more bills of a customer; none where nothing is charged.

    Deposits bear no tax and are owed back, so they stand on a request of their own. Prices with and
    without tax share no document: after a change of plan, what is given back is priced as it was
    charged. Nor does what is outside the scope of VAT with what is not (EN 16931, BR-O-11). What
    gives back comes first, so that it pays what is charged beside it. `before` gives the
    charges as they are on record: what is given back bears the tax that is left of theirs.
    Raises what `compose` raises.
    """
    shown = [line for bill in bills for line in bill.lines if line.is_shown]
    found: list[DraftDocument] = []
    for alike in _apart(shown, lambda line: line.kind is LineKind.DEPOSIT):
        for lines in _apart(alike, lambda line: line.price_basis is not contract.price_basis):
            priced = replace(contract, price_basis=lines[0].price_basis)
            found.extend(_by_scope_of_vat(lines, priced, entity, now))
    issued = [_as_issued(one, before) for one in found]
    issued.sort(key=lambda one: one.gross.amount_minor >= 0)
    return tuple(issued)


def corrected_ids(lines: Iterable[InvoiceLine]) -> tuple[str, ...]:
    """The invoices that lines give something back of."""
    return tuple(dict.fromkeys(line.corrects.invoice_id for line in lines if line.corrects))


def _as_issued(document: DraftDocument, before: OnRecord) -> DraftDocument:
    """With the tax that is left of what it gives back."""
    draft, contract = document.draft, document.draft.contract
    corrected = corrected_ids(draft.lines)
    if not corrected:
        return document
    parts = taxes_of(draft.lines, before(corrected), contract.price_basis, contract.currency)
    taxed = replace(
        draft,
        lines=tuple(
            replace(line, net=net) for line, net in zip(draft.lines, parts.nets, strict=True)
        ),
        taxes=parts.taxes,
        net=total((one.net for one in parts.taxes), contract.currency),
        tax=total((one.tax for one in parts.taxes), contract.currency),
    )
    return replace(document, draft=taxed)


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


def _apart(
    lines: Sequence[BillLine], is_apart: Callable[[BillLine], bool]
) -> Iterator[tuple[BillLine, ...]]:
    """The lines in one or two groups; a group that comes to nothing is no document."""
    for wanted in (False, True):
        group = tuple(line for line in lines if is_apart(line) is wanted)
        if any(line.amount for line in group):
            yield group


def _by_scope_of_vat(
    lines: tuple[BillLine, ...], contract: BilledContract, entity: LegalEntity, now: datetime
) -> Iterator[DraftDocument]:
    draft = compose(lines, contract=contract, entity=entity, now=now)
    outside = _outside_vat(lines, draft)
    if len(outside) in {0, len(lines)}:
        yield DraftDocument(lines, draft)
        return
    for part in _apart(lines, outside.__contains__):
        yield DraftDocument(part, compose(part, contract=contract, entity=entity, now=now))


def _outside_vat(lines: Sequence[BillLine], draft: Draft) -> list[BillLine]:
    return [
        line
        for line, one in zip(lines, draft.lines, strict=True)
        if vat_code(one.treatment) is VatCode.NOT_SUBJECT
    ]
