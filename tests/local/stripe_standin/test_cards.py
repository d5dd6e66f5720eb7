"""Stripe's test cards answer as Stripe documents them."""

from typing import Any

import pytest
import stripe

from tests.local.stripe_standin.world import World

DECLINES = [
    ("4000000000000002", "pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
    (
        "4000000000009995",
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        "card_declined",
        "insufficient_funds",
    ),
    ("4000000000009987", "pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
    ("4000000000009979", "pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
    ("4000000000000069", "pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
    (
        "4000000000000119",
        "pm_card_chargeDeclinedProcessingError",
        "processing_error",
        "processing_error",
    ),
    (
        "4000000000006975",
        "pm_card_visa_chargeDeclinedVelocityLimitExceeded",
        "card_declined",
        "card_velocity_exceeded",
    ),
]


def _pay_on_session(world: World, method: str, **more: Any) -> stripe.PaymentIntent:
    given: Any = {
        "amount": 7990,
        "currency": "eur",
        "payment_method": method,
        "confirm": True,
        "allowed_payment_method_types": ["card"],
    }
    return world.client.v1.payment_intents.create(given | more)


def _by_number(world: World, number: str) -> str:
    return world.client.v1.payment_methods.create(
        {"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2030}}
    ).id


@pytest.mark.parametrize(("number", "token", "code", "decline_code"), DECLINES)
def test_a_declined_card_says_why_by_number_and_by_token(
    world: World, number: str, token: str, code: str, decline_code: str
) -> None:
    for method in (_by_number(world, number), token):
        with pytest.raises(stripe.CardError) as refused:
            _pay_on_session(world, method)

        error = refused.value.error
        assert error is not None
        assert (refused.value.http_status, error.code, error.decline_code) == (
            402,
            code,
            decline_code,
        )
        assert error.payment_intent is not None
        intent = world.client.v1.payment_intents.retrieve(error.payment_intent.id)
        charge = world.client.v1.charges.retrieve(str(intent.latest_charge))
        assert intent.status == "requires_payment_method"
        assert intent.last_payment_error is not None
        assert intent.last_payment_error.decline_code == decline_code
        assert (charge.status, charge.failure_code, charge.paid) == ("failed", code, False)


@pytest.mark.parametrize(("number", "token", "code", "decline_code"), DECLINES)
def test_a_declining_card_cannot_be_saved(
    world: World, number: str, token: str, code: str, decline_code: str
) -> None:
    customer = world.customer()

    with pytest.raises(stripe.CardError) as refused:
        world.client.v1.payment_methods.attach(token, {"customer": customer})
    with pytest.raises(stripe.CardError):
        world.saved_card(customer, token)

    assert refused.value.code == code
    assert world.client.v1.customers.payment_methods.list(customer).data == []


def test_one_card_can_be_saved_and_then_declines(world: World) -> None:
    customer = world.customer()
    card = world.saved_card(customer, "pm_card_chargeCustomerFail")

    with pytest.raises(stripe.CardError) as refused:
        world.collect(customer, card)

    assert refused.value.code == "card_declined"


def test_a_fresh_card_pays_what_another_could_not(world: World) -> None:
    customer = world.customer()
    with pytest.raises(stripe.CardError) as refused:
        world.collect(customer, world.saved_card(customer, "pm_card_chargeCustomerFail"))
    assert refused.value.error is not None
    assert refused.value.error.payment_intent is not None
    intent = refused.value.error.payment_intent.id

    paid = world.client.v1.payment_intents.confirm(
        intent, {"payment_method": world.saved_card(customer), "off_session": True}
    )
    with pytest.raises(stripe.InvalidRequestError) as again:
        world.client.v1.payment_intents.confirm(intent)

    assert (paid.status, paid.amount_received) == ("succeeded", 7990)
    assert again.value.code == "payment_intent_unexpected_state"


def test_a_customer_can_be_made_to_decline_once(world: World) -> None:
    customer = world.customer()
    card = world.saved_card(customer)
    world.standin.control.decline_next(customer, decline_code="insufficient_funds")

    with pytest.raises(stripe.CardError) as refused:
        world.collect(customer, card)

    assert refused.value.error is not None
    assert refused.value.error.decline_code == "insufficient_funds"
    assert world.collect(customer, card).status == "succeeded"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param("4242424242424241", "incorrect_number", id="wrong check digit"),
        pytest.param("4111111111111111", "card_declined", id="no test card"),
    ],
)
def test_other_numbers_are_refused_in_test_mode(world: World, number: str, code: str) -> None:
    with pytest.raises(stripe.CardError) as refused:
        _pay_on_session(world, _by_number(world, number))

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("token", "is_set_up", "off_session"),
    [
        ("pm_card_authenticationRequiredOnSetup", True, "succeeded"),
        ("pm_card_authenticationRequiredOnSetup", False, "authentication_required"),
        ("pm_card_authenticationRequired", True, "authentication_required"),
        ("pm_card_authenticationRequiredSetupForOffSession", False, "succeeded"),
    ],
)
def test_banks_that_ask_for_authentication(
    world: World, token: str, *, is_set_up: bool, off_session: str
) -> None:
    customer = world.customer()
    if is_set_up:
        setup = world.client.v1.setup_intents.create(
            {
                "customer": customer,
                "payment_method": token,
                "confirm": True,
                "allowed_payment_method_types": ["card"],
            }
        )
        assert setup.status == "requires_action"
        world.standin.control.authenticate(setup.id)
        method = str(world.client.v1.setup_intents.retrieve(setup.id).payment_method)
    else:
        method = world.client.v1.payment_methods.attach(token, {"customer": customer}).id

    on_session = _pay_on_session(world, method, customer=customer)
    try:
        outcome: str | None = world.collect(customer, method).status
    except stripe.CardError as refused:
        outcome = refused.code

    assert on_session.status == "requires_action"
    assert outcome == off_session


@pytest.mark.parametrize(
    ("succeeds", "status"), [(True, "succeeded"), (False, "requires_payment_method")]
)
def test_the_customer_answers_the_challenge(world: World, *, succeeds: bool, status: str) -> None:
    intent = _pay_on_session(world, "pm_card_threeDSecure2Required")

    world.standin.control.authenticate(intent.id, succeeds=succeeds)

    assert world.client.v1.payment_intents.retrieve(intent.id).status == status


def test_an_authorisation_is_captured_in_part_or_released(world: World) -> None:
    held = _pay_on_session(world, "pm_card_visa", capture_method="manual")
    released = _pay_on_session(world, "pm_card_visa", capture_method="manual")
    v1 = world.client.v1
    with pytest.raises(stripe.InvalidRequestError):
        v1.payment_intents.capture(held.id, {"amount_to_capture": 7991})
    with pytest.raises(stripe.InvalidRequestError) as uncaptured:
        v1.refunds.create({"payment_intent": held.id})
    assert uncaptured.value.param == "charge"

    captured = v1.payment_intents.capture(held.id, {"amount_to_capture": 5000})
    canceled = v1.payment_intents.cancel(released.id, {"cancellation_reason": "abandoned"})

    assert (held.status, held.amount_capturable) == ("requires_capture", 7990)
    assert (captured.status, captured.amount_received) == ("succeeded", 5000)
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    assert v1.charges.retrieve(str(canceled.latest_charge)).refunded
    with pytest.raises(stripe.InvalidRequestError) as late:
        v1.payment_intents.cancel(held.id)
    assert late.value.code == "payment_intent_unexpected_state"


def test_a_card_of_somebody_else_pays_nothing(world: World) -> None:
    card = world.saved_card(world.customer("Ada"))

    with pytest.raises(stripe.InvalidRequestError, match="attached to a customer"):
        world.collect(world.customer("Bob"), card)


def test_an_unsaved_card_serves_once(world: World) -> None:
    method = _by_number(world, "4242424242424242")
    _pay_on_session(world, method)

    with pytest.raises(stripe.InvalidRequestError) as again:
        _pay_on_session(world, method)

    assert again.value.code == "payment_method_unexpected_state"


def test_a_payment_that_may_redirect_needs_somewhere_to_return(world: World) -> None:
    given: Any = {"amount": 7990, "currency": "eur", "payment_method": "pm_card_visa"}

    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.client.v1.payment_intents.create(given | {"confirm": True})
    never = {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}
    paid = world.client.v1.payment_intents.create(given | never | {"confirm": True})

    assert refused.value.param == "return_url"
    assert paid.status == "succeeded"
