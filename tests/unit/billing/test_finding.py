"""How an invoice that was found stands, and what rules it out before it is read."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.credit_fakes import AT, invoice_over, owed_on
from umlauf.billing.composing import receivable_of
from umlauf.billing.documents import DocumentKind
from umlauf.billing.finding import InvoiceSearch, InvoiceState, OwedInvoice, kind_of, state_of
from umlauf.billing.model import Invoice, LineKind, Settlement, SettlementState

INVOICE = invoice_over(1000)


def deposit() -> Invoice:
    lines = tuple(replace(line, kind=LineKind.DEPOSIT) for line in INVOICE.lines)
    return replace(INVOICE, lines=lines)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        pytest.param(datetime(2026, 7, 14, 21, 59, tzinfo=UTC), "open", id="the day it is due"),
        pytest.param(datetime(2026, 7, 14, 22, 0, tzinfo=UTC), "overdue", id="the next, in Berlin"),
    ],
)
def test_it_is_overdue_when_its_day_is_over_where_the_customer_is(
    now: datetime, state: str
) -> None:
    owed = replace(owed_on(INVOICE), due_on=date(2026, 7, 14), time_zone="Europe/Berlin")
    assert state_of(owed, now) == InvoiceState(state)


def test_a_cancelled_invoice_whose_payment_goes_back_is_owed_again() -> None:
    owed = replace(owed_on(INVOICE), cancelled_by="cn_1", due_on=AT.date())
    paid = owed.settle(Settlement("att", SettlementState.SUCCEEDED, INVOICE.gross, AT))
    assert state_of(paid, AT) is InvoiceState.CANCELLED
    back = paid.settle(Settlement("att", SettlementState.RETURNED, INVOICE.gross, AT))
    assert state_of(back, AT) is InvoiceState.OPEN


@pytest.mark.parametrize("invoice", [INVOICE, deposit()], ids=["fee", "deposit"])
def test_what_is_owed_knows_what_kind_of_document_it_is_owed_on(invoice: Invoice) -> None:
    """So the register leaves a document out without reading it, and never one too many."""
    owed = OwedInvoice(invoice, receivable_of(invoice, "Europe/Berlin"))
    for kind in DocumentKind:
        search = InvoiceSearch(kind=kind)
        assert search.may_be_met_on(owed.receivable, AT) is (kind_of(invoice) is kind)
        assert search.is_met_by_owed(owed, AT) is (kind_of(invoice) is kind)
