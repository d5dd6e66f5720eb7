"""A case opens once, follows the money, and closes at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.collect_fakes import (
    INVOICE,
    NOW,
    a_customer,
    a_receivable,
    a_settlement,
    dunning_desk,
    is_settled,
    put,
)
from tests.fakes import MemoryStore
from umlauf.billing.model import AppliedCredit, ChargedFee, CreditSource, SettlementState
from umlauf.dunning.errors import BooksBehind, UnknownCase, UnknownDebt
from umlauf.dunning.events import (
    CaseClosed,
    CaseOpened,
    FeeCharged,
    HandedToPeople,
    RestrictionReleased,
)
from umlauf.dunning.model import Case, CaseState, Dossier, RetryAdvice
from umlauf.dunning.ports import DunningDesk
from umlauf.dunning.triggers import Trigger
from umlauf.dunning.use_cases.close_case import close_case
from umlauf.dunning.use_cases.freeze_case import freeze_case
from umlauf.dunning.use_cases.hand_to_people import hand_to_people
from umlauf.dunning.use_cases.open_case import open_case
from umlauf.dunning.use_cases.thaw_case import thaw_case
from umlauf.kernel.money import Money
from umlauf.payments.reasons import Retry

BANK_FEE = Money(350, "EUR")
ADVICE = RetryAdvice("att_one", "pmt_card", Retry.LATER)
FAILED = Trigger(INVOICE, "payment_failed:insufficient_funds", ADVICE)
RETURNED = Trigger(
    INVOICE, "payment_returned:AM04", ADVICE, BANK_FEE, is_customer_fault=True, is_return=True
)
PAID = a_settlement(SettlementState.SUCCEEDED)
WENT_BACK = a_settlement(SettlementState.RETURNED)
PAID_AGAIN = a_settlement(SettlementState.SUCCEEDED, "att_two")


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    put(store, a_customer(), a_receivable())
    return store


@pytest.fixture
def desk(store: MemoryStore) -> DunningDesk:
    return dunning_desk(store)


def opened(store: MemoryStore, desk: DunningDesk, trigger: Trigger = FAILED) -> Case | None:
    return store.run(lambda work: open_case(trigger, work=work, desk=desk), NOW)


def closed(store: MemoryStore, desk: DunningDesk) -> Case | None:
    return store.run(lambda work: close_case(INVOICE, work=work, desk=desk), NOW)


def test_a_failed_charge_opens_one_case_however_often_it_is_told(
    store: MemoryStore, desk: DunningDesk
) -> None:
    case = opened(store, desk)
    assert case is not None
    assert case.plan_id == "de-consumer.1"
    assert opened(store, desk).id == case.id  # type: ignore[union-attr]
    assert opened(store, desk, Trigger(INVOICE, "overdue")).id == case.id  # type: ignore[union-attr]
    assert [type(event) for event in store.events] == [CaseOpened]


def test_two_messages_at_once_open_one_case(store: MemoryStore, desk: DunningDesk) -> None:
    overdue = Trigger(INVOICE, "overdue")

    def rival(_work: object) -> None:
        opened(store, desk, overdue)

    store.before_commit = rival
    case = opened(store, desk)
    assert [one.id for one in store.all(Case)] == [case.id]  # type: ignore[union-attr]
    assert store.get(Dossier, INVOICE).cases == 1  # type: ignore[union-attr]
    assert len([event for event in store.events if isinstance(event, CaseOpened)]) == 1


def test_what_is_paid_or_processing_meanwhile_opens_nothing(
    store: MemoryStore, desk: DunningDesk
) -> None:
    is_settled(store, a_settlement(SettlementState.PROCESSING, "att_two"))
    assert opened(store, desk) is None
    is_settled(store, PAID_AGAIN)
    assert opened(store, desk) is None
    assert store.events == []


def test_a_payment_closes_the_case_and_lifts_every_restriction(
    store: MemoryStore, desk: DunningDesk
) -> None:
    case = opened(store, desk)
    assert case is not None
    put(store, replace(case, restrictions=("no_new_prepaid_session",)))

    assert closed(store, desk) is None, "still open: an old message closes nothing"
    is_settled(store, PAID_AGAIN)
    done = closed(store, desk)

    assert done is not None
    assert (done.state, done.restrictions) == (CaseState.CLOSED, ())
    assert [type(event) for event in store.events[1:]] == [RestrictionReleased, CaseClosed]
    assert closed(store, desk) == store.get(Case, case.id), "told again, it is found closed"
    assert len(store.events) == 3


def test_a_credit_note_over_what_is_open_closes_the_case(
    store: MemoryStore, desk: DunningDesk
) -> None:
    assert opened(store, desk) is not None
    part = a_receivable().use_credit(AppliedCredit("cn_1", CreditSource.NOTE, BANK_FEE, NOW))
    put(store, part)
    assert closed(store, desk) is None, "the rest is still owed"
    debt = desk.debts.get(INVOICE)
    assert debt is not None
    assert debt.open == part.amount - BANK_FEE, "and no more than the rest is asked for"
    put(store, part.use_credit(AppliedCredit("cn_2", CreditSource.NOTE, part.open, NOW)))
    assert closed(store, desk).state is CaseState.CLOSED  # type: ignore[union-attr]


def test_a_case_with_people_is_closed_by_a_payment_too(
    store: MemoryStore, desk: DunningDesk
) -> None:
    case = opened(store, desk)
    assert case is not None
    for _ in range(2):
        store.run(
            lambda work: hand_to_people(case.id, "step_failed", work=work, cases=desk.cases), NOW
        )
    is_settled(store, PAID)
    assert closed(store, desk).state is CaseState.CLOSED  # type: ignore[union-attr]
    assert [type(event) for event in store.events] == [CaseOpened, HandedToPeople, CaseClosed]
    store.run(lambda work: hand_to_people(case.id, "late", work=work, cases=desk.cases), NOW)
    assert store.get(Case, case.id).state is CaseState.CLOSED  # type: ignore[union-attr]


def test_an_invoice_that_is_reopened_gets_its_next_case(
    store: MemoryStore, desk: DunningDesk
) -> None:
    first = opened(store, desk)
    is_settled(store, PAID)
    closed(store, desk)
    is_settled(store, WENT_BACK)
    second = opened(store, desk, RETURNED)

    assert first is not None
    assert second is not None
    assert (second.number, second.id != first.id) == (2, True)
    assert closed(store, desk) is None, "the old news of the first payment must not close it"
    assert store.get(Case, second.id).state is CaseState.OPEN  # type: ignore[union-attr]


def test_news_that_billing_has_not_booked_yet_is_waited_for(
    store: MemoryStore, desk: DunningDesk
) -> None:
    """Both contexts hear of a failure at the same time; a stale receivable would hide it."""
    is_settled(store, a_settlement(SettlementState.PROCESSING))
    with pytest.raises(BooksBehind):
        opened(store, desk, FAILED)
    is_settled(store, PAID)
    with pytest.raises(BooksBehind):
        opened(store, desk, RETURNED)


def test_a_banks_cost_is_passed_on_once_and_only_to_who_is_at_fault(
    store: MemoryStore, desk: DunningDesk
) -> None:
    is_settled(store, WENT_BACK)
    innocent = replace(RETURNED, is_customer_fault=False)
    opened(store, desk, innocent)
    assert not [event for event in store.events if isinstance(event, FeeCharged)]

    for _ in range(2):
        opened(store, desk, RETURNED)
    (fee,) = [event for event in store.events if isinstance(event, FeeCharged)]
    assert (fee.amount, fee.documented_cost) == (BANK_FEE, BANK_FEE)


def test_the_latest_failure_decides_what_a_retry_is_worth(
    store: MemoryStore, desk: DunningDesk
) -> None:
    case = opened(store, desk)
    worse = RetryAdvice("att_two", "pmt_card", Retry.NEW_METHOD)
    opened(store, desk, Trigger(INVOICE, "payment_failed:expired_card", worse))
    assert store.get(Case, case.id).advice == worse  # type: ignore[union-attr]


def test_a_dispute_is_frozen_and_thawed_once(store: MemoryStore, desk: DunningDesk) -> None:
    case = opened(store, desk)
    assert case is not None
    for _ in range(2):
        store.run(lambda work: freeze_case(case.id, work=work, cases=desk.cases), NOW)
    late = NOW + timedelta(days=8)
    for _ in range(2):
        store.run(lambda work: thaw_case(case.id, work=work, cases=desk.cases), late)
    stored = store.get(Case, case.id)
    assert stored is not None
    assert (stored.frozen_since, stored.days_frozen, stored.version) == (None, 8, 3)


@pytest.mark.parametrize("is_fee_first", [True, False])
def test_nobody_is_dunned_for_a_fee_alone(
    store: MemoryStore, desk: DunningDesk, *, is_fee_first: bool
) -> None:
    """The customer paid the invoice while the fee was on its way: either may be booked first."""
    case = opened(store, desk)
    late = ChargedFee("dunning_case#cas_one:1.1", BANK_FEE, NOW)
    put(store, a_receivable(PAID).charge(late) if is_fee_first else a_receivable(PAID))
    assert closed(store, desk).state is CaseState.CLOSED  # type: ignore[union-attr]
    put(store, a_receivable(PAID).charge(late))
    assert opened(store, desk, Trigger(INVOICE, "overdue")) is None
    assert [one.id for one in store.all(Case)] == [case.id]  # type: ignore[union-attr]


def test_unknown_things_are_refused(store: MemoryStore, desk: DunningDesk) -> None:
    with pytest.raises(UnknownDebt):
        opened(store, desk, Trigger("inv_strange", "overdue"))
    for use_case in (freeze_case, thaw_case):
        with pytest.raises(UnknownCase):
            store.run(lambda work, act=use_case: act("cas_x", work=work, cases=desk.cases), NOW)  # type: ignore[misc]
    with pytest.raises(UnknownCase):
        store.run(lambda work: hand_to_people("cas_x", "why", work=work, cases=desk.cases), NOW)


def test_an_invoice_without_a_case_has_nothing_to_close(
    store: MemoryStore, desk: DunningDesk
) -> None:
    is_settled(store, PAID)
    assert closed(store, desk) is None
    assert store.get(Dossier, INVOICE) is None
