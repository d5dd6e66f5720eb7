"""Payments keeps in DynamoDB what it promises.

Nothing lost, nobody else's, one place for attempts.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.collect_fakes import (
    CARD,
    CUSTOMER,
    INVOICE,
    NOW,
    PRICE,
    Crash,
    FakeProvider,
    a_method,
    an_order,
)
from umlauf.kernel.work import StaleVersion, Work
from umlauf.payments.errors import ReceivableBehind
from umlauf.payments.model import (
    AttemptState,
    LivePayment,
    Payer,
    ProviderStatus,
    unsettled_shard,
)
from umlauf.payments.ports import PaymentDesk
from umlauf.payments.taking import finish_payment, record_report, take_payment
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.items import EventItem
from umlauf_adapters.kernel.layouts import stored
from umlauf_adapters.payments.desk import dynamo_payment_desk

pytestmark = pytest.mark.usefixtures("tables")


def put(*aggregates: object) -> None:
    work = Work(NOW)
    for aggregate in aggregates:
        work.put(aggregate)  # type: ignore[arg-type]
    DynamoWorks().commit(work)


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
def desk(tables: None, provider: FakeProvider) -> PaymentDesk:
    put(Payer(CUSTOMER, "cus_provider", CARD), a_method())
    return dynamo_payment_desk(provider)


def events() -> list[str]:
    return [item.type for item in EventItem.scan()]


def test_everything_comes_back_as_it_went_in(desk: PaymentDesk) -> None:
    assert desk.payers.get(CUSTOMER) == stored(Payer(CUSTOMER, "cus_provider", CARD))
    assert desk.methods.get(CUSTOMER, CARD) == stored(a_method())
    assert list(desk.methods.of_customer(CUSTOMER).items) == [stored(a_method())]

    taken = take_payment(an_order(), desk=desk, now=NOW)
    attempt = desk.attempts.get(taken.attempt.id)
    assert attempt is not None
    assert (attempt.state, attempt.settled_at) == (AttemptState.SUCCEEDED, NOW)
    assert desk.live_payments.get(INVOICE) == LivePayment(
        INVOICE, collected=PRICE, attempts_made=1, version=2
    )


def test_what_is_somebody_elses_or_nobodys_is_not_there(desk: PaymentDesk) -> None:
    assert desk.methods.get("cus_bob", CARD) is None
    assert list(desk.methods.of_customer("cus_bob").items) == []
    assert desk.payers.get("cus_bob") is None
    assert desk.attempts.get("att_nobody") is None
    assert desk.live_payments.get("inv_nobody") is None


def test_the_attempts_of_an_invoice_are_listed_oldest_first(
    desk: PaymentDesk, provider: FakeProvider
) -> None:
    provider.answers = [(ProviderStatus.FAILED, "lost_card"), (ProviderStatus.FAILED, "lost_card")]
    for day, act in enumerate(("issued", "pay_now", "cas_1:retry")):
        take_payment(an_order(act), desk=desk, now=NOW + timedelta(days=day))
    listed = desk.attempts.of_subject(INVOICE).items
    assert [attempt.number for attempt in listed] == [1, 2, 3]


def test_two_who_begin_at_once_fight_over_one_place(desk: PaymentDesk) -> None:
    fresh = LivePayment(INVOICE, collected=replace(PRICE, amount_minor=0))
    put(fresh.begin(an_order("issued")))
    with pytest.raises(StaleVersion):
        put(fresh.begin(an_order("pay_now")))


def test_a_crash_after_the_charge_is_finished_by_the_next_run(
    desk: PaymentDesk, provider: FakeProvider
) -> None:
    def die(_key: str) -> None:
        provider.after = lambda _key: None
        raise Crash

    provider.after = die
    with pytest.raises(Crash):
        take_payment(an_order(), desk=desk, now=NOW)
    assert events() == []
    take_payment(an_order(), desk=desk, now=NOW)
    with pytest.raises(ReceivableBehind):
        take_payment(an_order("pay_now"), desk=desk, now=NOW)
    assert len(provider.charged) == 1
    assert events() == ["payments.payment_succeeded.v1"]


def test_late_news_finds_the_attempt_and_is_told(desk: PaymentDesk, provider: FakeProvider) -> None:
    provider.answers = [(ProviderStatus.PROCESSING, None)]
    attempt = take_payment(an_order(), desk=desk, now=NOW).attempt
    report = provider.becomes("pi_1", ProviderStatus.FAILED, "AM04")
    record_report(attempt, report, desk=desk, now=NOW + timedelta(days=5))
    live = desk.live_payments.get(INVOICE)
    assert live is not None
    assert live.live_attempt_id is None
    assert sorted(events()) == ["payments.payment_failed.v1", "payments.payment_processing.v1"]


def test_only_what_nobody_heard_the_end_of_is_listed_as_unsettled(
    desk: PaymentDesk, provider: FakeProvider
) -> None:
    provider.answers = [(ProviderStatus.PROCESSING, None)]
    attempt = take_payment(an_order(), desk=desk, now=NOW).attempt
    later = NOW + timedelta(hours=2)
    shard = unsettled_shard(attempt.id)
    assert [one.id for one in desk.attempts.unsettled(shard, later).items] == [attempt.id]
    assert list(desk.attempts.unsettled(shard, NOW - timedelta(hours=1)).items) == []

    provider.becomes("pi_1", ProviderStatus.SUCCEEDED)
    finish_payment(attempt.id, desk=desk, now=later)
    assert list(desk.attempts.unsettled(shard, later).items) == []
