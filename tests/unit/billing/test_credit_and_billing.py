"""Credit meets the billing cycle: it pays what is issued next, and what was cancelled is billed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.billing_fakes import BillingWorld, MemoryCreditNotes, MemoryInvoices, MemoryNumbers
from tests.offer_fakes import CITY_FLAT, CITY_METERED
from umlauf.billing.accounts import CustomerAccounts
from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import CreditNote, Whole, remaining
from umlauf.billing.errors import NothingToCredit
from umlauf.billing.events import InvoicePaid
from umlauf.billing.giving_back import Cancellation, CreditOrder, with_charges
from umlauf.billing.model import Invoice, LineKind, LineRef, Receivable, ReceivableStatus
from umlauf.billing.numbering import Series
from umlauf.billing.ports import CreditDesk
from umlauf.billing.results import BillingResult
from umlauf.billing.use_cases.cancel_invoice import cancel_invoice
from umlauf.billing.use_cases.issue_credit_note import issue_credit_note
from umlauf.billing.use_cases.record_prepayment import Prepayment, record_prepayment
from umlauf.catalog.coupons import Coupon
from umlauf.kernel.calendar import local_date
from umlauf.kernel.money import Money
from umlauf.kernel.work import StaleVersion, Work
from umlauf.subscriptions.agreements import AppliedCoupon, ChangePlan
from umlauf.subscriptions.changing import apply_change

STARTED = datetime(2026, 9, 1, 10, 30, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 1, 6, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 1, 6, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, 6, tzinfo=UTC)
FIVE_ONCE = Coupon(id="five", name="Five", amounts=(Money(500, "EUR"),), is_once_amount=True)


@dataclass
class World:
    """A metered contract, with its first two invoices: a fee, then a fee and September's use."""

    billing: BillingWorld = field(default_factory=BillingWorld)

    def __post_init__(self) -> None:
        world = self.billing
        self.subscription = world.active_subscription(CITY_METERED)
        world.rollups.ride(self.subscription.id, date(2026, 9, 10), 400 * 60)
        # Numbers taken by hand lie behind the blocks of billing runs.
        world.store.run(lambda work: work.put(Series("GS-2026", reserved_up_to=500)), STARTED)
        self.bill(STARTED)
        self.bill(OCTOBER)
        self.desk = CreditDesk(
            invoices=MemoryInvoices(world.store),
            receivables=world.receivables,
            charges=world.charges,
            balances=world.balances,
            notes=MemoryCreditNotes(world.store),
            numbers=MemoryNumbers(world.store),
            subscriptions=world.subscriptions,
        )

    def bill(self, now: datetime) -> Invoice | None:
        """Bill all that is due; give the last invoice."""
        last = None
        for _ in range(4):
            result = self.billing.bill(self.subscription, now=now)
            last = result.invoice or last
            if not result.is_due_again(now):
                return last
        raise AssertionError("billing does not come to an end")

    @property
    def latest(self) -> Invoice:
        return self.billing.invoices()[-1]

    def prepay(self, minor: int) -> None:
        order = Prepayment(
            customer_id=self.latest.customer_id,
            legal_entity="umlauf-de",
            amount=Money(minor, "EUR"),
            reference="bank-1",
            received_on=date(2026, 10, 1),
        )
        self.billing.store.run(
            lambda work: record_prepayment(order, work=work, desk=self.desk), OCTOBER
        )

    def ride_late(self, minutes: int) -> None:
        """In September, told only now."""
        self.billing.rollups.ride(self.subscription.id, date(2026, 9, 20), minutes * 60)

    def change_plan(self, plan_id: str, now: datetime) -> BillingResult:
        """At once, and billed."""
        change = ChangePlan(plan_id=plan_id, plan_version=1)

        def put(work: Work) -> None:
            current = self.billing.subscriptions.get(self.subscription.id)
            day, plan_of = local_date(now, current.time_zone), self.billing.plans.get
            work.put(apply_change(current, change, day, plan_of=plan_of, now=now))

        self.billing.store.run(put, now)
        return self.billing.bill(self.subscription, now=now)

    def credit_whole(self, document_id: str, command_id: str = "cmd_1") -> CreditNote:
        order = CreditOrder(invoice_id=document_id, wanted=Whole(), reason="goodwill")
        return self.billing.store.run(
            lambda work: issue_credit_note(order, command_id=command_id, work=work, desk=self.desk),
            NOVEMBER,
        )

    @property
    def charges(self) -> Sequence[BilledCharge]:
        return self.billing.charges.of_subscription(self.subscription.id)

    def billed_for(self, invoice: Invoice) -> set[tuple[object, ...]]:
        return {
            (line.item, line.kind, line.service_period, line.quantity, line.amount)
            for line in invoice.lines
        }

    def apply(self, coupon: Coupon, starts_on: date, ends_on: date) -> None:
        def put(work: Work) -> None:
            current = self.billing.subscriptions.get(self.subscription.id)
            applied = AppliedCoupon(coupon, starts_on, ends_on)
            work.put(replace(current, coupons=(applied,)))

        self.billing.store.run(put, OCTOBER)

    @property
    def used_of_coupon(self) -> Money | None:
        (applied,) = self.billing.subscriptions.get(self.subscription.id).coupons
        return applied.used

    def cancel(
        self, *, is_billed_again: bool, invoice: Invoice | None = None, command_id: str = "cmd_1"
    ) -> CreditNote:
        order = Cancellation(
            invoice_id=(invoice or self.latest).id,
            reason="wrong address",
            is_billed_again=is_billed_again,
        )
        return self.billing.store.run(
            lambda work: cancel_invoice(order, command_id=command_id, work=work, desk=self.desk),
            OCTOBER,
        )

    def owed(self, invoice: Invoice) -> Receivable:
        found = self.billing.receivables.get(invoice.id)
        assert found is not None
        return found

    @property
    def credit(self) -> int:
        balances = self.billing.balances.of_customer(self.latest.customer_id)
        return sum(balance.amount.amount_minor for balance in balances)


@pytest.fixture
def world() -> World:
    return World()


def test_a_prepayment_pays_the_next_invoice_in_the_work_that_issues_it(world: World) -> None:
    world.prepay(500)
    commits = world.billing.store.commits
    issued = world.bill(NOVEMBER)
    assert issued is not None
    assert world.billing.store.commits == commits + 1
    owed = world.owed(issued)
    assert owed.open == issued.gross - Money(500, "EUR")
    assert (owed.status, world.credit) == (ReceivableStatus.OPEN, 0)


def test_an_invoice_that_credit_covers_is_paid_when_it_is_issued(world: World) -> None:
    world.prepay(100_000)
    paid_before = [one for one in world.billing.store.events if isinstance(one, InvoicePaid)]
    issued = world.bill(NOVEMBER)
    assert issued is not None
    assert world.owed(issued).status is ReceivableStatus.PAID
    assert world.credit == 100_000 - issued.gross.amount_minor
    paid = [one for one in world.billing.store.events if isinstance(one, InvoicePaid)]
    assert [one.invoice_id for one in paid[len(paid_before) :]] == [issued.id]


def test_credit_spent_elsewhere_meanwhile_is_not_spent_twice(world: World) -> None:
    """Two invoices of one customer at once meet in the balance: the later decides again."""
    world.prepay(500)
    store, other = world.billing.store, world.billing.invoices()[0]

    def rival(_: Work) -> None:
        def spend(work: Work) -> None:
            accounts = CustomerAccounts(work, world.desk)
            paid = accounts.pay_from_balance(world.owed(other), "umlauf-de")
            accounts.put_receivable(paid, was_paid=False)

        store.run(spend, NOVEMBER)

    store.before_commit = rival
    issued = world.bill(NOVEMBER)
    assert issued is not None
    assert world.owed(other).from_balance == Money(500, "EUR")
    assert world.owed(issued).from_balance == Money(0, "EUR")
    assert world.credit == 0


def test_what_was_cancelled_to_be_billed_again_is_billed_again_to_the_cent(world: World) -> None:
    wrong = world.latest
    note = world.cancel(is_billed_again=True)
    again = world.bill(OCTOBER)
    assert again is not None
    assert again.id != wrong.id
    assert (note.gross, again.gross) == (wrong.gross, wrong.gross)
    assert {line.service_period for line in again.lines} == {
        line.service_period for line in wrong.lines
    }
    assert world.owed(wrong).status is ReceivableStatus.PAID
    assert world.bill(OCTOBER) is None


def test_what_was_cancelled_for_good_is_not_billed_again(world: World) -> None:
    world.cancel(is_billed_again=False)
    assert world.bill(OCTOBER) is None
    later = world.bill(NOVEMBER)
    assert later is not None
    assert all(line.service_period.start >= date(2026, 10, 1) for line in later.lines)


def test_late_usage_on_a_cancelled_invoice_is_billed_again_with_it(world: World) -> None:
    """100 minutes of September, told in October, stand on November's invoice."""
    world.ride_late(100)
    late = world.bill(NOVEMBER)
    assert late is not None
    assert LineKind.USAGE_DIFFERENCE in {line.kind for line in late.lines}
    note = world.cancel(is_billed_again=True)
    again = world.bill(NOVEMBER)
    assert again is not None
    assert (note.gross, again.gross) == (late.gross, late.gross)
    assert world.billed_for(again) == world.billed_for(late)
    assert world.bill(NOVEMBER) is None


def test_usage_is_billed_once_when_the_invoice_before_its_late_part_is_cancelled(
    world: World,
) -> None:
    """September's 400 minutes are billed again, its 100 late ones stand on another invoice."""
    first = world.latest
    world.ride_late(100)
    late = world.bill(NOVEMBER)
    assert late is not None
    world.cancel(is_billed_again=True, invoice=first)
    again = world.bill(NOVEMBER)
    assert again is not None
    assert again.gross == first.gross
    assert world.bill(NOVEMBER) is None
    world.ride_late(-500)
    world.bill(DECEMBER)
    used = [one for one in world.charges if one.item == "ride-minutes"]
    assert sum((one.amount - one.credited).amount_minor for one in used) == 0


class TestACouponGivenOnce:
    """5.00 off, in force on 1 November alone, and used on November's invoice."""

    @pytest.fixture
    def reduced(self, world: World) -> Invoice:
        world.apply(FIVE_ONCE, date(2026, 11, 1), date(2026, 11, 2))
        issued = world.bill(NOVEMBER)
        assert issued is not None
        assert world.used_of_coupon == Money(500, "EUR")
        return issued

    def test_is_given_again_on_what_is_billed_again(self, world: World, reduced: Invoice) -> None:
        note = world.cancel(is_billed_again=True)
        assert world.used_of_coupon == Money(0, "EUR")
        again = world.bill(NOVEMBER + timedelta(days=10))
        assert again is not None
        assert (note.gross, again.gross) == (reduced.gross, reduced.gross)
        assert world.used_of_coupon == Money(500, "EUR")

    @pytest.mark.usefixtures("reduced")
    def test_is_not_given_twice(self, world: World) -> None:
        for number in range(2):
            world.cancel(is_billed_again=True, command_id=f"cmd_{number}")
            world.bill(NOVEMBER + timedelta(days=10))
        december = world.bill(DECEMBER)
        assert december is not None
        assert not any(line.discounts for line in december.lines)
        assert world.used_of_coupon == Money(500, "EUR")

    @pytest.mark.usefixtures("reduced")
    def test_stays_used_where_nothing_is_billed_again(self, world: World) -> None:
        world.cancel(is_billed_again=False)
        assert world.used_of_coupon == Money(500, "EUR")


class TestWhatAChangeChargedOnACreditNote:
    """59.00 a month from 10 October on, 9.90 again from the 20th: below zero, with a charge."""

    @pytest.fixture
    def note(self, world: World) -> CreditNote:
        world.billing.publish(CITY_FLAT)
        world.change_plan("city-flat", datetime(2026, 10, 10, 10, tzinfo=UTC))
        return world.change_plan("city-metered", datetime(2026, 10, 20, 10, tzinfo=UTC)).notes[0]

    def test_is_given_back_by_hand_to_the_cent_and_once(
        self, world: World, note: CreditNote
    ) -> None:
        document, charges = with_charges(note.id, world.desk)
        ((number, left),) = remaining(document, charges).items()
        assert left == -note.lines[number - 1].amount
        before = world.credit
        given = world.credit_whole(note.id)
        assert given.lines[0].corrects == LineRef(note.id, number)
        assert [one.number for one in given.corrects] == [note.number]
        assert given.lines[0].amount == left
        assert world.credit == before + given.gross.amount_minor
        with pytest.raises(NothingToCredit):
            world.credit_whole(note.id)

    def test_is_not_given_back_twice_when_its_time_ends(
        self, world: World, note: CreditNote
    ) -> None:
        world.credit_whole(note.id)
        world.change_plan("city-flat", datetime(2026, 10, 25, 10, tzinfo=UTC))
        for charge in world.charges:
            assert charge.credited <= max(charge.amount, Money(0, "EUR"))

    def test_two_people_at_once_cannot_give_it_back_twice(
        self, world: World, note: CreditNote
    ) -> None:
        def rival(_: Work) -> None:
            world.credit_whole(note.id, "cmd_rival")

        world.billing.store.before_commit = rival
        with pytest.raises(NothingToCredit):
            world.credit_whole(note.id)


def test_goodwill_for_usage_is_not_taken_back_by_later_readings(world: World) -> None:
    """Fewer minutes than thought, after all of them were credited: nothing is left to give."""
    order = CreditOrder(invoice_id=world.latest.id, wanted=Whole(), reason="goodwill")
    world.billing.store.run(
        lambda work: issue_credit_note(order, command_id="cmd_1", work=work, desk=world.desk),
        OCTOBER,
    )
    world.billing.rollups.ride(world.subscription.id, date(2026, 9, 10), -100 * 60)
    later = world.bill(NOVEMBER)
    assert later is not None
    assert all(line.amount.amount_minor >= 0 for line in later.lines)


def test_billing_and_crediting_by_hand_at_once_do_not_lose_each_other(world: World) -> None:
    """Less use gives back of a charge that staff credits at this moment: one decides again."""
    order = CreditOrder(invoice_id=world.latest.id, wanted=Whole(), reason="goodwill")
    world.billing.rollups.ride(world.subscription.id, date(2026, 9, 10), -300 * 60)

    def rival(_: Work) -> None:
        world.billing.store.run(
            lambda work: issue_credit_note(order, command_id="cmd_1", work=work, desk=world.desk),
            OCTOBER,
        )

    world.billing.store.before_commit = rival
    world.bill(NOVEMBER)
    for charge in world.billing.charges.of_subscription(world.subscription.id):
        assert charge.credited <= charge.amount


def test_a_stale_balance_is_refused_by_the_commit(world: World) -> None:
    world.prepay(2000)
    (stale,) = world.billing.balances.of_customer(world.latest.customer_id)
    world.bill(NOVEMBER)
    work = Work(NOVEMBER)
    work.put(stale)
    with pytest.raises(StaleVersion):
        world.billing.store.commit(work)
