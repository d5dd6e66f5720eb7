"""What the provider says may come late, twice and in any order: the end is the same."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collect_fakes import (
    INVOICE,
    NOW,
    PRICE,
    FakeProvider,
    an_attempt,
    an_order,
    payment_desk,
    with_a_card,
)
from tests.fakes import MemoryStore
from umlauf.kernel.events import Event
from umlauf.kernel.money import Money
from umlauf.kernel.work import AlreadyClaimed, Claim
from umlauf.payments.errors import UnknownAttempt
from umlauf.payments.events import (
    PaymentFailed,
    PaymentProcessing,
    PaymentReturned,
    PaymentSucceeded,
)
from umlauf.payments.model import (
    AttemptState,
    LivePayment,
    PaymentAttempt,
    ProviderPayment,
    ProviderStatus,
)
from umlauf.payments.settlement import settle
from umlauf.payments.taking import record_report, take_payment
from umlauf.payments.use_cases.settle_payment import settle_payment

FEE = Money(350, "EUR")
REPORTS = {
    status: ProviderPayment("pi_1", status, "att_1", reason_code=reason, bank_fee=fee)
    for status, reason, fee in (
        (ProviderStatus.AWAITS_CUSTOMER, None, None),
        (ProviderStatus.PROCESSING, None, None),
        (ProviderStatus.FAILED, "AM04", FEE),
        (ProviderStatus.SUCCEEDED, None, None),
        (ProviderStatus.RETURNED, "MD06", FEE),
    )
}
STRONGEST_LAST = (
    AttemptState.CREATED,
    AttemptState.PROCESSING,
    AttemptState.FAILED,
    AttemptState.SUCCEEDED,
    AttemptState.RETURNED,
)
STATE_OF = dict(zip(REPORTS, STRONGEST_LAST, strict=True))
NONE = Money(0, "EUR")


def begun() -> tuple[PaymentAttempt, LivePayment]:
    attempt = an_attempt("att_1")
    return attempt, LivePayment(INVOICE, NONE, live_attempt_id="att_1", attempts_made=1)


@given(heard=st.lists(st.sampled_from(list(REPORTS)), min_size=1, max_size=12))
def test_whatever_the_order_the_strongest_word_stands_and_is_told_once(
    heard: list[ProviderStatus],
) -> None:
    attempt, live = begun()
    events: list[Event] = []
    for status in heard:
        settlement = settle(attempt, live, REPORTS[status], NOW)
        if settlement is not None:
            attempt, live = settlement.attempt, settlement.live
            events.extend(settlement.events)

    expected = max((STATE_OF[status] for status in heard), key=STRONGEST_LAST.index)
    assert attempt.state is expected
    assert len({type(event) for event in events}) == len(events), "something was told twice"
    arrived = any(isinstance(event, PaymentSucceeded) for event in events)
    went_back = any(isinstance(event, PaymentReturned) for event in events)
    assert arrived or not went_back, "a return nobody saw arriving would unbalance the books"
    assert live.collected == (PRICE if arrived and not went_back else NONE)
    is_over = expected not in (AttemptState.CREATED, AttemptState.PROCESSING)
    assert (live.live_attempt_id is None) == is_over


def test_a_debit_that_fails_days_after_processing_is_told_with_its_cost() -> None:
    attempt, live = begun()
    processing = settle(attempt, live, REPORTS[ProviderStatus.PROCESSING], NOW)
    assert processing is not None
    assert [type(event) for event in processing.events] == [PaymentProcessing]

    later = NOW + timedelta(days=5)
    failed = settle(processing.attempt, processing.live, REPORTS[ProviderStatus.FAILED], later)
    assert failed is not None
    (event,) = failed.events
    assert isinstance(event, PaymentFailed)
    assert (event.reason_code, event.fee, event.is_customer_fault) == ("AM04", FEE, True)
    assert event.retry_not_before == later + timedelta(days=5)


def test_a_return_weeks_later_frees_the_invoice_to_be_collected_again() -> None:
    store, provider = MemoryStore(), FakeProvider()
    with_a_card(store)
    desk = payment_desk(store, provider)
    attempt = take_payment(an_order(), desk=desk, now=NOW).attempt

    report = provider.becomes("pi_1", ProviderStatus.RETURNED, "AC04", FEE)
    record_report(attempt, report, desk=desk, now=NOW + timedelta(days=40))

    returned = store.events[-1]
    assert isinstance(returned, PaymentReturned)
    assert (returned.bank_fee, returned.is_customer_fault) == (FEE, True)
    again = take_payment(an_order("cas_1:retry"), desk=desk, now=NOW + timedelta(days=50))
    assert again.attempt.state is AttemptState.SUCCEEDED


def test_the_same_webhook_is_taken_in_once() -> None:
    store, provider = MemoryStore(), FakeProvider()
    with_a_card(store)
    provider.answers = [(ProviderStatus.PROCESSING, None)]
    desk = payment_desk(store, provider)
    attempt = take_payment(an_order(), desk=desk, now=NOW).attempt
    report = provider.becomes("pi_1", ProviderStatus.SUCCEEDED)

    inbox = Claim("PAYMENT#stripe#evt_1")
    record_report(attempt, report, desk=desk, now=NOW, inbox=inbox)
    before = list(store.events)
    with pytest.raises(AlreadyClaimed):
        record_report(attempt, report, desk=desk, now=NOW, inbox=inbox)
    record_report(attempt, report, desk=desk, now=NOW, inbox=Claim("PAYMENT#stripe#evt_2"))

    assert store.events == before
    assert [type(event) for event in before] == [PaymentProcessing, PaymentSucceeded]


def test_an_attempt_nobody_began_is_refused() -> None:
    store = MemoryStore()
    desk = payment_desk(store, FakeProvider())
    report = replace(REPORTS[ProviderStatus.SUCCEEDED], attempt_id="att_strange")
    with pytest.raises(UnknownAttempt):
        store.run(
            lambda work: settle_payment(
                "att_strange",
                report,
                work=work,
                attempts=desk.attempts,
                live_payments=desk.live_payments,
            ),
            NOW,
        )
