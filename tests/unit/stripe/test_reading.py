"""Stripe's objects in our words, also those the stand-in does not make: disputes and fees."""

from typing import Any

import pytest

from umlauf.kernel.money import Money
from umlauf.payments.model import MethodKind, ProviderStatus
from umlauf_integrations.stripe.reading import is_disputed, read_method, read_payment

SEPA: dict[str, Any] = {"payment_method_details": {"type": "sepa_debit"}}
CARD: dict[str, Any] = {"payment_method_details": {"type": "card"}}


def an_intent(status: str, **changes: Any) -> dict[str, Any]:
    return {"id": "pi_1", "status": status, "metadata": {"attempt_id": "att_1"}} | changes


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("processing", ProviderStatus.PROCESSING),
        ("succeeded", ProviderStatus.SUCCEEDED),
        ("requires_action", ProviderStatus.AWAITS_CUSTOMER),
        ("requires_confirmation", ProviderStatus.AWAITS_CUSTOMER),
        ("requires_payment_method", ProviderStatus.FAILED),
        ("canceled", ProviderStatus.FAILED),
    ],
)
def test_each_status_has_its_meaning(status: str, expected: ProviderStatus) -> None:
    assert read_payment(an_intent(status)).status is expected


@pytest.mark.parametrize(
    ("error", "charge", "reason"),
    [
        pytest.param(
            {"code": "card_declined", "decline_code": "lost_card"}, CARD, "lost_card", id="card"
        ),
        pytest.param({"code": "expired_card"}, CARD, "expired_card", id="without decline code"),
        pytest.param(
            {"code": "payment_intent_authentication_failure"},
            CARD,
            "authentication_required",
            id="the customer failed the bank's check",
        ),
        pytest.param(None, {}, "authentication_abandoned", id="nobody ever confirmed"),
        pytest.param(
            {"code": "payment_intent_payment_attempt_failed", "decline_code": "refer_to_customer"},
            SEPA | {"outcome": {"network_decline_code": "MS02"}},
            "MS02",
            id="the bank's own code wins",
        ),
        pytest.param(
            {"code": "payment_intent_payment_attempt_failed", "decline_code": "refer_to_customer"},
            SEPA,
            "MS03",
            id="without it, Stripe's is translated",
        ),
        pytest.param(
            {"code": "payment_intent_payment_attempt_failed"},
            SEPA | {"failure_code": "insufficient_funds"},
            "AM04",
            id="a debit without funds is not a card without",
        ),
        pytest.param(
            {"code": "payment_intent_payment_attempt_failed"},
            SEPA | {"failure_code": "brand_new_code"},
            "brand_new_code",
            id="an unknown code stays what it is",
        ),
    ],
)
def test_a_failure_has_one_reason(
    error: dict[str, Any] | None, charge: dict[str, Any], reason: str
) -> None:
    intent = an_intent("requires_payment_method", last_payment_error=error, latest_charge=charge)
    assert read_payment(intent).reason_code == reason


def test_what_a_failed_debit_cost_is_read_from_the_balance() -> None:
    charge = SEPA | {
        "failure_code": "account_closed",
        "failure_balance_transaction": {"fee": 350, "currency": "eur"},
    }
    error = {"code": "payment_intent_payment_attempt_failed"}
    report = read_payment(
        an_intent("requires_payment_method", last_payment_error=error, latest_charge=charge)
    )
    assert (report.reason_code, report.bank_fee) == ("AC04", Money(350, "EUR"))


@pytest.mark.parametrize(
    ("dispute", "charge", "status", "reason"),
    [
        pytest.param(
            {"status": "lost", "reason": "general", "network_reason_code": "MD06"},
            SEPA,
            ProviderStatus.RETURNED,
            "MD06",
            id="a debit given back at the customer's wish",
        ),
        pytest.param(
            {"status": "lost", "reason": "insufficient_funds"},
            SEPA,
            ProviderStatus.RETURNED,
            "AM04",
            id="a bank that takes its credit back",
        ),
        pytest.param(
            {"status": "needs_response", "reason": "product_not_received"},
            CARD,
            ProviderStatus.RETURNED,
            "fraudulent",
            id="a card's chargeback: never charge again by plan",
        ),
        pytest.param(
            {"status": "warning_needs_response", "reason": "general"},
            CARD,
            ProviderStatus.SUCCEEDED,
            None,
            id="an inquiry moves no money",
        ),
        pytest.param(
            {"status": "won", "reason": "general"}, CARD, ProviderStatus.SUCCEEDED, None, id="won"
        ),
    ],
)
def test_a_dispute_takes_a_success_back(
    dispute: dict[str, Any], charge: dict[str, Any], status: ProviderStatus, reason: str | None
) -> None:
    dispute["balance_transactions"] = [{"fee": 2000, "currency": "eur"}]
    intent = an_intent("succeeded", latest_charge=charge | {"disputed": True})
    assert is_disputed(intent)
    report = read_payment(intent, dispute)
    assert (report.status, report.reason_code) == (status, reason)
    assert report.bank_fee == (Money(2000, "EUR") if reason else None)


def test_a_payment_of_somebody_elses_program_is_not_ours() -> None:
    assert read_payment({"id": "pi_2", "status": "succeeded", "metadata": {}}).attempt_id is None


def test_a_label_shows_the_last_four_digits_and_no_more() -> None:
    card = {
        "id": "pm_1",
        "type": "card",
        "card": {"brand": "visa", "last4": "4242", "fingerprint": "print"},
        "customer": None,
    }
    method = read_method(card)
    assert (method.kind, method.label) == (MethodKind.CARD, "visa 4242")
    account = {"id": "pm_2", "type": "sepa_debit", "sepa_debit": {"last4": "3000"}}
    assert read_method(account).label == "sepa 3000"
