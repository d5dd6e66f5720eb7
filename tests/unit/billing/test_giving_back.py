"""Notes, cancellations, prepayments and pay-outs as acts: one work each, whole or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.billing_fakes import (
    MemoryBilledCharges,
    MemoryCreditBalances,
    MemoryCreditNotes,
    MemoryInvoices,
    MemoryNumbers,
    MemoryReceivables,
)
from tests.credit_fakes import AT, charges_of, euros, invoice_over, owed_on
from tests.fakes import MemoryStore
from tests.offer_fakes import MemorySubscriptions
from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import ByLine, CreditNote, NoteKind, PartOf, Whole
from umlauf.billing.credits import CreditBalance, CreditEntry, EntryKind, balance_id
from umlauf.billing.errors import CreditShort, NotCancellable, OverCredited, UnknownInvoice
from umlauf.billing.events import (
    CreditApplied,
    CreditNoteIssued,
    CreditPaidOut,
    InvoicePaid,
    PrepaymentRecorded,
)
from umlauf.billing.giving_back import (
    Cancellation,
    CreditOrder,
    propose_cancellation,
    propose_credit,
)
from umlauf.billing.model import (
    Invoice,
    PriceBasis,
    Receivable,
    ReceivableStatus,
    Settlement,
    SettlementState,
)
from umlauf.billing.numbering import DocumentNumber, Series
from umlauf.billing.ports import CreditDesk
from umlauf.billing.use_cases.apply_credit import apply_credit
from umlauf.billing.use_cases.cancel_invoice import cancel_invoice
from umlauf.billing.use_cases.issue_credit_note import issue_credit_note
from umlauf.billing.use_cases.pay_out_credit import PayOut, pay_out_credit
from umlauf.billing.use_cases.record_prepayment import Prepayment, record_prepayment
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money
from umlauf.kernel.work import AlreadyClaimed, Work

TODAY = date(2026, 11, 2)
REASON = "a week in the workshop"


class World:
    """One customer with one invoice of three lines, net 60.00, gross 71.40."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.balances = MemoryCreditBalances(self.store)
        self.receivables = MemoryReceivables(self.store)
        self.desk = CreditDesk(
            invoices=MemoryInvoices(self.store),
            receivables=self.receivables,
            charges=MemoryBilledCharges(self.store),
            balances=self.balances,
            notes=MemoryCreditNotes(self.store),
            numbers=MemoryNumbers(self.store),
            subscriptions=MemorySubscriptions(self.store),
        )
        self.invoice = self.issue(invoice_over(1000, 2000, 3000))

    def issue(self, invoice: Invoice) -> Invoice:
        def put(work: Work) -> None:
            work.put(invoice)
            work.put(owed_on(invoice))
            for charge in charges_of(invoice):
                work.put(charge)

        self.store.run(put, AT)
        return invoice

    def pay(self, minor: int) -> None:
        news = Settlement("pay_1", SettlementState.SUCCEEDED, euros(minor), AT)
        self.store.run(lambda work: work.put(self.owed.settle(news)), AT)

    def credit(self, order: CreditOrder, command: str = "cmd_1") -> CreditNote:
        return self.store.run(
            lambda work: issue_credit_note(order, command_id=command, work=work, desk=self.desk),
            AT,
        )

    def cancel(self, command: str = "cmd_1", **changes: bool) -> CreditNote:
        order = Cancellation(invoice_id=self.invoice.id, reason=REASON, **changes)
        return self.store.run(
            lambda work: cancel_invoice(order, command_id=command, work=work, desk=self.desk), AT
        )

    def prepay(self, minor: int, reference: str = "bank-1") -> CreditEntry:
        order = Prepayment(
            customer_id="cus_ada",
            legal_entity="umlauf-de",
            amount=euros(minor),
            reference=reference,
            received_on=TODAY,
        )
        return self.store.run(lambda work: record_prepayment(order, work=work, desk=self.desk), AT)

    def pay_out(self, minor: int, on: date = TODAY) -> CreditEntry:
        order = PayOut(
            customer_id="cus_ada",
            legal_entity="umlauf-de",
            amount=euros(minor),
            reference="refund-1",
            paid_on=on,
        )
        return self.store.run(lambda work: pay_out_credit(order, work=work, desk=self.desk), AT)

    @property
    def owed(self) -> Receivable:
        found = self.receivables.get(self.invoice.id)
        assert found is not None
        return found

    @property
    def balance(self) -> Money:
        found = self.balances.get(balance_id("cus_ada", "umlauf-de", "EUR"))
        return found.amount if found else euros(0)

    def entries(self) -> list[tuple[EntryKind, int]]:
        entries = sorted(self.store.all(CreditEntry), key=lambda entry: entry.number)
        return [(entry.kind, entry.amount.amount_minor) for entry in entries]

    def told(self, *types: type) -> list[object]:
        return [event for event in self.store.events if isinstance(event, types)]


@pytest.fixture
def world() -> World:
    return World()


def whole(world: World, refund: Money | None = None) -> CreditOrder:
    return CreditOrder(invoice_id=world.invoice.id, wanted=Whole(), reason=REASON, refund=refund)


def part(world: World, minor: int) -> CreditOrder:
    return CreditOrder(invoice_id=world.invoice.id, wanted=PartOf(euros(minor)), reason=REASON)


def test_a_note_over_an_open_invoice_makes_it_paid_and_says_so(world: World) -> None:
    note = world.credit(whole(world))
    assert note.number == "GS-2026-000001"
    assert note.gross == world.invoice.gross
    assert world.owed.status is ReceivableStatus.PAID
    assert world.balance == euros(0)
    (told,) = world.told(CreditNoteIssued)
    assert isinstance(told, CreditNoteIssued)
    assert told.lowered[0].amount == world.invoice.gross
    assert len(world.told(InvoicePaid)) == 1


def test_a_note_over_a_paid_invoice_is_the_customers_credit(world: World) -> None:
    world.pay(7140)
    note = world.credit(part(world, 1000))
    assert (note.gross, note.to_balance, world.balance) == (euros(1190), euros(1190), euros(1190))
    assert world.entries() == [(EntryKind.CREDIT_NOTE, 1190)]
    assert world.told(InvoicePaid) == []


def test_what_a_preview_shows_is_what_is_issued(world: World) -> None:
    wanted = ByLine({1: None, 3: euros(7)})
    order = CreditOrder(invoice_id=world.invoice.id, wanted=wanted, reason=REASON)
    shown = propose_credit(order, world.desk)
    note = world.credit(order)
    assert (note.lines, note.taxes, note.gross) == (
        shown.draft.lines,
        shown.draft.taxes,
        shown.draft.gross,
    )


def test_a_refund_is_taken_off_what_the_note_leaves(world: World) -> None:
    """30.00 given back, half to the bank account; the rest pays for the last 60.00."""
    gross = invoice_over(3000, basis=PriceBasis.GROSS, number="RE-2026-000002")
    world.invoice = world.issue(gross)
    world.pay(3000)
    world.credit(whole(world, refund=euros(1500)))
    assert world.balance == euros(1500)
    (paid_out,) = world.told(CreditPaidOut)
    assert isinstance(paid_out, CreditPaidOut)
    assert paid_out.amount == euros(1500)

    last = invoice_over(6000, basis=PriceBasis.GROSS, number="RE-2026-000003")
    world.invoice = world.issue(last)
    world.store.run(lambda work: apply_credit(last, None, work=work, desk=world.desk), AT)
    assert (world.owed.open, world.balance) == (euros(4500), euros(0))
    assert [type(event) for event in world.told(CreditApplied)] == [CreditApplied]


def test_no_more_is_refunded_than_the_note_leaves(world: World) -> None:
    world.pay(7000)
    with pytest.raises(CreditShort, match=r"leaves 70\.00 EUR") as refused:
        world.credit(whole(world, refund=euros(7001)))
    assert refused.value.field == "refund"
    assert list(world.store.all(CreditNote)) == []


def test_two_people_who_credit_one_line_at_once_cannot_give_it_back_twice(world: World) -> None:
    def rival(_: Work) -> None:
        world.credit(part(world, 5000), "cmd_rival")

    world.store.before_commit = rival
    with pytest.raises(OverCredited, match=r"10\.00 EUR is left"):
        world.credit(part(world, 5000))
    (note,) = world.store.all(CreditNote)
    assert sum(one.credited.amount_minor for one in world.store.all(BilledCharge)) == 5000
    assert note.net == euros(5000)


def test_two_people_who_credit_two_lines_at_once_share_the_tax(world: World) -> None:
    """Tax goes by what was credited before, so notes of one invoice exclude each other."""
    world.invoice = world.issue(invoice_over(3, 3, number="RE-2026-000002"))

    def order(line: int) -> CreditOrder:
        return CreditOrder(invoice_id=world.invoice.id, wanted=ByLine({line: None}), reason=REASON)

    def rival(_: Work) -> None:
        world.credit(order(1), "cmd_rival")

    world.store.before_commit = rival
    world.credit(order(2))
    taxes = sorted(note.tax.amount_minor for note in world.store.all(CreditNote))
    assert sum(taxes) == world.invoice.tax.amount_minor == 1


def test_an_invoice_nobody_knows_is_refused(world: World) -> None:
    with pytest.raises(UnknownInvoice):
        world.credit(replace(whole(world), invoice_id="inv_none"))


def test_numbers_are_taken_one_by_one_and_each_is_on_record(world: World) -> None:
    world.credit(part(world, 100), "cmd_1")
    world.credit(part(world, 100), "cmd_2")
    series = world.store.get(Series, "GS-2026")
    assert series is not None
    assert series.reserved_up_to == 2
    assert sorted(number.id for number in world.store.all(DocumentNumber)) == [
        "GS-2026-000001",
        "GS-2026-000002",
    ]


def test_a_cancellation_has_its_own_series_and_gives_all_back(world: World) -> None:
    world.pay(7140)
    order = Cancellation(invoice_id=world.invoice.id, reason=REASON)
    shown = propose_cancellation(order, world.desk)
    note = world.cancel()
    assert (note.number, note.kind) == ("ST-2026-000001", NoteKind.CANCELLATION)
    assert note.lines == shown.draft.lines
    assert world.balance == world.invoice.gross
    with pytest.raises(NotCancellable):
        world.cancel("cmd_2")


class TestPrepayments:
    def test_wait_for_the_next_invoice(self, world: World) -> None:
        world.prepay(2000)
        world.store.run(
            lambda work: apply_credit(world.invoice, None, work=work, desk=world.desk), AT
        )
        assert (world.owed.open, world.balance) == (euros(5140), euros(0))
        assert world.entries() == [(EntryKind.PREPAYMENT, 2000), (EntryKind.APPLIED, -2000)]
        (told,) = world.told(PrepaymentRecorded)
        assert isinstance(told, PrepaymentRecorded)
        assert told.received_on == TODAY

    def test_of_one_transfer_are_recorded_once(self, world: World) -> None:
        world.prepay(2000)
        with pytest.raises(AlreadyClaimed):
            world.prepay(2000)
        assert world.balance == euros(2000)

    @pytest.mark.parametrize("minor", [0, -1])
    def test_of_nothing_are_refused(self, world: World, minor: int) -> None:
        with pytest.raises(InvalidInput, match="enter what did") as refused:
            world.prepay(minor)
        assert refused.value.field == "amount"


class TestPayOuts:
    def test_take_credit_off_the_balance(self, world: World) -> None:
        world.prepay(2000)
        world.pay_out(500)
        assert world.balance == euros(1500)

    def test_of_more_than_there_is_are_refused_with_what_there_is(self, world: World) -> None:
        world.prepay(2000)
        with pytest.raises(CreditShort, match=r"holds 20\.00 EUR"):
            world.pay_out(2001)

    def test_are_recorded_when_they_happened_not_before(self, world: World) -> None:
        world.prepay(2000)
        with pytest.raises(InvalidInput, match="lies ahead") as refused:
            world.pay_out(500, date(2026, 11, 3))
        assert refused.value.field == "paid_on"

    def test_two_at_once_cannot_take_the_same_money(self, world: World) -> None:
        world.prepay(2000)

        def rival(_: Work) -> None:
            world.pay_out(1500)

        world.store.before_commit = rival
        with pytest.raises(CreditShort, match=r"holds 5\.00 EUR"):
            world.pay_out(1500)


@pytest.mark.parametrize(
    ("prepare", "error", "remedy"),
    [
        pytest.param(lambda world: world.pay(7140), OverCredited, "nothing is open", id="paid"),
        pytest.param(lambda _: None, CreditShort, "record a prepayment", id="no credit"),
    ],
)
def test_credit_is_applied_only_where_there_is_some_and_something_open(
    world: World, prepare: Callable[[World], None], error: type[Exception], remedy: str
) -> None:
    prepare(world)
    with pytest.raises(error, match=remedy):
        world.store.run(
            lambda work: apply_credit(world.invoice, None, work=work, desk=world.desk), AT
        )
    assert list(world.store.all(CreditBalance)) == []
