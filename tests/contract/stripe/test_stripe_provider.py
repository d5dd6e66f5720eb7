"""The provider keeps the port's promises over the wire, through the vendor's own library."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.local.stripe_standin.world import (
    API_KEY,
    IBAN_PAYS_LATER,
    IBAN_WITHOUT_FUNDS,
    START,
    World,
)
from umlauf.kernel.money import Money
from umlauf.payments.errors import (
    MethodDeclined,
    ProviderRefused,
    ProviderUnavailable,
    UnknownPaymentMethod,
)
from umlauf.payments.model import Charge, MethodKind, ProviderStatus
from umlauf_integrations.stripe.provider import StripeProvider, stripe_provider

PRICE = Money(7021, "EUR")


class Parameters:
    """Systems Manager with one key in it."""

    def __init__(self, key: str = API_KEY) -> None:
        self.key = key
        self.asked = 0

    def get_parameters_by_path(self, **_: Any) -> dict[str, Any]:
        self.asked += 1
        return {"Parameters": [{"Name": "/stripe/api_key", "Value": self.key}]}


@pytest.fixture
def parameters() -> Parameters:
    return Parameters()


@pytest.fixture
def provider(world: World, parameters: Parameters) -> StripeProvider:
    return stripe_provider(
        parameters, parameters_path="/stripe", api_base=world.standin.url, now=world.clock.now
    )


def a_charge(
    customer: str,
    method: str,
    *,
    kind: MethodKind = MethodKind.CARD,
    attempt: str = "att_1",
    is_present: bool = False,
    at: datetime = START,
) -> Charge:
    return Charge(attempt, PRICE, kind, customer, method, is_present, at)


def test_a_customer_is_opened_once(world: World, provider: StripeProvider) -> None:
    first = provider.open_customer("cus_ada")
    assert provider.open_customer("cus_ada") == first
    assert provider.open_customer("cus_bob") != first
    kept = world.client.v1.customers.retrieve(first).to_dict()
    assert (kept["metadata"], kept["name"], kept["email"]) == (
        {"customer_id": "cus_ada"},
        None,
        None,
    )


def test_an_app_sets_a_method_up_that_can_be_charged_without_the_customer(
    world: World, provider: StripeProvider
) -> None:
    customer = provider.open_customer("cus_ada")
    setup = provider.begin_setup(customer, MethodKind.CARD, "key-1")
    assert provider.begin_setup(customer, MethodKind.CARD, "key-1") == setup

    confirmed = world.client.v1.setup_intents.confirm(
        setup.reference, {"payment_method": "pm_card_visa"}
    )
    method = provider.method(str(confirmed.payment_method))
    assert (method.kind, method.label) == (MethodKind.CARD, "visa 4242")
    assert method.provider_customer_id == customer
    report = provider.charge(a_charge(customer, method.reference))
    assert (report.status, report.attempt_id) == (ProviderStatus.SUCCEEDED, "att_1")


def test_the_same_attempt_is_charged_once_however_often_it_is_asked_for(
    world: World, provider: StripeProvider
) -> None:
    customer = world.customer()
    charge = a_charge(customer, world.saved_card(customer))
    reports = {provider.charge(charge) for _ in range(3)}
    assert len(reports) == 1
    assert len(world.client.v1.payment_intents.list({"customer": customer}).data) == 1


@pytest.mark.parametrize("mode", ["refuse", "lose_answer"])
def test_a_lost_answer_is_asked_for_again_and_charged_once(
    world: World, provider: StripeProvider, mode: str
) -> None:
    customer = world.customer()
    charge = a_charge(customer, world.saved_card(customer))
    world.standin.control.go_down(requests=1, mode=mode)
    assert provider.charge(charge).status is ProviderStatus.SUCCEEDED
    assert len(world.client.v1.payment_intents.list({"customer": customer}).data) == 1


@pytest.mark.parametrize(
    "decline_code",
    [
        "generic_decline",
        "insufficient_funds",
        "lost_card",
        "stolen_card",
        "expired_card",
        "incorrect_cvc",
        "processing_error",
        "card_velocity_exceeded",
        "authentication_required",
    ],
)
def test_each_decline_is_an_answer_with_its_reason(
    world: World, provider: StripeProvider, decline_code: str
) -> None:
    customer = world.customer()
    charge = a_charge(customer, world.saved_card(customer))
    world.standin.control.decline_next(customer, decline_code=decline_code)

    report = provider.charge(charge)
    assert (report.status, report.reason_code) == (ProviderStatus.FAILED, decline_code)
    assert provider.payment(report.reference).reason_code == decline_code
    assert provider.charge(charge) == report, "asked again, the answer is the same"


def test_a_bank_that_wants_the_customer_declines_without_and_asks_with_them(
    world: World, provider: StripeProvider
) -> None:
    customer = world.customer()
    card = "pm_card_authenticationRequired"
    attached = world.client.v1.payment_methods.attach(card, {"customer": customer}).id

    absent = provider.charge(a_charge(customer, attached, attempt="att_absent"))
    assert (absent.status, absent.reason_code) == (
        ProviderStatus.FAILED,
        "authentication_required",
    )
    present = provider.charge(a_charge(customer, attached, attempt="att_present", is_present=True))
    assert present.status is ProviderStatus.AWAITS_CUSTOMER
    assert present.client_secret
    world.standin.control.authenticate(present.reference)
    assert provider.payment(present.reference).status is ProviderStatus.SUCCEEDED
    assert provider.cancel(present.reference).status is ProviderStatus.SUCCEEDED


def test_a_payment_that_was_given_up_cannot_succeed_any_more(
    world: World, provider: StripeProvider
) -> None:
    customer = world.customer()
    attached = world.client.v1.payment_methods.attach(
        "pm_card_authenticationRequired", {"customer": customer}
    ).id
    waiting = provider.charge(a_charge(customer, attached, is_present=True))
    gone = provider.cancel(waiting.reference)
    assert (gone.status, gone.reason_code) == (ProviderStatus.FAILED, "authentication_abandoned")
    assert gone.is_final
    assert provider.cancel(waiting.reference).is_final, "given up twice is given up"


@pytest.mark.parametrize(
    ("iban", "status", "reason"),
    [
        pytest.param(IBAN_PAYS_LATER, ProviderStatus.SUCCEEDED, None, id="pays later"),
        pytest.param(IBAN_WITHOUT_FUNDS, ProviderStatus.FAILED, "AM04", id="no funds"),
    ],
)
def test_a_debit_is_processing_until_the_bank_answers(
    world: World,
    provider: StripeProvider,
    iban: str,
    status: ProviderStatus,
    reason: str | None,
) -> None:
    customer = world.customer()
    charge = a_charge(customer, world.saved_account(customer, iban), kind=MethodKind.SEPA_DEBIT)
    sent = provider.charge(charge)
    assert sent.status is ProviderStatus.PROCESSING
    world.advance(timedelta(minutes=5))
    report = provider.payment(sent.reference)
    assert (report.status, report.reason_code) == (status, reason)


@pytest.mark.parametrize("reason", ["AC04", "AM04", "MD06", "MS03"])
def test_a_debit_that_comes_back_days_later_says_why(
    world: World, provider: StripeProvider, reason: str
) -> None:
    customer = world.customer()
    charge = a_charge(
        customer, world.saved_account(customer, IBAN_PAYS_LATER), kind=MethodKind.SEPA_DEBIT
    )
    world.standin.control.return_debits(customer, after_days=4, reason=reason)
    sent = provider.charge(charge)
    world.advance(timedelta(days=3))
    assert provider.payment(sent.reference).status is ProviderStatus.PROCESSING
    world.advance(timedelta(days=2))
    assert provider.payment(sent.reference).reason_code == reason


def test_an_attempt_is_found_without_its_key(world: World, provider: StripeProvider) -> None:
    customer = world.customer()
    method = world.saved_card(customer)
    charges = [a_charge(customer, method, attempt=f"att_{number}") for number in range(4)]
    references = [provider.charge(charge).reference for charge in charges]

    found = provider.find(charges[1])
    assert found is not None
    assert found.reference == references[1]
    assert provider.find(replace(charges[0], attempt_id="att_never")) is None


class TestWhatGoesWrong:
    def test_an_outage_may_pass(self, world: World, provider: StripeProvider) -> None:
        customer = world.customer()
        method = world.saved_card(customer)
        world.standin.control.go_down(requests=10)
        with pytest.raises(ProviderUnavailable):
            provider.charge(a_charge(customer, method))

    def test_a_refused_key_may_have_been_rotated(
        self, provider: StripeProvider, parameters: Parameters
    ) -> None:
        parameters.key = "sk_test_old"
        with pytest.raises(ProviderUnavailable):
            provider.open_customer("cus_ada")
        parameters.key = API_KEY
        assert provider.open_customer("cus_ada").startswith("cus_")
        assert parameters.asked == 2

    def test_an_unknown_method_is_not_there(self, provider: StripeProvider) -> None:
        with pytest.raises(UnknownPaymentMethod):
            provider.method("pm_nobody")

    def test_a_debit_without_mandate_is_refused_for_good(
        self, world: World, provider: StripeProvider
    ) -> None:
        customer = world.customer()
        method = world.client.v1.payment_methods.create(
            {
                "type": "sepa_debit",
                "sepa_debit": {"iban": IBAN_PAYS_LATER},
                "billing_details": {"name": "Ada", "email": "ada@example.com"},
            }
        )
        with pytest.raises(ProviderRefused):
            provider.charge(a_charge(customer, method.id, kind=MethodKind.SEPA_DEBIT))

    def test_the_same_key_for_another_amount_is_refused(
        self, world: World, provider: StripeProvider
    ) -> None:
        customer = world.customer()
        charge = a_charge(customer, world.saved_card(customer))
        provider.charge(charge)
        with pytest.raises(ProviderRefused, match="key"):
            provider.charge(replace(charge, amount=Money(1, "EUR")))

    def test_a_card_the_bank_will_not_save_is_declined(
        self, world: World, provider: StripeProvider
    ) -> None:
        customer = world.customer()
        with pytest.raises(MethodDeclined):
            provider.attach("pm_card_chargeDeclined", customer)
        attached = provider.attach("pm_card_visa", customer)
        assert attached.provider_customer_id == customer


# --- Mandates ---


def test_an_account_comes_with_the_mandate_it_was_set_up_with(
    world: World, provider: StripeProvider
) -> None:
    customer = world.customer()
    method = provider.method(world.saved_account(customer, IBAN_PAYS_LATER))
    other = provider.method(world.saved_account(customer, IBAN_WITHOUT_FUNDS))
    [setup] = world.client.v1.setup_intents.list({"payment_method": method.reference}).data
    mandate = world.client.v1.mandates.retrieve(str(setup.mandate)).to_dict()
    assert method.mandate == mandate["payment_method_details"]["sepa_debit"]["reference"]
    assert method.mandate
    assert method.mandate != other.mandate


def test_a_card_has_no_mandate(world: World, provider: StripeProvider) -> None:
    assert provider.method(world.saved_card(world.customer())).mandate == ""
