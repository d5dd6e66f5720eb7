"""Top-ups through the queue: credited when the money is there, taken back when it goes; once."""

from dataclasses import replace
from types import ModuleType

import pytest

from tests.functions.deployed import deliver, envelope_body, event_body, load_function
from tests.functions.street import Rider, Street
from tests.offer_fakes import NOW
from umlauf.kernel.money import Money
from umlauf.ledger.balances import trial_balance
from umlauf.ledger.chart import SKR04
from umlauf.ledger.facts import FACTS
from umlauf.payments.events import PaymentFailed, PaymentReturned, PaymentSucceeded
from umlauf.payments.model import Purpose
from umlauf.payments.reasons import Retry
from umlauf.wallets.model import TopUp, TopUpStatus
from umlauf.wallets.use_cases.request_top_up import request_top_up
from umlauf_adapters.kernel.event_intake import envelope_of_item
from umlauf_adapters.kernel.items import EventItem
from umlauf_adapters.ledger.layouts import JOURNAL_ENTRIES
from umlauf_adapters.wallets.wallets import DynamoTopUps, DynamoWallets

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def function(tables: None) -> ModuleType:
    return load_function("credit_wallets")


@pytest.fixture
def rider(tables: None) -> Rider:
    return Street().prepaid_rider()


def requested(rider: Rider, minor: int) -> TopUp:
    customer_id = rider.subscription.customer_id
    return Street().store.run(
        lambda work: request_top_up(
            "key-1",
            customer_id,
            Money(minor, "EUR"),
            work=work,
            wallets=DynamoWallets(),
            top_ups=DynamoTopUps(),
        ),
        NOW,
    )


def paid(top_up: TopUp) -> PaymentSucceeded:
    return PaymentSucceeded(
        attempt_id="att_1",
        purpose=Purpose.TOP_UP,
        customer_id=top_up.customer_id,
        amount=top_up.amount,
        provider_reference="pi_1",
        settled_at=NOW,
        top_up_id=top_up.id,
        wallet_id=top_up.wallet_id,
    )


def returned(top_up: TopUp) -> PaymentReturned:
    return PaymentReturned(
        attempt_id="att_1",
        purpose=Purpose.TOP_UP,
        customer_id=top_up.customer_id,
        payment_method_id="pmt_1",
        amount=top_up.amount,
        reason_code="AM04",
        bank_fee=Money(350, "EUR"),
        is_customer_fault=True,
        retry=Retry.NEVER,
        returned_at=NOW,
        top_up_id=top_up.id,
        wallet_id=top_up.wallet_id,
    )


def test_a_paid_top_up_is_credited_once_however_often_it_is_told(
    function: ModuleType, rider: Rider
) -> None:
    top_up = requested(rider, 2000)
    assert rider.wallet.balance == Money(0, "EUR"), "a wish moves nothing"
    body = event_body(paid(top_up))
    assert deliver(function, body, body) == []
    assert deliver(function, body) == []
    assert rider.wallet.balance == Money(2000, "EUR")
    stored = DynamoTopUps().find(top_up.id)
    assert stored is not None
    assert stored.status is TopUpStatus.CREDITED
    told = [event for event in EventItem.scan() if event.type == "wallets.topped_up.v1"]
    assert [event.data["amount"]["amount_minor"] for event in told] == [2000]


def test_what_arrived_is_credited_not_what_was_asked_for(
    function: ModuleType, rider: Rider
) -> None:
    top_up = requested(rider, 2000)
    assert deliver(function, event_body(replace(paid(top_up), amount=Money(1500, "EUR")))) == []
    assert rider.wallet.balance == Money(1500, "EUR")


def test_a_payment_that_tops_nothing_up_concerns_no_wallet(
    function: ModuleType, rider: Rider
) -> None:
    top_up = requested(rider, 2000)
    invoice = replace(
        paid(top_up), purpose=Purpose.INVOICE, top_up_id=None, wallet_id=None, invoice_id="inv_1"
    )
    assert deliver(function, event_body(invoice)) == []
    assert rider.wallet.balance == Money(0, "EUR")


def test_what_cannot_be_credited_comes_again_and_holds_up_nothing(
    function: ModuleType, rider: Rider
) -> None:
    good = paid(requested(rider, 2000))
    failed = PaymentFailed(
        attempt_id="att_2",
        purpose=Purpose.TOP_UP,
        customer_id=good.customer_id,
        payment_method_id="pmt_1",
        amount=good.amount,
        reason_code="card_declined",
        retry=Retry.NEVER,
        is_customer_fault=True,
        failed_at=NOW,
    )
    bodies = [
        event_body(replace(good, attempt_id="att_3", wallet_id="wal_unknown")),
        event_body(replace(good, attempt_id="att_4", wallet_id=None)),
        event_body(failed),
        "no event",
        event_body(good),
    ]
    assert deliver(function, *bodies) == [0, 1, 2, 3]
    assert rider.wallet.balance == Money(2000, "EUR")


def test_a_returned_top_up_is_taken_back_once_and_never_before_it_was_credited(
    function: ModuleType, rider: Rider
) -> None:
    top_up = requested(rider, 2000)
    there, back = event_body(paid(top_up)), event_body(returned(top_up))
    assert deliver(function, back, there) == [0], "it overtook its payment and comes again"
    assert rider.wallet.balance == Money(2000, "EUR")
    assert deliver(function, back, back) == []
    assert deliver(function, there, back) == []
    assert rider.wallet.balance == Money(0, "EUR")
    told = [event for event in EventItem.scan() if event.type == "wallets.top_up_returned.v1"]
    assert [event.data["taken_back"]["amount_minor"] for event in told] == [2000]


@pytest.mark.parametrize("is_riding", [False, True])
def test_the_books_owe_what_is_in_the_wallet_after_a_return(
    function: ModuleType, rider: Rider, *, is_riding: bool
) -> None:
    top_up = requested(rider, 2000)
    deliver(function, event_body(paid(top_up)))
    if is_riding:
        Street().start(rider)
    assert deliver(function, event_body(returned(top_up))) == []
    left = rider.wallet.balance
    assert left == rider.wallet.held
    assert (left > Money(0, "EUR")) is is_riding
    events = [
        envelope_body(envelope_of_item(item.attribute_values))
        for item in EventItem.scan()
        if item.type in FACTS
    ]
    ledger = load_function("post_journal")
    payment = [event_body(paid(top_up), "p#1"), event_body(returned(top_up), "p#2")]
    assert deliver(ledger, *payment, *events) == []
    balances = trial_balance(JOURNAL_ENTRIES.scan())
    zero = Money(0, "EUR")
    assert balances.get((SKR04.customer_credit.number, "EUR"), zero) == -left
    assert balances.get((SKR04.top_up_shortfalls.number, "EUR"), zero) == left
    assert balances[SKR04.payments_in_transit.number, "EUR"] == Money(-350, "EUR")
