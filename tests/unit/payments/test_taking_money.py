"""Money is taken once, whatever dies, races or repeats on the way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.collect_fakes import (
    CARD,
    CUSTOMER,
    FRESH_CARD,
    INVOICE,
    NOW,
    PRICE,
    Crash,
    FakeProvider,
    a_method,
    an_order,
    payment_desk,
    put,
    with_a_card,
)
from tests.fakes import MemoryStore
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work
from umlauf.payments.errors import (
    NoPaymentMethod,
    NothingToPay,
    PaymentInFlight,
    ProviderRefused,
    ProviderUnavailable,
    ReceivableBehind,
    UnknownPaymentMethod,
)
from umlauf.payments.events import PaymentFailed, PaymentSucceeded
from umlauf.payments.model import (
    AttemptState,
    LivePayment,
    Payer,
    PaymentAttempt,
    PaymentMethod,
    ProviderStatus,
)
from umlauf.payments.reasons import Retry
from umlauf.payments.taking import KEY_IS_TRUSTED_FOR, take_payment

DECLINED = (ProviderStatus.FAILED, "insufficient_funds")
AWAITING = (ProviderStatus.AWAITS_CUSTOMER, None)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    with_a_card(store)
    store.commits = 0
    return store


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


def test_a_charge_that_works_is_told_once(store: MemoryStore, provider: FakeProvider) -> None:
    taken = take_payment(an_order(), desk=payment_desk(store, provider), now=NOW)

    assert taken.attempt.state is AttemptState.SUCCEEDED
    assert taken.client_secret is None
    assert [type(event) for event in store.events] == [PaymentSucceeded]
    assert store.get(LivePayment, INVOICE) == LivePayment(
        INVOICE, collected=PRICE, attempts_made=1, version=2
    )


def test_a_decline_is_an_answer_with_advice(store: MemoryStore, provider: FakeProvider) -> None:
    provider.answers = [DECLINED]
    taken = take_payment(an_order(), desk=payment_desk(store, provider), now=NOW)

    assert taken.attempt.state is AttemptState.FAILED
    (event,) = store.events
    assert isinstance(event, PaymentFailed)
    assert event.retry is Retry.LATER
    assert event.payment_method_id == CARD
    assert event.retry_not_before == NOW + timedelta(days=1)


def _dies_before_the_call(_store: MemoryStore, provider: FakeProvider) -> None:
    provider.before = _once(provider, "before")


def _dies_after_the_call(_store: MemoryStore, provider: FakeProvider) -> None:
    provider.after = _once(provider, "after")


def _dies_in_the_first_commit(store: MemoryStore, _provider: FakeProvider) -> None:
    store.before_commit = _die


def _dies_in_the_second_commit(store: MemoryStore, provider: FakeProvider) -> None:
    def arm(_key: str) -> None:
        provider.after = lambda _key: None
        store.before_commit = _die

    provider.after = arm


def _die(_work: Work) -> None:
    raise Crash


def _once(provider: FakeProvider, where: str) -> Callable[[str], None]:
    def die(_key: str) -> None:
        setattr(provider, where, lambda _key: None)
        raise Crash

    return die


@pytest.mark.parametrize(
    "sabotage",
    [
        _dies_in_the_first_commit,
        _dies_before_the_call,
        _dies_after_the_call,
        _dies_in_the_second_commit,
    ],
)
def test_a_crash_anywhere_and_a_rerun_charge_once(
    store: MemoryStore,
    provider: FakeProvider,
    sabotage: Callable[[MemoryStore, FakeProvider], None],
) -> None:
    desk = payment_desk(store, provider)
    sabotage(store, provider)
    with pytest.raises(Crash):
        take_payment(an_order(), desk=desk, now=NOW)
    attempts_on_record = list(store.all(PaymentAttempt))
    assert len(provider.charged) <= len(attempts_on_record), "charged what is not on record"

    taken = take_payment(an_order(), desk=desk, now=LATER)

    assert taken.attempt.state is AttemptState.SUCCEEDED
    assert [charge.amount for charge in provider.charged] == [PRICE]
    assert len(store.events) == 1
    assert take_payment(an_order(), desk=desk, now=LATER).attempt.id == taken.attempt.id
    assert len(provider.charged) == 1


def test_a_rerun_after_the_key_is_forgotten_looks_before_it_charges(
    store: MemoryStore, provider: FakeProvider
) -> None:
    """The provider forgets a key after a day; the same key would then charge again."""
    late = NOW + KEY_IS_TRUSTED_FOR + timedelta(hours=5)
    desk = payment_desk(store, provider)
    _dies_after_the_call(store, provider)
    with pytest.raises(Crash):
        take_payment(an_order(), desk=desk, now=NOW)

    provider.now = lambda: late
    assert take_payment(an_order(), desk=desk, now=late).attempt.state is AttemptState.SUCCEEDED
    assert len(provider.charged) == 1


def test_of_two_collectors_at_once_only_one_charges(
    store: MemoryStore, provider: FakeProvider
) -> None:
    """The rival begins, and gets through, between our decision and our commit."""
    desk = payment_desk(store, provider)
    store.before_commit = lambda _work: _ignore(
        take_payment(an_order("pay_now"), desk=desk, now=NOW)
    )

    with pytest.raises(ReceivableBehind):
        take_payment(an_order("issued"), desk=desk, now=NOW)

    assert [charge.amount for charge in provider.charged] == [PRICE]


def test_two_deliveries_of_one_act_are_one_attempt(
    store: MemoryStore, provider: FakeProvider
) -> None:
    desk = payment_desk(store, provider)
    store.before_commit = lambda _work: _ignore(take_payment(an_order(), desk=desk, now=NOW))

    taken = take_payment(an_order(), desk=desk, now=NOW)

    assert taken.attempt.state is AttemptState.SUCCEEDED
    assert len(provider.charged) == 1
    assert len(store.events) == 1


def _ignore(_result: object) -> None:
    return None


def test_while_a_debit_is_processing_nobody_charges_beside_it(
    store: MemoryStore, provider: FakeProvider
) -> None:
    provider.answers = [(ProviderStatus.PROCESSING, None)]
    desk = payment_desk(store, provider)
    take_payment(an_order(), desk=desk, now=NOW)

    with pytest.raises(PaymentInFlight):
        take_payment(an_order("cas_1:second_attempt"), desk=desk, now=NOW + timedelta(days=7))
    assert len(provider.charged) == 1


def test_what_arrived_and_is_not_booked_is_not_taken_again(
    store: MemoryStore, provider: FakeProvider
) -> None:
    desk = payment_desk(store, provider)
    take_payment(an_order(), desk=desk, now=NOW)

    with pytest.raises(ReceivableBehind):
        take_payment(an_order("pay_now"), desk=desk, now=NOW)
    booked = replace(an_order("pay_now"), paid=PRICE, amount=Money(350, "EUR"))
    assert take_payment(booked, desk=desk, now=NOW).attempt.amount == Money(350, "EUR")


def test_after_a_decline_a_fresh_card_may_pay(store: MemoryStore, provider: FakeProvider) -> None:
    provider.answers = [DECLINED]
    desk = payment_desk(store, provider)
    take_payment(an_order(), desk=desk, now=NOW)
    put(store, a_method(FRESH_CARD))

    order = replace(an_order("key-1"), method_id=FRESH_CARD)
    taken = take_payment(order, desk=desk, now=LATER)

    assert taken.attempt.state is AttemptState.SUCCEEDED
    assert taken.attempt.number == 2
    assert provider.charged[-1].provider_method_id == f"pm_{FRESH_CARD}"


def test_an_outage_leaves_an_attempt_that_can_be_finished(
    store: MemoryStore, provider: FakeProvider
) -> None:
    desk = payment_desk(store, provider)

    def down(_key: str) -> None:
        provider.before = lambda _key: None
        raise ProviderUnavailable("no answer")

    provider.before = down
    with pytest.raises(ProviderUnavailable):
        take_payment(an_order(), desk=desk, now=NOW)
    with pytest.raises(ReceivableBehind):  # somebody else finishes it on their way
        take_payment(an_order("pay_now"), desk=desk, now=LATER)
    assert len(provider.charged) == 1


def test_what_the_provider_refuses_for_good_frees_the_place(
    store: MemoryStore, provider: FakeProvider
) -> None:
    desk = payment_desk(store, provider)

    def refuse(_key: str) -> None:
        provider.before = lambda _key: None
        raise ProviderRefused("this account has no mandate")

    provider.before = refuse
    refused = take_payment(an_order(), desk=desk, now=NOW).attempt
    assert (refused.state, refused.retry) == (AttemptState.FAILED, Retry.NEW_METHOD)
    assert take_payment(an_order("key"), desk=desk, now=NOW).attempt.state is AttemptState.SUCCEEDED


class TestACustomerWhoMustConfirm:
    def test_gets_the_secret_and_the_time_to_do_it(
        self, store: MemoryStore, provider: FakeProvider
    ) -> None:
        provider.answers = [AWAITING]
        desk = payment_desk(store, provider)
        order = an_order("key-1", is_customer_present=True)

        taken = take_payment(order, desk=desk, now=NOW)
        assert taken.client_secret == provider.payments["pi_1"].client_secret
        assert store.events == []

        again = take_payment(order, desk=desk, now=NOW + timedelta(minutes=5))
        assert again.client_secret == taken.client_secret
        with pytest.raises(PaymentInFlight):
            take_payment(an_order("cas_1:retry"), desk=desk, now=NOW + timedelta(minutes=29))

    def test_and_walks_away_is_replaced_and_cannot_come_back(
        self, store: MemoryStore, provider: FakeProvider
    ) -> None:
        provider.answers = [AWAITING]
        desk = payment_desk(store, provider)
        take_payment(an_order("key-1", is_customer_present=True), desk=desk, now=NOW)

        taken = take_payment(an_order("cas_1:retry"), desk=desk, now=NOW + timedelta(minutes=31))
        assert taken.attempt.state is AttemptState.SUCCEEDED
        assert provider.cancelled == ["pi_1"]

    def test_and_fails_cannot_confirm_the_same_payment_later(
        self, store: MemoryStore, provider: FakeProvider
    ) -> None:
        provider.answers = [DECLINED]
        desk = payment_desk(store, provider)
        order = an_order("key-1", is_customer_present=True)

        taken = take_payment(order, desk=desk, now=NOW)
        assert taken.attempt.state is AttemptState.FAILED
        assert taken.attempt.reason_code == "insufficient_funds"
        assert provider.cancelled == ["pi_1"]


class TestBadInput:
    def test_nothing_open(self, store: MemoryStore, provider: FakeProvider) -> None:
        order = replace(an_order(), amount=Money(0, "EUR"))
        with pytest.raises(NothingToPay):
            take_payment(order, desk=payment_desk(store, provider), now=NOW)

    def test_no_method_on_file(self, provider: FakeProvider) -> None:
        store = MemoryStore()
        with pytest.raises(NoPaymentMethod):
            take_payment(an_order(), desk=payment_desk(store, provider), now=NOW)
        put(store, Payer(CUSTOMER, "cus_provider"))
        with pytest.raises(NoPaymentMethod):
            take_payment(an_order(), desk=payment_desk(store, provider), now=NOW)
        assert not list(store.all(PaymentAttempt))

    def test_another_customers_method(self, store: MemoryStore, provider: FakeProvider) -> None:
        put(store, a_method("pmt_strange", "cus_bob"))
        order = replace(an_order(), method_id="pmt_strange")
        with pytest.raises(UnknownPaymentMethod):
            take_payment(order, desk=payment_desk(store, provider), now=NOW)
        assert len(list(store.all(PaymentMethod))) == 2
        assert provider.charged == []
