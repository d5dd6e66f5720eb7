"""What is owed: paid, under way, returned; in whatever order the news comes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest

from tests.billing_fakes import MemoryCreditBalances, MemoryInvoices, MemoryReceivables
from tests.credit_fakes import invoice_over, owed_on
from tests.fakes import MemoryStore
from umlauf.billing.errors import UnknownInvoice
from umlauf.billing.events import InvoiceOverdue, InvoicePaid, InvoiceReopened
from umlauf.billing.model import (
    ChargedFee,
    PriceBasis,
    Receivable,
    ReceivableStatus,
    Settlement,
    SettlementState,
)
from umlauf.billing.ports import SettlementDesk
from umlauf.billing.use_cases.add_fee import add_fee
from umlauf.billing.use_cases.pay_out_credit import PayOut, pay_out_credit
from umlauf.billing.use_cases.report_overdue import report_overdue
from umlauf.billing.use_cases.settle_receivable import settle_receivable
from umlauf.kernel.money import CurrencyMismatch, Money, total
from umlauf.kernel.work import StaleVersion, Work

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
PROCESSING, FAILED, SUCCEEDED, RETURNED = SettlementState
ZERO = Money(0, "EUR")


def euros(amount: int) -> Money:
    return Money(amount * 100, "EUR")


def news(state: SettlementState, attempt: str = "att_1", amount: int = 59) -> Settlement:
    return Settlement(attempt, state, euros(amount), NOW)


BANK_FEE = ChargedFee("dunning_case#cas_1:1.1", euros(4), NOW)
LETTER = ChargedFee("dunning_case#cas_1:4.0", euros(1), NOW)


class World:
    def __init__(self) -> None:
        self.store = MemoryStore()
        self.receivables = MemoryReceivables(self.store)
        self.balances = MemoryCreditBalances(self.store)
        self.desk = SettlementDesk(MemoryInvoices(self.store), self.receivables, self.balances)
        invoice = replace(invoice_over(5900, basis=PriceBasis.GROSS), id="inv_1")
        fresh = replace(owed_on(invoice), due_on=date(2026, 10, 15), watch_on=date(2026, 10, 16))

        def put_both(work: Work) -> None:
            work.put(invoice)
            work.put(fresh)

        self.store.run(put_both, NOW)

    @property
    def receivable(self) -> Receivable:
        found = self.receivables.get("inv_1")
        assert found is not None
        return found

    @property
    def credit(self) -> Money:
        return total((one.amount for one in self.balances.of_customer("cus_ada")), "EUR")

    def settle(self, *all_news: Settlement) -> None:
        for one in all_news:
            self.store.run(
                lambda work, one=one: settle_receivable(  # type: ignore[misc]
                    "inv_1", one, "AM04", work=work, desk=self.desk
                ),
                NOW,
            )

    def charge(self, *fees: ChargedFee) -> None:
        for fee in fees:
            self.store.run(
                lambda work, fee=fee: add_fee(  # type: ignore[misc]
                    "inv_1", fee, work=work, desk=self.desk
                ),
                NOW,
            )

    def report(self, day: date) -> bool:
        at = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
        return self.store.run(
            lambda work: report_overdue("inv_1", work=work, receivables=self.receivables), at
        )


@pytest.fixture
def world() -> World:
    return World()


def test_a_payment_pays_once_however_often_it_is_told(world: World) -> None:
    world.settle(*[news(SUCCEEDED)] * 3)
    assert (world.receivable.status, world.receivable.open) == (ReceivableStatus.PAID, ZERO)
    (paid,) = world.store.events
    assert isinstance(paid, InvoicePaid)
    assert (paid.amount, paid.paid_at) == (euros(59), NOW)


def test_a_slow_debit_is_neither_paid_nor_unpaid(world: World) -> None:
    world.settle(news(PROCESSING))
    assert world.receivable.status is ReceivableStatus.PROCESSING
    assert world.receivable.open == euros(59)
    assert not world.report(date(2026, 11, 1))
    assert world.store.events == []


def test_a_returned_debit_reopens_the_receivable(world: World) -> None:
    world.settle(news(SUCCEEDED), news(RETURNED))
    assert (world.receivable.status, world.receivable.open) == (ReceivableStatus.OPEN, euros(59))
    _, reopened = world.store.events
    assert isinstance(reopened, InvoiceReopened)
    assert (reopened.open, reopened.reason) == (euros(59), "AM04")


@pytest.mark.parametrize("order", list(permutations([PROCESSING, SUCCEEDED, RETURNED])))
def test_the_order_of_news_does_not_matter(
    world: World, order: tuple[SettlementState, ...]
) -> None:
    world.settle(*(news(state) for state in order))
    assert world.receivable.open == euros(59)
    told = [type(event) for event in world.store.events]
    # Told only what it knew: a payment that was already known to be returned is never announced.
    assert told in ([], [InvoicePaid, InvoiceReopened])


@pytest.mark.parametrize("order", list(permutations([PROCESSING, FAILED])))
def test_a_failed_attempt_leaves_the_debt_open(
    world: World, order: tuple[SettlementState, ...]
) -> None:
    world.settle(*(news(state) for state in order))
    assert world.receivable.status is ReceivableStatus.OPEN
    assert world.store.events == []


def test_parts_add_up_and_what_is_too_much_is_kept_apart(world: World) -> None:
    world.settle(news(SUCCEEDED, "att_1", 20))
    assert world.receivable.open == euros(39)
    assert world.receivable.status is ReceivableStatus.OPEN
    world.settle(news(SUCCEEDED, "att_2", 50))
    assert (world.receivable.open, world.receivable.overpaid) == (ZERO, ZERO)
    assert world.credit == euros(11)
    world.settle(news(RETURNED, "att_1", 20))
    assert (world.receivable.open, world.credit) == (euros(9), ZERO)


def test_a_double_payment_that_goes_back_leaves_the_invoice_paid(world: World) -> None:
    world.settle(news(SUCCEEDED, "att_1"), news(SUCCEEDED, "att_2"))
    assert world.credit == euros(59)
    world.settle(news(RETURNED, "att_2"))
    assert (world.receivable.status, world.credit) == (ReceivableStatus.PAID, ZERO)
    told = [
        event for event in world.store.events if isinstance(event, InvoicePaid | InvoiceReopened)
    ]
    assert [type(event) for event in told] == [InvoicePaid]


def test_credit_that_was_spent_elsewhere_is_owed_again_when_the_payment_goes_back(
    world: World,
) -> None:
    world.settle(news(SUCCEEDED, "att_1"), news(SUCCEEDED, "att_2"))
    spend = PayOut(
        customer_id="cus_ada",
        legal_entity="umlauf-de",
        amount=euros(40),
        reference="refund",
        paid_on=NOW.date(),
    )
    world.store.run(lambda work: pay_out_credit(spend, work=work, desk=world.desk), NOW)
    world.settle(news(RETURNED, "att_2"))
    assert (world.receivable.open, world.credit) == (euros(40), ZERO)
    assert isinstance(world.store.events[-1], InvoiceReopened)


def test_two_settlements_at_once_both_count(world: World) -> None:
    def interfere(_work: Work) -> None:
        world.store.run(
            lambda work: settle_receivable(
                "inv_1", news(SUCCEEDED, "att_2", 20), "", work=work, desk=world.desk
            ),
            NOW,
        )

    world.store.before_commit = interfere
    world.settle(news(SUCCEEDED, "att_1", 39))
    assert world.receivable.status is ReceivableStatus.PAID


def test_a_stale_copy_is_refused(world: World) -> None:
    stale = world.receivable
    world.settle(news(PROCESSING))
    work = Work(NOW)
    work.put(stale.settle(news(SUCCEEDED)))
    with pytest.raises(StaleVersion):
        world.store.commit(work)


def test_news_of_an_unknown_invoice_is_refused(world: World) -> None:
    with pytest.raises(UnknownInvoice):
        settle_receivable("inv_none", news(SUCCEEDED), "", work=Work(NOW), desk=world.desk)


def test_an_invoice_is_overdue_from_the_day_after_its_due_date(world: World) -> None:
    assert not world.report(date(2026, 10, 15))
    assert world.report(date(2026, 10, 16))


def test_overdue_is_reported_once(world: World) -> None:
    assert world.report(date(2026, 10, 16))
    assert not world.report(date(2026, 10, 17))
    (overdue,) = world.store.events
    assert isinstance(overdue, InvoiceOverdue)
    assert overdue.open == euros(59)


def test_a_debit_that_fails_after_the_due_date_makes_the_invoice_overdue(world: World) -> None:
    world.settle(news(PROCESSING))
    assert not world.report(date(2026, 10, 20))
    world.settle(news(FAILED))
    assert world.report(date(2026, 10, 20))


def test_a_returned_payment_is_watched_again_though_it_was_reported_before(world: World) -> None:
    assert world.report(date(2026, 10, 16))
    world.settle(news(SUCCEEDED))
    late = Settlement("att_1", RETURNED, euros(59), NOW + timedelta(days=60))
    world.settle(late)
    assert not world.report(date(2026, 11, 30))
    assert world.report(date(2026, 12, 1))


class TestFees:
    def test_are_owed_beside_the_invoice_once_however_often_they_are_told(
        self, world: World
    ) -> None:
        world.charge(BANK_FEE, LETTER, BANK_FEE, LETTER)
        owed = world.receivable
        assert (owed.fees, owed.open, owed.amount) == (euros(5), euros(64), euros(59))
        assert owed.version == 3, "a repetition writes nothing"

    def test_two_at_once_both_count(self, world: World) -> None:
        world.store.before_commit = lambda _work: world.charge(LETTER)
        world.charge(BANK_FEE)
        assert world.receivable.fees == euros(5)

    @pytest.mark.parametrize("order", list(permutations(range(5))))
    def test_come_in_any_order_among_payments_and_returns(
        self, world: World, order: tuple[int, ...]
    ) -> None:
        """A debit went back and cost a fee, a letter cost another, then all of it was paid."""
        acts = (
            lambda: world.settle(news(SUCCEEDED)),
            lambda: world.settle(news(RETURNED)),
            lambda: world.charge(BANK_FEE),
            lambda: world.charge(LETTER),
            lambda: world.settle(news(SUCCEEDED, "att_2", 64)),
        )
        for place in order:
            acts[place]()
        owed = world.receivable
        assert (owed.open, owed.overpaid, owed.paid) == (ZERO, ZERO, euros(64))
        assert owed.status is ReceivableStatus.PAID

    @pytest.mark.parametrize("is_fee_first", [True, False])
    def test_that_a_payment_overtook_stay_open_on_a_paid_invoice(
        self, world: World, *, is_fee_first: bool
    ) -> None:
        if is_fee_first:
            world.charge(BANK_FEE)
        world.settle(news(SUCCEEDED))
        world.charge(BANK_FEE)
        owed = world.receivable
        assert (owed.status, owed.open, owed.open_fees) == (
            ReceivableStatus.PAID,
            euros(4),
            euros(4),
        )
        assert [type(event) for event in world.store.events] == [InvoicePaid]
        assert not world.report(date(2026, 12, 1)), "nobody is dunned for a fee alone"

        world.settle(news(SUCCEEDED, "att_2", 4))
        assert world.receivable.open == ZERO
        assert len(world.store.events) == 1, "the invoice was paid before"

    def test_come_back_with_the_invoice_when_its_payment_is_returned(self, world: World) -> None:
        world.settle(news(SUCCEEDED))
        world.charge(LETTER)
        world.settle(news(RETURNED))
        assert (world.receivable.status, world.receivable.open) == (
            ReceivableStatus.OPEN,
            euros(60),
        )
        assert isinstance(world.store.events[-1], InvoiceReopened)
        assert world.report(date(2026, 10, 16))

    def test_do_not_make_a_debit_of_the_whole_invoice_unpaid(self, world: World) -> None:
        world.settle(news(PROCESSING))
        world.charge(BANK_FEE)
        assert world.receivable.status is ReceivableStatus.PROCESSING
        assert not world.report(date(2026, 11, 1))

    def test_are_paid_first_by_a_part_payment(self, world: World) -> None:
        world.charge(BANK_FEE)
        world.settle(news(SUCCEEDED, "att_1", 3))
        assert (world.receivable.open, world.receivable.open_fees) == (euros(60), euros(1))
        world.settle(news(SUCCEEDED, "att_2", 50))
        assert (world.receivable.open, world.receivable.open_fees) == (euros(10), ZERO)
        assert world.receivable.status is ReceivableStatus.OPEN

    def test_in_another_currency_or_on_no_invoice_are_refused(self, world: World) -> None:
        with pytest.raises(CurrencyMismatch):
            world.charge(ChargedFee("x", Money(100, "USD"), NOW))
        with pytest.raises(UnknownInvoice):
            add_fee("inv_none", LETTER, work=Work(NOW), desk=world.desk)
