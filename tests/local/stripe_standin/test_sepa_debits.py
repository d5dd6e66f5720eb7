"""A debit is `processing` for days, and may still fail then."""

from datetime import UTC, datetime, timedelta

import pytest
import stripe

from tests.local.stripe_standin.world import (
    IBAN_FAILS,
    IBAN_FAILS_LATER,
    IBAN_PAYS,
    IBAN_PAYS_IN_DAYS,
    IBAN_PAYS_LATER,
    IBAN_WITHOUT_FUNDS,
    World,
)


def _debit(world: World, iban: str) -> str:
    customer = world.customer()
    intent = world.collect(customer, world.saved_account(customer, iban))
    assert intent.status == "processing"
    return intent.id


def _status(world: World, intent: str) -> str:
    return world.client.v1.payment_intents.retrieve(intent).status


@pytest.mark.parametrize(
    ("iban", "status"),
    [(IBAN_PAYS, "succeeded"), (IBAN_FAILS, "requires_payment_method")],
)
def test_a_test_iban_settles_at_once_without_the_clock(
    world: World, iban: str, status: str
) -> None:
    intent = _debit(world, iban)

    world.settle()

    assert _status(world, intent) == status


@pytest.mark.parametrize(
    ("iban", "status"),
    [(IBAN_PAYS_LATER, "succeeded"), (IBAN_FAILS_LATER, "requires_payment_method")],
)
def test_a_delayed_test_iban_settles_after_three_minutes(
    world: World, iban: str, status: str
) -> None:
    intent = _debit(world, iban)
    world.advance(timedelta(minutes=2, seconds=59))
    assert _status(world, intent) == "processing"

    world.advance(timedelta(seconds=1))

    assert _status(world, intent) == status


def test_any_other_account_pays_after_five_banking_days(world: World) -> None:
    intent = _debit(world, IBAN_PAYS_IN_DAYS)
    due = world.standin.next_due(world.clock.time.timestamp())
    assert due is not None
    # From Thursday over a weekend to Thursday.
    assert datetime.fromtimestamp(due, UTC) == world.clock.time + timedelta(days=7)

    world.advance(timedelta(days=7))

    paid = world.client.v1.payment_intents.retrieve(intent)
    assert (paid.status, paid.amount_received) == ("succeeded", 7990)
    assert world.endpoint.types()[-4:] == [
        "charge.pending",
        "payment_intent.processing",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]


def test_debits_can_be_made_to_settle_sooner(world: World) -> None:
    world.standin.control.settle_debits_after(1)
    intent = _debit(world, IBAN_PAYS_IN_DAYS)

    world.advance(timedelta(days=1))

    assert _status(world, intent) == "succeeded"


@pytest.mark.parametrize(
    ("reason", "failure_code"),
    [
        ("AC04", "account_closed"),
        ("AM04", "insufficient_funds"),
        ("MD06", "debit_disputed"),
        ("MS03", "refer_to_customer"),
    ],
)
def test_a_bank_returns_a_debit_days_later_with_a_reason(
    world: World, reason: str, failure_code: str
) -> None:
    customer = world.customer()
    account = world.saved_account(customer, IBAN_PAYS_IN_DAYS)
    world.standin.control.return_debits(customer, after_days=4, reason=reason)
    intent = world.collect(customer, account)
    world.advance(timedelta(days=3))
    assert _status(world, intent.id) == "processing"

    world.advance(timedelta(days=1))

    failed = world.client.v1.payment_intents.retrieve(intent.id)
    charge = world.client.v1.charges.retrieve(str(failed.latest_charge))
    assert failed.status == "requires_payment_method"
    assert failed.last_payment_error is not None
    assert failed.last_payment_error.network_decline_code == reason
    assert (charge.status, charge.failure_code) == ("failed", failure_code)
    assert world.endpoint.types()[-2:] == ["charge.failed", "payment_intent.payment_failed"]
    # Only one was asked for: the next debit of the same account pays.
    world.collect(customer, account)
    world.advance(timedelta(days=7))
    assert world.endpoint.types()[-1] == "payment_intent.succeeded"


def test_a_debit_under_way_can_be_returned_but_a_paid_one_needs_a_dispute(world: World) -> None:
    returned, paid = _debit(world, IBAN_PAYS_IN_DAYS), _debit(world, IBAN_PAYS)
    world.settle()

    world.standin.control.return_debit(returned, after_days=0, reason="AM04")
    with pytest.raises(Exception, match="disputes"):
        world.standin.control.return_debit(paid, after_days=0, reason="AM04")

    world.settle()
    assert _status(world, returned) == "requires_payment_method"
    assert _status(world, paid) == "succeeded"


def test_an_account_without_funds_fails_with_that_code(world: World) -> None:
    intent = _debit(world, IBAN_WITHOUT_FUNDS)
    world.settle()

    failed = world.client.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge"]})

    assert isinstance(failed.latest_charge, stripe.Charge)
    assert failed.latest_charge.failure_code == "insufficient_funds"


def test_a_debit_needs_a_mandate_once_and_euros_always(world: World) -> None:
    customer = world.customer()
    method = world.client.v1.payment_methods.create(
        {
            "type": "sepa_debit",
            "sepa_debit": {"iban": IBAN_PAYS},
            "billing_details": {"name": "Ada", "email": "ada@example.com"},
        }
    )
    world.client.v1.payment_methods.attach(method.id, {"customer": customer})

    with pytest.raises(stripe.InvalidRequestError) as without_mandate:
        world.collect(customer, method.id)
    with pytest.raises(stripe.InvalidRequestError) as in_francs:
        world.client.v1.payment_intents.create(
            {"amount": 7990, "currency": "chf", "payment_method": method.id, "customer": customer}
        )

    assert without_mandate.value.param == "mandate_data"
    assert in_francs.value.code == "payment_intent_incompatible_payment_method"


def test_a_debit_under_way_can_be_neither_refunded_nor_cancelled(world: World) -> None:
    intent = _debit(world, IBAN_PAYS_IN_DAYS)

    with pytest.raises(stripe.InvalidRequestError) as refund:
        world.client.v1.refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError) as cancel:
        world.client.v1.payment_intents.cancel(intent)

    assert refund.value.param == "charge"
    assert cancel.value.code == "payment_intent_unexpected_state"
