"""Which postings an event makes.

Pure: the same event always codes the same, in whatever order events arrive.

Addition does not mind order: a return may be posted before the payment it takes back. Money for
top-ups is posted when the wallet was credited, and again when the wallet gave it back, so of a
payment with another purpose than an invoice only the bank's charge makes an entry.

A customer's credit balance stands on their debtor account, against what is open. So a credit note
is one entry wherever its amount goes, and credit that pays an invoice makes none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from umlauf.billing.model import PriceBasis
from umlauf.billing.tax import tax_in
from umlauf.kernel.money import Money, total
from umlauf.ledger.books import FOR_INVOICES, Books
from umlauf.ledger.chart import Account, Chart
from umlauf.ledger.facts import (
    CodedLine,
    CreditNoteIssued,
    CreditPaidOut,
    Fact,
    FeeCharged,
    InvoiceIssued,
    PaymentFailed,
    PaymentReturned,
    PaymentSucceeded,
    PrepaymentRecorded,
    SessionSettled,
    TaxedAmount,
    ToppedUp,
    TopUpReturned,
)
from umlauf.ledger.model import Posting, Side

_NOT_SUBJECT: Final = "not_subject"
_DEPOSIT: Final = "deposit"
_CANCELLATION: Final = "cancellation"


@dataclass(frozen=True, slots=True)
class Coding:
    """An entry but for its identity. No postings: the event moves nothing in the books."""

    reference: str
    customer_id: str
    text: str
    posted_on: date
    postings: tuple[Posting, ...]


def code(  # noqa: PLR0911 - one return for each kind of fact
    fact: Fact, occurred_at: datetime, books: Books
) -> Coding:
    """Code one fact. Raises NoAccount when the chart lacks an account for it."""
    chart = books.chart
    match fact:
        case InvoiceIssued():
            return _invoice_issued(fact, books)
        case CreditNoteIssued():
            return _credit_note_issued(fact, books)
        case PrepaymentRecorded() | CreditPaidOut():
            return _balance_moved(fact, books.chart)
        case PaymentSucceeded() | PaymentFailed() | PaymentReturned():
            return _payment(fact, books)
        case FeeCharged():
            return _fee_charged(fact, books.day_of(occurred_at), chart)
        case ToppedUp() | TopUpReturned():
            return _top_up(fact, books.day_of(occurred_at), chart)
        case SessionSettled():
            return _session_settled(fact, books)


def _invoice_issued(fact: InvoiceIssued, books: Books) -> Coding:
    postings = (
        *_movement(books.chart.debtors, Side.DEBIT, fact.gross),
        *_supplied(fact.taxes, fact.lines, Side.CREDIT, books.chart),
    )
    return Coding(
        fact.invoice_id, fact.customer_id, f"Invoice {fact.number}", fact.issued_on, postings
    )


def _credit_note_issued(fact: CreditNoteIssued, books: Books) -> Coding:
    """The mirror of the invoices it corrects: the same accounts, the other side."""
    postings = (
        *_supplied(fact.taxes, fact.lines, Side.DEBIT, books.chart),
        *_movement(books.chart.debtors, Side.CREDIT, fact.gross),
    )
    name = "Cancellation" if fact.kind == _CANCELLATION else "Credit note"
    return Coding(
        fact.credit_note_id, fact.customer_id, f"{name} {fact.number}", fact.issued_on, postings
    )


def _balance_moved(fact: PrepaymentRecorded | CreditPaidOut, chart: Chart) -> Coding:
    """Credit for any later invoice is owed to the customer and not taxed yet."""
    if isinstance(fact, PrepaymentRecorded):
        postings = _transfer(chart.bank, chart.debtors, fact.amount)
        return Coding(fact.balance_id, fact.customer_id, "Prepayment", fact.received_on, postings)
    postings = _transfer(chart.debtors, chart.bank, fact.amount)
    return Coding(fact.balance_id, fact.customer_id, "Credit paid out", fact.paid_on, postings)


def _supplied(
    taxes: Sequence[TaxedAmount], lines: Sequence[CodedLine], side: Side, chart: Chart
) -> tuple[Posting, ...]:
    """Revenue and tax of what was supplied; on the debit side, of what is given back."""
    postings: tuple[Posting, ...] = ()
    for taxed in taxes:
        if taxed.category == _NOT_SUBJECT:
            postings += _not_subject(taxed.net, lines, side, chart)
            continue
        accounts = chart.revenue(taxed.country, taxed.category, taxed.rate)
        postings += _movement(accounts.revenue, side, taxed.net)
        if accounts.tax is not None:
            postings += _movement(accounts.tax, side, taxed.tax)
    return postings


def _not_subject(
    amount: Money, lines: Sequence[CodedLine], side: Side, chart: Chart
) -> tuple[Posting, ...]:
    """No supply, so no revenue: a deposit stays the customer's, what remains makes good a loss."""
    kept = (line.net for line in lines if line.kind == _DEPOSIT)
    deposits = total(kept, amount.currency)
    return (
        *_movement(chart.deposits, side, deposits),
        *_movement(chart.damages, side, amount - deposits),
    )


def _payment(fact: PaymentSucceeded | PaymentFailed | PaymentReturned, books: Books) -> Coding:
    match fact:
        case PaymentSucceeded():
            return _payment_succeeded(fact, books)
        case PaymentFailed():
            return _payment_failed(fact, books)
        case PaymentReturned():
            return _payment_returned(fact, books)


def _payment_succeeded(fact: PaymentSucceeded, books: Books) -> Coding:
    postings: tuple[Posting, ...] = ()
    if fact.purpose == FOR_INVOICES:
        chart = books.chart
        postings = _transfer(chart.payments_in_transit, chart.debtors, fact.amount)
    day = books.day_of(fact.settled_at)
    return Coding(fact.attempt_id, fact.customer_id, "Payment", day, postings)


def _payment_failed(fact: PaymentFailed, books: Books) -> Coding:
    """Nothing arrived, so nothing is taken back; only what the bank charged for it is a cost."""
    day = books.day_of(fact.failed_at)
    postings = _bank_charge(fact.fee, books.chart)
    return Coding(fact.attempt_id, fact.customer_id, "Failed payment", day, postings)


def _payment_returned(fact: PaymentReturned, books: Books) -> Coding:
    """The debt comes back in full; a top-up's money is posted when its wallet gave it back.

    The bank's fee is our cost; passing it on is a fee of its own.
    """
    chart = books.chart
    postings = _bank_charge(fact.bank_fee, chart)
    if fact.purpose == FOR_INVOICES:
        postings = (*_transfer(chart.debtors, chart.payments_in_transit, fact.amount), *postings)
    day = books.day_of(fact.returned_at)
    return Coding(fact.attempt_id, fact.customer_id, "Returned payment", day, postings)


def _fee_charged(fact: FeeCharged, day: date, chart: Chart) -> Coding:
    """Damages, not a supply: no VAT."""
    postings = _transfer(chart.debtors, chart.dunning_fees, fact.amount)
    return Coding(fact.invoice_id, fact.customer_id, "Dunning fee", day, postings)


def _top_up(fact: ToppedUp | TopUpReturned, day: date, chart: Chart) -> Coding:
    """Credit for any later use is owed to the customer and not taxed yet."""
    if isinstance(fact, TopUpReturned):
        postings = _given_back(fact, chart)
        return Coding(fact.wallet_id, fact.customer_id, "Returned top-up", day, postings)
    postings = _transfer(chart.payments_in_transit, chart.customer_credit, fact.amount)
    return Coding(fact.wallet_id, fact.customer_id, "Top-up", day, postings)


def _given_back(fact: TopUpReturned, chart: Chart) -> tuple[Posting, ...]:
    """The credit shrinks by what the wallet gave.

    What it could not give is claimed from the customer, beside the debtors: no receivable of
    billing's stands behind it.
    """
    postings = _movement(chart.customer_credit, Side.DEBIT, fact.taken_back)
    postings += _movement(chart.top_up_shortfalls, Side.DEBIT, fact.shortfall)
    return (*postings, *_movement(chart.payments_in_transit, Side.CREDIT, fact.amount))


def _session_settled(fact: SessionSettled, books: Books) -> Coding:
    chart = books.chart
    tax = tax_in(fact.amount, fact.tax_rate, PriceBasis.GROSS)
    accounts = chart.revenue(fact.tax_country, fact.tax_category, fact.tax_rate)
    postings = _movement(chart.customer_credit, Side.DEBIT, fact.amount)
    postings += _movement(accounts.revenue, Side.CREDIT, fact.amount - tax)
    if accounts.tax is not None:
        postings += _movement(accounts.tax, Side.CREDIT, tax)
    day = books.day_of(fact.settled_at)
    return Coding(fact.session_id, fact.customer_id, "Prepaid session", day, postings)


def _bank_charge(fee: Money | None, chart: Chart) -> tuple[Posting, ...]:
    if fee is None:
        return ()
    return _transfer(chart.bank_charges, chart.payments_in_transit, fee)


def _transfer(debit: Account, credit: Account, amount: Money) -> tuple[Posting, ...]:
    return (*_movement(debit, Side.DEBIT, amount), *_movement(credit, Side.CREDIT, amount))


def _movement(account: Account, side: Side, amount: Money) -> tuple[Posting, ...]:
    """One posting; none for zero, and on the other side for what gives money back."""
    if not amount:
        return ()
    posting = Posting(account.number, side, amount)
    return (
        (posting,) if amount.amount_minor > 0 else (Posting(account.number, side.other, -amount),)
    )
