"""Top-ups through the queue: credited when the money is there, once."""

from dataclasses import replace
from types import ModuleType

import pytest

from tests.functions.deployed import deliver, event_body, load_function
from tests.functions.street import Rider, Street
from tests.offer_fakes import NOW
from umlauf.kernel.money import Money
from umlauf.payments.events import PaymentFailed, PaymentSucceeded
from umlauf.payments.model import Purpose
from umlauf.payments.reasons import Retry
from umlauf.wallets.model import TopUp, TopUpStatus
from umlauf.wallets.use_cases.request_top_up import request_top_up
from umlauf_adapters.kernel.items import EventItem
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
