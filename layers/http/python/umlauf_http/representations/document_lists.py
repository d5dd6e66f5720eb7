"""What lists of invoices and credit notes can be narrowed by."""

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from umlauf.billing.documents import DocumentKind
from umlauf.billing.finding import DocumentSearch, InvoiceSearch, InvoiceState
from umlauf_http.wire import Day, Identifier, PageQuery


class InvoiceKind(StrEnum):
    INVOICE = DocumentKind.INVOICE.value
    DEPOSIT_REQUEST = DocumentKind.DEPOSIT_REQUEST.value


class NoteKind(StrEnum):
    CREDIT_NOTE = DocumentKind.CREDIT_NOTE.value
    CANCELLATION = DocumentKind.CANCELLATION.value


class IssuedQuery(PageQuery):
    """Half-open: issued on `issued_from` or later, and before `issued_before`."""

    subscription_id: Identifier | None = None
    issued_from: Day | None = None
    issued_before: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        first, before = self.issued_from, self.issued_before
        if first is not None and before is not None and before <= first:
            raise ValueError("issued_before must lie after issued_from")
        return self


class InvoicesQuery(IssuedQuery):
    """Each narrows the list. `status` open takes in what is overdue."""

    kind: InvoiceKind | None = None
    status: InvoiceState | None = None

    def search(self, customer_id: str | None, legal_entity: str | None = None) -> InvoiceSearch:
        return InvoiceSearch(
            customer_id=customer_id,
            subscription_id=self.subscription_id,
            legal_entity=legal_entity,
            kind=None if self.kind is None else DocumentKind(self.kind.value),
            issued_from=self.issued_from,
            issued_before=self.issued_before,
            state=self.status,
        )


class CreditNotesQuery(IssuedQuery):
    """Each narrows the list."""

    kind: NoteKind | None = None

    def search(self, customer_id: str | None, legal_entity: str | None = None) -> DocumentSearch:
        return DocumentSearch(
            customer_id=customer_id,
            subscription_id=self.subscription_id,
            legal_entity=legal_entity,
            kind=None if self.kind is None else DocumentKind(self.kind.value),
            issued_from=self.issued_from,
            issued_before=self.issued_before,
        )
