"""Whatever is billed, paid, credited and paid out: the books and the laws hold after every act."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from invariants.billing import (
    charges_happen_once,
    credit_is_where_documents_say,
    numbers_are_used_once,
)
from invariants.books import Books
from invariants.laws import books_balance
from tests.billing_fakes import (
    BillingWorld,
    MemoryCreditNotes,
    MemoryDebtors,
    MemoryInvoices,
    MemoryNumbers,
)
from tests.fakes import MemoryStore
from tests.offer_fakes import CITY_METERED
from umlauf.billing.credit_notes import PartOf, Whole
from umlauf.billing.giving_back import Cancellation, CreditOrder
from umlauf.billing.model import Invoice, Settlement, SettlementState
from umlauf.billing.numbering import FreeNumber
from umlauf.billing.ports import CreditDesk, SettlementDesk
from umlauf.billing.use_cases.apply_credit import apply_credit
from umlauf.billing.use_cases.bill_contract import bill_contract
from umlauf.billing.use_cases.cancel_invoice import cancel_invoice
from umlauf.billing.use_cases.issue_credit_note import issue_credit_note
from umlauf.billing.use_cases.pay_out_credit import PayOut, pay_out_credit
from umlauf.billing.use_cases.record_prepayment import Prepayment, record_prepayment
from umlauf.billing.use_cases.settle_receivable import settle_receivable
from umlauf.billing.use_cases.take_number import take_number
from umlauf.kernel.errors import UmlaufError
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work
from umlauf.ledger.facts import FACTS
from umlauf.ledger.use_cases.post_journal import Notice, post_journal
from umlauf.payments.events import PaymentReturned, PaymentSucceeded
from umlauf.payments.model import Purpose
from umlauf.payments.reasons import Retry
from umlauf_adapters.kernel.documents import decode, encode

STARTED = datetime(2026, 9, 1, 10, 30, tzinfo=UTC)
MONTHS = tuple(datetime(2026, month, 1, 6, tzinfo=UTC) for month in (10, 11, 12))


class World:
    """A metered contract over three months; every act is a work, every event is posted."""

    def __init__(self) -> None:
        self.billing = BillingWorld()
        self.store: MemoryStore = self.billing.store
        self.subscription = self.billing.active_subscription(CITY_METERED)
        for month in (9, 10, 11):
            self.billing.rollups.ride(
                self.subscription.id, date(2026, month, 10), (300 + month) * 60
            )
        self.desk = CreditDesk(
            invoices=MemoryInvoices(self.store),
            receivables=self.billing.receivables,
            charges=self.billing.charges,
            balances=self.billing.balances,
            notes=MemoryCreditNotes(self.store),
            numbers=MemoryNumbers(self.store),
            subscriptions=self.billing.subscriptions,
        )
        self.settlement = SettlementDesk(
            self.desk.invoices, self.desk.receivables, self.desk.balances
        )
        self.acts = 0
        self.posted = 0
        self.arrived: dict[str, Invoice] = {}
        self.bill(STARTED)

    @property
    def now(self) -> datetime:
        return MONTHS[-1]

    def do(self, act: str, minor: int) -> None:
        """One act on the invoice a number picks. What the rules refuse changes nothing."""
        self.acts += 1
        acts: dict[str, Callable[[Work, Invoice, Money], object]] = {
            "credit": self._credit,
            "cancel": self._cancel,
            "prepay": self._prepay,
            "pay_out": self._pay_out,
            "apply": self._apply,
            "pay": self._pay,
            "return": self._return,
        }
        if act == "bill":
            self.bill(MONTHS[minor % len(MONTHS)])
            return
        invoices = self.billing.invoices()
        invoice, amount = invoices[minor % len(invoices)], Money(minor, "EUR")
        try:
            self.store.run(lambda work: acts[act](work, invoice, amount), self.now)
        except UmlaufError:
            return

    def bill(self, now: datetime) -> None:
        for _ in range(6):
            result = self._bill_once(now)
            if not result:
                return

    def _bill_once(self, now: datetime) -> bool:
        def decide(work: Work) -> bool:
            current = self.billing.subscriptions.get(self.subscription.id)

            def number(series: str, place: int) -> FreeNumber:
                command = f"run_{self.acts}_{self.store.commits}_{place}"
                return take_number(series, command, work=work, numbers=self.desk.numbers)

            result = bill_contract(current, number, work=work, desk=self.billing.desk)
            return result.is_due_again(now)

        return self.store.run(decide, now)

    def _credit(self, work: Work, invoice: Invoice, amount: Money) -> object:
        wanted = Whole() if amount.amount_minor % 5 == 0 else PartOf(amount)
        order = CreditOrder(invoice_id=invoice.id, wanted=wanted, reason="goodwill")
        return issue_credit_note(order, command_id=self._command, work=work, desk=self.desk)

    def _cancel(self, work: Work, invoice: Invoice, amount: Money) -> object:
        again = amount.amount_minor % 2 == 0
        order = Cancellation(invoice_id=invoice.id, reason="wrong", is_billed_again=again)
        return cancel_invoice(order, command_id=self._command, work=work, desk=self.desk)

    def _prepay(self, work: Work, invoice: Invoice, amount: Money) -> object:
        order = Prepayment(
            customer_id=invoice.customer_id,
            legal_entity=invoice.legal_entity,
            amount=amount,
            reference=self._command,
            received_on=self.now.date(),
        )
        return record_prepayment(order, work=work, desk=self.desk)

    def _pay_out(self, work: Work, invoice: Invoice, amount: Money) -> object:
        order = PayOut(
            customer_id=invoice.customer_id,
            legal_entity=invoice.legal_entity,
            amount=amount,
            reference=self._command,
            paid_on=self.now.date(),
        )
        return pay_out_credit(order, work=work, desk=self.desk)

    def _apply(self, work: Work, invoice: Invoice, amount: Money) -> object:
        return apply_credit(invoice, amount, work=work, desk=self.desk)

    def _pay(self, work: Work, invoice: Invoice, amount: Money) -> object:
        attempt = f"att_{self.acts}"
        self.arrived[attempt] = invoice
        self.store.events.append(_succeeded(attempt, invoice, amount, self.now))
        news = Settlement(attempt, SettlementState.SUCCEEDED, amount, self.now)
        return settle_receivable(invoice.id, news, "", work=work, desk=self.settlement)

    def _return(self, work: Work, _invoice: Invoice, amount: Money) -> object:
        if not self.arrived:
            return None
        attempt = sorted(self.arrived)[amount.amount_minor % len(self.arrived)]
        invoice = self.arrived.pop(attempt)
        receivable = self.desk.receivables.get(invoice.id)
        assert receivable is not None
        (paid,) = [one for one in receivable.settlements if one.attempt_id == attempt]
        self.store.events.append(_returned(attempt, invoice, paid.amount, self.now))
        news = Settlement(attempt, SettlementState.RETURNED, paid.amount, self.now)
        return settle_receivable(invoice.id, news, "AM04", work=work, desk=self.settlement)

    @property
    def _command(self) -> str:
        return f"cmd_{self.acts}"

    def violations(self) -> list[str]:
        self._post()
        stored: dict[type, list[object]] = {}
        for (cls, _), aggregate in self.store.aggregates.items():
            stored.setdefault(cls, []).append(aggregate)
        books = Books(stored)
        laws = (
            charges_happen_once,
            credit_is_where_documents_say,
            numbers_are_used_once,
            books_balance,
        )
        return [violation for law in laws for violation in law(books)]

    def _post(self) -> None:
        """What the ledger would have posted by now, each event once."""
        debtors = MemoryDebtors(self.store)
        for place in range(self.posted, len(self.store.events)):
            event = self.store.events[place]
            view = FACTS.get(event.TYPE)
            if view is None:
                continue
            notice = Notice(f"event:{place}", event.TYPE, self.now, decode(view, encode(event)))
            self.store.run(
                lambda work, notice=notice: post_journal(  # type: ignore[misc]
                    notice, work=work, debtors=debtors
                ),
                self.now,
            )
        self.posted = len(self.store.events)


def _succeeded(attempt: str, invoice: Invoice, amount: Money, at: datetime) -> PaymentSucceeded:
    return PaymentSucceeded(
        attempt_id=attempt,
        purpose=Purpose.INVOICE,
        customer_id=invoice.customer_id,
        amount=amount,
        provider_reference="pi",
        settled_at=at,
        invoice_id=invoice.id,
        legal_entity=invoice.legal_entity,
    )


def _returned(attempt: str, invoice: Invoice, amount: Money, at: datetime) -> PaymentReturned:
    return PaymentReturned(
        attempt_id=attempt,
        purpose=Purpose.INVOICE,
        customer_id=invoice.customer_id,
        payment_method_id="pmt",
        amount=amount,
        reason_code="AM04",
        bank_fee=Money(0, "EUR"),
        is_customer_fault=True,
        retry=Retry.LATER,
        returned_at=at,
        invoice_id=invoice.id,
        legal_entity=invoice.legal_entity,
    )


ACTS = ("bill", "bill", "credit", "cancel", "prepay", "pay_out", "apply", "pay", "return")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 2_500)), max_size=14))
def test_the_laws_hold_whatever_is_done_in_whatever_order(
    acts: Sequence[tuple[str, int]],
) -> None:
    world = World()
    for act, minor in acts:
        world.do(act, minor)
    assert world.violations() == []


def test_a_year_end_with_everything_in_it_keeps_the_laws() -> None:
    world = World()
    for act, minor in (
        ("prepay", 500),
        ("bill", 0),
        ("pay", 1_991),
        ("credit", 301),
        ("bill", 1),
        ("cancel", 2),
        ("bill", 1),
        ("return", 7),
        ("pay_out", 100),
        ("bill", 2),
        ("credit", 5),
        ("apply", 900),
    ):
        world.do(act, minor)
        assert world.violations() == []
