"""What holds of charges, documents and credit, over everything that was ever billed.

Every line that charges something is one `BilledCharge`, and every line that gives something back
points at one. So what was billed, what was credited and what is still paid for can be told from the
charges alone, and the documents must say the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from invariants.archive import files_are_the_documents
from invariants.books import Books
from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.credits import CreditBalance, CreditEntry, EntryKind
from umlauf.billing.model import Invoice, InvoiceLine, LineKind, LineRef, Receivable
from umlauf.billing.numbering import DocumentNumber, NumberBlock, NumberUse, Series
from umlauf.billing.runs import RunCursor
from umlauf.billing.terms import entity_of
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money, total
from umlauf.subscriptions.model import Subscription

Violations = Iterator[str]
Document = Invoice | CreditNote

_OWN_TIME: Final = frozenset(
    {LineKind.BASE_FEE, LineKind.ADD_ON, LineKind.ONE_OFF, LineKind.DELIVERY, LineKind.USAGE}
)
"""Kinds whose time is charged once. Differences and limits are about time that is charged."""


def charges_happen_once(books: Books) -> Violations:
    """2. No service period of one item is paid for twice; what is credited was billed."""
    documents = _documents(books)
    charges = books.of(BilledCharge)
    for document in documents:
        if total((line.net for line in document.lines), document.currency) != document.net:
            yield f"{document.KIND} {document.number} is not the sum of its lines"
        taxes = total((one.tax for one in document.taxes), document.currency)
        if taxes + document.net != document.gross:
            yield f"{document.KIND} {document.number} is not net plus tax"
    yield from _paid_for_twice(charges)
    yield from _lines_are_charges(documents, charges)
    yield from _credited_as_documented(documents, charges)


def numbers_are_used_once(books: Books) -> Violations:
    """3. Every document number is used once, and its file is its own; every gap is explained."""
    issued = Counter(document.number for document in _documents(books))
    yield from (f"number {number} is on {n} documents" for number, n in issued.items() if n > 1)
    taken = {number.id: number for number in books.of(DocumentNumber)}
    for number in taken.values():
        if (number.use is NumberUse.ISSUED) != (number.id in issued):
            yield f"number {number.id} is {number.use.value}, documents say otherwise"
    yield from (f"number {name} was never reserved" for name in issued if name not in taken)
    blocks = books.of(NumberBlock)
    for series in books.of(Series):
        yield from _holes(series, [block for block in blocks if block.series == series.id])
    if not any(cursor.open_run_id for cursor in books.of(RunCursor)):
        for name in (name for block in blocks for name in block.numbers()):
            if name not in taken:
                yield f"number {name} is neither used nor voided"
    yield from _documents_are_of_one_entity(books)
    yield from files_are_the_documents(books)


def _documents_are_of_one_entity(books: Books) -> Violations:
    """A number is of its entity's series, and so are all contracts and corrections behind it."""
    sold_by = {one.id: one.legal_entity for one in books.of(Subscription)}
    issued_by = {one.id: one.legal_entity for one in _documents(books)}
    for document in _documents(books):
        entity = document.legal_entity
        if document.number.rsplit("-", 2)[0] not in entity_of(entity).series.prefixes:
            yield f"number {document.number} is in no series of {entity}"
        for line in document.lines:
            seller = sold_by.get(line.subscription_id)
            if seller not in (None, entity):
                yield f"{document.number} of {entity} bills a contract of {seller}"
            before = issued_by.get(line.corrects.invoice_id) if line.corrects else None
            if before not in (None, entity):
                yield f"{document.number} of {entity} corrects a document of {before}"


def credit_is_where_documents_say(books: Books) -> Violations:
    """A balance is its entries and never below zero; notes, invoices and balances agree."""
    entries: dict[str, list[CreditEntry]] = defaultdict(list)
    for entry in books.of(CreditEntry):
        entries[entry.balance_id].append(entry)
    for balance in books.of(CreditBalance):
        own = entries.pop(balance.id, [])
        booked = total((entry.amount for entry in own), balance.amount.currency)
        if booked != balance.amount or len(own) != balance.entry_count:
            yield f"balance {balance.id} holds {balance.amount}, its entries say {booked}"
        if balance.amount.amount_minor < 0:
            yield f"balance {balance.id} is below zero: {balance.amount}"
    yield from (f"entries of {name} have no balance" for name in entries)
    yield from _notes_go_somewhere(books)
    yield from _balances_pay_what_invoices_say(books)


def credit_of_customers(books: Books) -> Counter[tuple[str, str, str]]:
    """What each customer has to their credit with each entity, in minor units per currency."""
    held: Counter[tuple[str, str, str]] = Counter()
    for balance in books.of(CreditBalance):
        key = balance.customer_id, balance.legal_entity, balance.amount.currency
        held[key] += balance.amount.amount_minor
    return held


def _documents(books: Books) -> list[Document]:
    return [*books.of(Invoice), *books.of(CreditNote)]


def _paid_for_twice(charges: Sequence[BilledCharge]) -> Violations:
    paid: dict[tuple[str, str, LineKind], list[Period]] = defaultdict(list)
    for charge in charges:
        if charge.kind in _OWN_TIME:
            paid[charge.subscription_id, charge.item, charge.kind].extend(charge.covered)
    for (subscription, item, _), periods in paid.items():
        for one, other in pairwise(sorted(periods, key=lambda period: period.start)):
            if one.overlaps(other):
                yield f"{subscription} was charged twice for {item}: {one} and {other}"


def _lines_are_charges(
    documents: Sequence[Document], charges: Sequence[BilledCharge]
) -> Violations:
    """Each line that charges something has its own record, over the same amount."""
    by_id = {charge.id: charge for charge in charges}
    seen: Counter[str] = Counter()
    for document in documents:
        for line in document.lines:
            if line.corrects is not None:
                continue
            seen[line.charge_id] += 1
            charge = by_id.get(line.charge_id)
            at = f"line {line.number} of {document.number}"
            if charge is None:
                yield f"{at} has no charge on record"
            elif (charge.invoice_id, charge.line) != (document.id, line.number):
                yield f"{at} is charge {charge.id}, which stands elsewhere"
            elif charge.amount != _as_on_an_invoice(line, document):
                yield f"{at} is over {line.amount}, its charge over {charge.amount}"
    yield from (f"charge {name} stands on {n} lines" for name, n in seen.items() if n > 1)


def _credited_as_documented(
    documents: Sequence[Document], charges: Sequence[BilledCharge]
) -> Violations:
    """What is given back points at what was billed, is counted there, and is no more than that."""
    by_line = {LineRef(charge.invoice_id, charge.line): charge for charge in charges}
    credited = _credited_by_line(documents)
    for ref in credited:
        if ref not in by_line:
            yield f"line {ref.line} of {ref.invoice_id} was credited and never billed"
    for ref, charge in by_line.items():
        bounds = sorted((0, charge.amount.amount_minor))
        if not bounds[0] <= charge.credited.amount_minor <= bounds[1]:
            yield f"{charge.id}: {charge.credited} was credited of {charge.amount}"
        if charge.line and charge.credited.amount_minor != credited[ref]:
            yield f"{charge.id} counts {charge.credited} credited, documents say {credited[ref]}"


def _credited_by_line(documents: Sequence[Document]) -> Counter[LineRef]:
    credited: Counter[LineRef] = Counter()
    for document in documents:
        for line in document.lines:
            if line.corrects is not None:
                credited[line.corrects] -= _as_on_an_invoice(line, document).amount_minor
    return credited


def _as_on_an_invoice(line: InvoiceLine, document: Document) -> Money:
    """The amount with an invoice's sign: on a note, what is given back stands above zero."""
    return -line.amount if isinstance(document, CreditNote) else line.amount


def _notes_go_somewhere(books: Books) -> Violations:
    """A note's gross amount is off what invoices owe, or the customer's credit."""
    receivables = {one.id: one for one in books.of(Receivable)}
    lowered: Counter[str] = Counter()
    for note in books.of(CreditNote):
        went = total((one.amount for one in note.reductions), note.currency) + note.to_balance
        if went != note.gross:
            yield f"credit note {note.number} is over {note.gross}, but {went} went somewhere"
        for one in note.reductions:
            lowered[one.invoice_id] += one.amount.amount_minor
    for invoice_id in sorted({*receivables, *lowered}):
        receivable = receivables.get(invoice_id)
        says = receivable.credited.amount_minor if receivable else 0
        if says != lowered[invoice_id]:
            yield f"{invoice_id} is lowered by {says}, credit notes say {lowered[invoice_id]}"
    to_balances = Counter(
        {note.id: note.to_balance.amount_minor for note in books.of(CreditNote) if note.to_balance}
    )
    arrived = _entered(books, EntryKind.CREDIT_NOTE)
    for note_id in sorted({*to_balances, *arrived}):
        if to_balances[note_id] != arrived[note_id]:
            yield f"{note_id} left {to_balances[note_id]}, balances got {arrived[note_id]}"


def _balances_pay_what_invoices_say(books: Books) -> Violations:
    applied, moved = _entered(books, EntryKind.APPLIED), _entered(books, EntryKind.OVERPAYMENT)
    for receivable in books.of(Receivable):
        paid = receivable.from_balance.amount_minor
        if paid != -applied.pop(receivable.id, 0):
            yield f"{receivable.id} was paid {paid} from a balance, whose entries say otherwise"
        kept = receivable.moved.amount_minor
        if kept != moved.pop(receivable.id, 0):
            yield f"{receivable.id} was overpaid by {kept}, balance entries say otherwise"
    yield from (f"a balance moved for {name}, which is not there" for name in {*applied, *moved})


def _entered(books: Books, kind: EntryKind) -> Counter[str]:
    sums: Counter[str] = Counter()
    for entry in books.of(CreditEntry):
        if entry.kind is kind:
            sums[entry.reference] += entry.amount.amount_minor
    return sums


def _holes(series: Series, blocks: list[NumberBlock]) -> Violations:
    """Blocks follow each other from 1 to what the series has reserved."""
    expected = 1
    for block in sorted(blocks, key=lambda block: block.first):
        if block.first != expected:
            yield f"series {series.id}: block {block.id} begins at {block.first}, not {expected}"
        expected = block.last + 1
    if expected != series.reserved_up_to + 1:
        yield f"series {series.id} is reserved up to {series.reserved_up_to}, not {expected - 1}"
