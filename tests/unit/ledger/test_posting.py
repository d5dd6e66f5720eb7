"""Posting: once per event, each customer one account, and the sub-ledger equal to the control."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.billing_fakes import MemoryDebtors, MemoryJournal
from tests.fakes import MemoryStore
from tests.vectors.cases import copied_case
from umlauf.billing.terms import UMLAUF, UMLAUF_NL
from umlauf.kernel.money import Money
from umlauf.kernel.work import AlreadyClaimed, Work
from umlauf.ledger.balances import (
    debtor_balances,
    is_balanced,
    sub_ledger_gaps,
    trial_balance,
)
from umlauf.ledger.books import books_of
from umlauf.ledger.chart import SKR04
from umlauf.ledger.debtor_numbers import MAX_CANDIDATES, candidates
from umlauf.ledger.errors import NoDebtorAccountLeft
from umlauf.ledger.facts import (
    Fact,
    FeeCharged,
    PaymentFailed,
    PaymentReturned,
    PaymentSucceeded,
    ToppedUp,
)
from umlauf.ledger.model import Debtor, JournalEntry
from umlauf.ledger.use_cases.post_journal import Notice, post_journal

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
GERMAN, DUTCH = "umlauf-de", "umlauf-nl"
CONTROL = SKR04.debtors.number
SUB_LEDGER_CASE = copied_case("ACC-17")
TYPES = {
    PaymentSucceeded: "payments.payment_succeeded.v1",
    PaymentFailed: "payments.payment_failed.v1",
    PaymentReturned: "payments.payment_returned.v1",
    FeeCharged: "dunning.fee_charged.v1",
    ToppedUp: "wallets.topped_up.v1",
}


def euros(amount: str) -> Money:
    return Money(int(Decimal(amount) * 100), "EUR")


class World:
    def __init__(self) -> None:
        self.store = MemoryStore()
        self.journal = MemoryJournal(self.store)
        self.debtors = MemoryDebtors(self.store)

    def post(self, event_id: str, fact: Fact) -> JournalEntry | None:
        notice = Notice(event_id, TYPES[type(fact)], NOW, fact)
        return self.store.run(
            lambda work: post_journal(notice, work=work, debtors=self.debtors),
            NOW,
        )

    @property
    def entries(self) -> list[JournalEntry]:
        return list(self.store.all(JournalEntry))

    def balance(self, account: str) -> Money:
        return trial_balance(self.entries).get((account, "EUR"), euros("0"))

    def owed(self, customer_id: str) -> Money:
        return next(
            debtor.balance("EUR")
            for debtor in self.store.all(Debtor)
            if debtor.customer_id == customer_id
        )


@pytest.fixture
def world() -> World:
    return World()


def paid(attempt: str = "att_1", customer: str = "cus_1", amount: str = "59.00") -> Fact:
    return PaymentSucceeded(attempt, "invoice", customer, euros(amount), NOW, GERMAN)


def failed(attempt: str = "att_1", fee: str | None = None) -> Fact:
    cost = euros(fee) if fee else None
    return PaymentFailed(attempt, "invoice", "cus_1", NOW, cost, GERMAN)


def test_an_event_is_posted_once_however_often_it_comes(world: World) -> None:
    world.post("event-1", paid())
    with pytest.raises(AlreadyClaimed) as repeated:
        world.post("event-1", paid())
    assert repeated.value.claim.key == "JOURNAL#event-1"
    assert len(world.entries) == 1
    assert world.owed("cus_1") == euros("-59.00")


def test_a_top_up_touches_no_debtor(world: World) -> None:
    entry = world.post("event-1", ToppedUp("wal_1", "cus_1", euros("20.00"), "att_2"))
    assert entry is not None
    assert entry.debtor is None
    assert list(world.store.all(Debtor)) == []


@pytest.mark.parametrize("first_told", ["failure", "success"])
def test_a_failed_try_that_paid_in_the_end_is_paid_in_whatever_order_it_is_told(
    world: World, first_told: str
) -> None:
    """The customer confirmed a declined payment: the attempt failed, then succeeded."""
    told: list[tuple[str, Fact]] = [("event-1", failed(fee="3.50")), ("event-2", paid())]
    for event_id, fact in told if first_told == "failure" else reversed(told):
        world.post(event_id, fact)
    assert world.owed("cus_1") == euros("-59.00")
    assert world.balance("6855") == euros("3.50")
    assert world.post("event-3", failed()) is None  # nothing arrived, nothing was charged for it


def test_a_customer_has_one_account_and_keeps_it(world: World) -> None:
    for n, customer in enumerate(["cus_1", "cus_2", "cus_1"]):
        world.post(f"event-{n}", paid(f"att_{n}", customer))
    debtors = {debtor.customer_id: debtor.number for debtor in world.store.all(Debtor)}
    assert debtors == {
        customer: next(candidates(customer, SKR04.debtor_numbers)) for customer in debtors
    }
    assert all(10_000 <= int(number) < 70_000 for number in debtors.values())


def test_a_taken_number_goes_to_nobody_else(world: World) -> None:
    """The second customer takes the next candidate, also when both open accounts at once."""
    first, second, *_ = candidates("cus_1", SKR04.debtor_numbers)

    def rival(_work: Work) -> None:
        stranger = Debtor(GERMAN, first, "cus_stranger", (euros("1.00"),))
        world.store.run(lambda work: work.put(stranger), NOW)

    world.store.before_commit = rival
    entry = world.post("event-1", paid())
    assert entry is not None
    assert entry.debtor == second
    again = world.post("event-2", paid("att_2"))
    assert again is not None
    assert again.debtor == second
    assert world.owed("cus_stranger") == euros("1.00")


def test_a_range_that_is_full_is_refused_with_the_remedy(world: World) -> None:
    for number in set(candidates("cus_1", SKR04.debtor_numbers)):
        taken = Debtor(GERMAN, number, "cus_stranger")
        world.store.run(lambda work, taken=taken: work.put(taken), NOW)  # type: ignore[misc]
    with pytest.raises(NoDebtorAccountLeft):
        world.post("event-1", paid())


def test_candidates_spread_over_the_range() -> None:
    firsts = [next(candidates(f"cus_{n}", SKR04.debtor_numbers)) for n in range(1000)]
    assert len(set(firsts)) > 980
    assert len(list(candidates("cus_1", SKR04.debtor_numbers))) == MAX_CANDIDATES


def test_the_published_sub_ledger_case_holds(world: World) -> None:
    """Debits of the case are invoices, returns and fees; its credits are payments."""
    for n, row in enumerate(SUB_LEDGER_CASE["inputs"]["entries"]):
        if "S" in row:
            world.post(
                f"event-{n}", FeeCharged("cas_1", row["ref"], GERMAN, "cus_1", euros(row["S"]))
            )
        else:
            world.post(f"event-{n}", paid(row["ref"], amount=row["H"]))
    expected = SUB_LEDGER_CASE["expected"]
    assert world.owed("cus_1") == euros(expected["debtor_balance"])
    gaps = sub_ledger_gaps(world.entries, world.store.all(Debtor), CONTROL)
    assert (gaps == {}) is expected["control_account_equals_sum_of_debtors"]


COMPANY = st.sampled_from([GERMAN, DUTCH])
FACTS_OF_TWO_CUSTOMERS = st.lists(
    st.one_of(
        st.builds(
            PaymentSucceeded,
            st.sampled_from(["att_1", "att_2", "att_3"]),
            st.sampled_from(["invoice", "top_up"]),
            st.sampled_from(["cus_1", "cus_2"]),
            st.integers(1, 10_000).map(lambda minor: Money(minor, "EUR")),
            st.just(NOW),
            COMPANY,
        ),
        st.builds(
            PaymentFailed,
            st.sampled_from(["att_1", "att_2", "att_3"]),
            st.just("invoice"),
            st.sampled_from(["cus_1", "cus_2"]),
            st.just(NOW),
            st.none() | st.just(Money(350, "EUR")),
            COMPANY,
        ),
        st.builds(
            PaymentReturned,
            st.sampled_from(["att_1", "att_2"]),
            st.sampled_from(["invoice", "top_up"]),
            st.sampled_from(["cus_1", "cus_2"]),
            st.integers(1, 10_000).map(lambda minor: Money(minor, "USD")),
            st.just(Money(350, "USD")),
            st.just(NOW),
            COMPANY,
        ),
    ),
    max_size=12,
)


@given(FACTS_OF_TWO_CUSTOMERS)
def test_the_books_of_each_company_balance_and_its_debtors_are_the_control_account(
    facts: list[Fact],
) -> None:
    world = World()
    for n, fact in enumerate(facts):
        world.post(f"event-{n}", fact)
    for company in (UMLAUF, UMLAUF_NL):
        control = books_of(company).chart.debtors.number
        entries = [one for one in world.entries if one.legal_entity == company.id]
        debtors = [one for one in world.store.all(Debtor) if one.legal_entity == company.id]
        assert is_balanced(trial_balance(entries))
        assert sub_ledger_gaps(entries, debtors, control) == {}
        for currency in ("EUR", "USD"):
            owed = sum(
                balance.amount_minor
                for (_, of), balance in debtor_balances(entries, control).items()
                if of == currency
            )
            sums = trial_balance(entries).get((control, currency), Money(0, currency))
            assert sums.amount_minor == owed


def test_a_debtor_kept_wrong_is_found(world: World) -> None:
    world.post("event-1", paid())
    (debtor,) = world.store.all(Debtor)
    wrong = debtor.moved([euros("0.01")])
    gaps = sub_ledger_gaps(world.entries, [wrong], CONTROL)
    assert gaps == {(debtor.number, "EUR"): euros("0.01")}
    assert sub_ledger_gaps(world.entries, [], CONTROL) == {(debtor.number, "EUR"): euros("59.00")}


def test_a_customer_of_two_companies_has_an_account_in_the_books_of_each() -> None:
    world = World()
    world.post("event-1", FeeCharged("cas_1", "inv_1", GERMAN, "cus_1", euros("5.00")))
    world.post("event-2", FeeCharged("cas_2", "inv_2", DUTCH, "cus_1", euros("7.00")))
    paid = PaymentSucceeded("att_2", "invoice", "cus_1", euros("7.00"), NOW, DUTCH)
    world.post("event-3", paid)
    owed = {one.legal_entity: one.balance("EUR") for one in world.store.all(Debtor)}
    assert owed == {GERMAN: euros("5.00"), DUTCH: euros("0.00")}


def test_the_day_of_an_entry_is_that_of_its_own_company() -> None:
    """Half an hour before the year ends in London it has begun in Berlin."""
    london = replace(UMLAUF_NL, id="umlauf-uk", time_zone="Europe/London")
    store = MemoryStore()
    eve = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    days = []
    for company in (UMLAUF, london):
        fact = FeeCharged("cas_1", company.id, company.id, "cus_1", euros("5.00"))
        notice = Notice(f"event-{company.id}", TYPES[FeeCharged], eve, fact)
        entry = store.run(
            lambda work, notice=notice: post_journal(  # type: ignore[misc]
                notice, work=work, debtors=MemoryDebtors(store), entities=(UMLAUF, london)
            ),
            eve,
        )
        assert entry is not None
        days.append(entry.posted_on)
    assert days == [date(2027, 1, 1), date(2026, 12, 31)]
