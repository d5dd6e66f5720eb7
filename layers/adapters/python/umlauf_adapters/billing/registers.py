"""The registers of documents: all, or a customer's, narrowed by whatever is known, newest first.

And that of contracts that could not be billed, which waited longest first.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.finding import (
    DocumentSearch,
    InvoiceSearch,
    InvoiceState,
    OwedInvoice,
    ParkedSearch,
)
from umlauf.billing.model import Invoice, Receivable
from umlauf.billing.runs import ParkedContract
from umlauf.kernel.work import Page
from umlauf_adapters.billing.layouts import (
    CREDIT_NOTES,
    INVOICES,
    NOTES,
    PARKED_CONTRACTS,
    PARKED_PARTITION,
    RECEIVABLES,
    SETTLED,
    UNSETTLED,
    customer_partition,
    invoice_partition,
    noted_partition,
    register_partitions,
)
from umlauf_adapters.kernel.spread_lists import Span, SpreadList

_SETTLED_STATES: Final = frozenset({InvoiceState.PAID, InvoiceState.CANCELLED})


class DynamoInvoiceRegister:
    """Implements umlauf.billing.ports.InvoiceRegister."""

    def find(
        self, search: InvoiceSearch, *, now: datetime, limit: int = 50, cursor: str | None = None
    ) -> Page[OwedInvoice]:
        def wanted(owed: OwedInvoice | None) -> OwedInvoice | None:
            return owed if owed and search.is_met_by_owed(owed, now) else None

        span = Span.of_days(search.issued_from, search.issued_before)
        if search.customer_id is not None:
            partition = customer_partition(search.customer_id)
            return SpreadList(INVOICES, "gsi1", partition, (partition,)).page(
                lambda invoices: [wanted(owed) for owed in _with_receivables(invoices)],
                span=span,
                limit=limit,
                cursor=cursor,
            )

        def shown(receivables: Sequence[Receivable]) -> list[OwedInvoice | None]:
            near = [one if search.may_be_met_on(one, now) else None for one in receivables]
            return [wanted(owed) for owed in _with_invoices(near)]

        return _of_all(search.state).page(
            shown,
            span=span,
            limit=limit,
            cursor=cursor,
        )


class DynamoCreditNoteRegister:
    """Implements umlauf.billing.ports.CreditNoteRegister."""

    def find(
        self, search: DocumentSearch, *, limit: int = 50, cursor: str | None = None
    ) -> Page[CreditNote]:
        register = SpreadList(CREDIT_NOTES, "gsi2", NOTES, register_partitions(NOTES))
        if search.customer_id is not None:
            partition = noted_partition(search.customer_id)
            register = SpreadList(CREDIT_NOTES, "gsi1", partition, (partition,))
        return register.page(
            lambda notes: [note if search.is_met_by(note) else None for note in notes],
            span=Span.of_days(search.issued_from, search.issued_before),
            limit=limit,
            cursor=cursor,
        )


class DynamoParkedRegister:
    """Implements umlauf.billing.ports.ParkedRegister."""

    def find(
        self, search: ParkedSearch, *, limit: int = 50, cursor: str | None = None
    ) -> Page[ParkedContract]:
        waiting = SpreadList(
            PARKED_CONTRACTS, "gsi1", PARKED_PARTITION, (PARKED_PARTITION,), newest_first=False
        )
        return waiting.page(
            lambda parked: [one if search.is_met_by(one) else None for one in parked],
            limit=limit,
            cursor=cursor,
        )


def _of_all(state: InvoiceState | None) -> SpreadList[Receivable]:
    """The part of the register in which invoices of a state are; without one, all of it."""
    parts = [UNSETTLED, SETTLED]
    if state is not None:
        parts = [SETTLED if state in _SETTLED_STATES else UNSETTLED]
    partitions = tuple(pk for part in parts for pk in register_partitions(part))
    return SpreadList(RECEIVABLES, "gsi2", "+".join(parts), partitions)


def _with_invoices(receivables: Sequence[Receivable | None]) -> list[OwedInvoice | None]:
    keys = [(invoice_partition(one.id), "INVOICE") for one in receivables if one]
    invoices = {invoice.id: invoice for invoice in INVOICES.get_many(keys)} if keys else {}
    return [_owed(invoices.get(one.id), one) if one else None for one in receivables]


def _with_receivables(invoices: Sequence[Invoice]) -> list[OwedInvoice | None]:
    keys = ((invoice_partition(one.id), "RECEIVABLE") for one in invoices)
    receivables = {receivable.id: receivable for receivable in RECEIVABLES.get_many(keys)}
    return [_owed(one, receivables.get(one.id)) for one in invoices]


def _owed(invoice: Invoice | None, receivable: Receivable | None) -> OwedInvoice | None:
    """Both are written by one work; a row without its other half is none."""
    return OwedInvoice(invoice, receivable) if invoice and receivable else None
