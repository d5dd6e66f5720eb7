"""Means of payment come on file once, and only one's own."""

import pytest

from tests.collect_fakes import CUSTOMER, NOW, FakeProvider, payment_desk
from tests.fakes import MemoryStore
from umlauf.payments.enrolling import begin_method_setup, enroll_method
from umlauf.payments.errors import UnknownPaymentMethod
from umlauf.payments.events import MethodAdded
from umlauf.payments.model import MethodKind, Payer, ProviderMethod
from umlauf.payments.ports import PaymentDesk

OURS = f"cus_provider_{CUSTOMER}"


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def provider() -> FakeProvider:
    methods = [
        ProviderMethod("pm_new", MethodKind.CARD, "print", "visa 4242", None),
        ProviderMethod("pm_iban", MethodKind.SEPA_DEBIT, "other", "sepa 3000", OURS),
        ProviderMethod("pm_bob", MethodKind.CARD, "print", "visa 4242", "cus_bob"),
    ]
    return FakeProvider(methods={method.reference: method for method in methods})


@pytest.fixture
def desk(store: MemoryStore, provider: FakeProvider) -> PaymentDesk:
    return payment_desk(store, provider)


def test_the_latest_method_is_the_default(store: MemoryStore, desk: PaymentDesk) -> None:
    card = enroll_method(CUSTOMER, "pm_new", desk=desk, now=NOW)
    account = enroll_method(CUSTOMER, "pm_iban", desk=desk, now=NOW)
    assert store.get(Payer, CUSTOMER) == Payer(CUSTOMER, OURS, account.id, version=3)

    again = enroll_method(CUSTOMER, "pm_new", desk=desk, now=NOW)
    assert again.id == card.id
    assert desk.payers.get(CUSTOMER).default_method_id == card.id  # type: ignore[union-attr]
    assert [type(event) for event in store.events] == [MethodAdded, MethodAdded]


def test_a_method_of_somebody_else_is_unknown(store: MemoryStore, desk: PaymentDesk) -> None:
    with pytest.raises(UnknownPaymentMethod):
        enroll_method(CUSTOMER, "pm_bob", desk=desk, now=NOW)
    assert store.events == []


def test_a_setup_makes_the_customer_known_to_the_provider_once(
    provider: FakeProvider, desk: PaymentDesk
) -> None:
    first = begin_method_setup(CUSTOMER, MethodKind.CARD, key="k", desk=desk, now=NOW)
    assert begin_method_setup(CUSTOMER, MethodKind.CARD, key="k", desk=desk, now=NOW) == first
    assert provider.customers == [CUSTOMER]
