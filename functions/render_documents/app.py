"""Renders the document of what was issued, once, and puts it into the archive.

The file is put before its record, and only if the archive has none: a message that comes again, at
whatever point the last try was cut off, finds the file and goes on from there.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from umlauf.billing.arrangements import paid_at_issue, payment_of
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.documenting import Particulars, view_of_invoice, view_of_note
from umlauf.billing.documents import DocumentView
from umlauf.billing.errors import UnknownDocument
from umlauf.billing.events import CreditNoteIssued, InvoiceIssued
from umlauf.billing.model import Invoice
from umlauf.billing.ports import Arrangements, CreditNotes, DocumentDesk, Invoices, Receivables
from umlauf.billing.terms import entity_of
from umlauf.billing.use_cases.store_document import store_document
from umlauf.customers.ports import Customers
from umlauf.kernel.events import EventEnvelope
from umlauf.kernel.work import carry_out
from umlauf_adapters.billing.arrangements import ArrangementsOnFile
from umlauf_adapters.billing.credits import DynamoCreditNotes
from umlauf_adapters.billing.document_archive import DynamoStoredDocuments, S3DocumentArchive
from umlauf_adapters.billing.invoices import DynamoInvoices, DynamoReceivables
from umlauf_adapters.customers.customers import DynamoCustomers
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.documents import decode
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.event_intake import read_event
from umlauf_adapters.kernel.queue_records import QueueProcessor
from umlauf_adapters.payments.repositories import (
    DynamoPayers,
    DynamoPaymentAttempts,
    DynamoPaymentMethods,
)
from umlauf_integrations.documents.pdf import invoice_pdf

WORKS = DynamoWorks()

logger = Logger()
metrics = Metrics()
processor = QueueProcessor(logger)


@dataclass(frozen=True)
class _Ports:
    desk: DocumentDesk
    invoices: Invoices
    notes: CreditNotes
    receivables: Receivables
    customers: Customers
    arrangements: Arrangements


@cache
def ports() -> _Ports:
    archive = S3DocumentArchive(client("s3"), os.environ["DOCUMENTS_BUCKET"])
    return _Ports(
        desk=DocumentDesk(DynamoStoredDocuments(), archive, invoice_pdf),
        invoices=DynamoInvoices(),
        notes=DynamoCreditNotes(),
        receivables=DynamoReceivables(),
        customers=DynamoCustomers(),
        arrangements=ArrangementsOnFile(
            DynamoPayers(), DynamoPaymentMethods(), DynamoPaymentAttempts()
        ),
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_partial_response(
        event=event, record_handler=_render, processor=processor, context=context
    )


def _render(record: SQSRecord) -> None:
    """Store one document. Whatever it raises sends this record, alone, back to the queue."""
    metrics.add_metric("EventReceived", MetricUnit.Count, 1)
    document_id = _document_id(read_event(record.body))
    if document_id is None or ports().desk.stored_documents.get(document_id):
        return
    issued = ports().invoices.get(document_id) or ports().notes.get(document_id)
    if issued is None:
        raise UnknownDocument(f"nothing was issued as {document_id}", field="document_id")
    view = _view_of(issued)
    stored = carry_out(
        lambda work: store_document(
            document_id, view, legal_entity=issued.legal_entity, work=work, desk=ports().desk
        ),
        works=WORKS,
        now=datetime.now(UTC),
    )
    metrics.add_metric("DocumentStored", MetricUnit.Count, 1)
    logger.info("document_stored", document_id=document_id, size_bytes=stored.size_bytes)


def _document_id(envelope: EventEnvelope) -> str | None:
    match envelope.type:
        case InvoiceIssued.TYPE:
            return decode(InvoiceIssued, envelope.data).invoice_id
        case CreditNoteIssued.TYPE:
            return decode(CreditNoteIssued, envelope.data).credit_note_id
        case _:
            return None


def _view_of(issued: Invoice | CreditNote) -> DocumentView:
    entity = entity_of(issued.legal_entity)
    customer = ports().customers.get(issued.customer_id)
    if isinstance(issued, CreditNote):
        return view_of_note(issued, entity=entity, customer=customer)
    paid = paid_at_issue(issued, ports().receivables.get(issued.id))
    payment = payment_of(issued, ports().arrangements.of(issued), entity, paid=paid)
    particulars = Particulars(payment=payment, prepaid=paid)
    return view_of_invoice(issued, entity=entity, customer=customer, particulars=particulars)
