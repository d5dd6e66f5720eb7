"""Stripe's objects, as plain documents, in our words."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from umlauf.kernel.money import Money
from umlauf.payments.model import MethodKind, ProviderMethod, ProviderPayment, ProviderStatus
from umlauf.payments.reasons import ABANDONED, REASONS, UNKNOWN

Document = Mapping[str, Any]

ATTEMPT_ID: Final = "attempt_id"
"""The metadata under which a PaymentIntent carries our attempt."""

_SEPA_REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "account_closed": "AC04",
        "bank_account_restricted": "AC06",
        "bank_cannot_process": "MS03",
        "branch_does_not_exist": "RC01",
        "customer_initiated": "MD06",
        "debit_authorization_not_match": "MD01",
        "debit_disputed": "MD06",
        "debit_not_authorized": "MD01",
        "generic_could_not_process": "MS03",
        "incorrect_account_details": "AC01",
        "insufficient_funds": "AM04",
        "invalid_account_number": "AC01",
        "no_account": "AC01",
        "recipient_deceased": "MD07",
        "refer_to_customer": "MS03",
    }
)
"""What a debit's failure or dispute means where Stripe does not pass the bank's own code on."""

_STATUSES: Final[Mapping[str, ProviderStatus]] = MappingProxyType(
    {
        "processing": ProviderStatus.PROCESSING,
        "succeeded": ProviderStatus.SUCCEEDED,
        "requires_action": ProviderStatus.AWAITS_CUSTOMER,
        "requires_confirmation": ProviderStatus.AWAITS_CUSTOMER,
        "requires_payment_method": ProviderStatus.FAILED,
        "canceled": ProviderStatus.FAILED,
    }
)


def read_payment(intent: Document, dispute: Document | None = None) -> ProviderPayment:
    """A PaymentIntent (with its latest charge expanded) and the dispute of its charge, if any.

    Money that a dispute took back is returned; an inquiry, or a dispute that was won, is not one.
    """
    is_returned = dispute is not None and not (
        dispute["status"].startswith("warning_") or dispute["status"] == "won"
    )
    status = ProviderStatus.RETURNED if is_returned else _STATUSES[intent["status"]]
    charge = _expanded(intent.get("latest_charge"))
    reason_code = bank_fee = None
    if status is ProviderStatus.FAILED:
        reason_code = _failure_reason(intent, charge)
        bank_fee = _fee([_expanded(charge.get("failure_balance_transaction"))])
    elif is_returned and dispute is not None:
        reason_code = _dispute_reason(dispute, charge)
        bank_fee = _fee(dispute.get("balance_transactions") or [])
    return ProviderPayment(
        reference=intent["id"],
        status=status,
        attempt_id=(intent.get("metadata") or {}).get(ATTEMPT_ID),
        reason_code=reason_code,
        bank_fee=bank_fee,
        client_secret=intent.get("client_secret"),
        is_final=intent["status"] == "canceled",
    )


def is_disputed(intent: Document) -> bool:
    return bool(_expanded(intent.get("latest_charge")).get("disputed"))


def read_method(method: Document) -> ProviderMethod:
    """A card or SEPA account. The label never shows more than the last four digits."""
    kind = MethodKind(method["type"])
    details = method[kind.value]
    brand = details["brand"] if kind is MethodKind.CARD else "sepa"
    return ProviderMethod(
        reference=method["id"],
        kind=kind,
        fingerprint=details.get("fingerprint") or "",
        label=f"{brand} {details['last4']}",
        provider_customer_id=method.get("customer"),
    )


def read_mandate(setups: Sequence[Document]) -> str:
    """The reference of the mandate that one of a method's SetupIntents (expanded) was given."""
    for setup in setups:
        details = _expanded(setup.get("mandate")).get("payment_method_details") or {}
        reference = (details.get(MethodKind.SEPA_DEBIT.value) or {}).get("reference")
        if setup["status"] == "succeeded" and reference:
            return str(reference)
    return ""


def _failure_reason(intent: Document, charge: Document) -> str:
    error = intent.get("last_payment_error")
    if not error:
        return ABANDONED
    if error.get("code") == "payment_intent_authentication_failure":
        return "authentication_required"
    stripe_code = error.get("decline_code") or charge.get("failure_code") or error.get("code")
    if _is_sepa(charge):
        bank_code = (charge.get("outcome") or {}).get("network_decline_code")
        return _sepa_reason(bank_code, stripe_code)
    return str(stripe_code or UNKNOWN)


def _dispute_reason(dispute: Document, charge: Document) -> str:
    if _is_sepa(charge):
        return _sepa_reason(dispute.get("network_reason_code"), dispute.get("reason"))
    # A card's dispute is a claim by its holder: never charge again on the strength of a plan.
    return "fraudulent"


def _sepa_reason(bank_code: str | None, stripe_code: str | None) -> str:
    if bank_code in REASONS:
        return str(bank_code)
    return _SEPA_REASONS.get(stripe_code or "", stripe_code or UNKNOWN)


def _is_sepa(charge: Document) -> bool:
    details = charge.get("payment_method_details") or {}
    return details.get("type") == MethodKind.SEPA_DEBIT.value


def _fee(transactions: list[Document]) -> Money | None:
    """What the bank and Stripe kept for a failure or dispute, as far as Stripe says."""
    fees = [
        Money(transaction["fee"], transaction["currency"].upper())
        for transaction in transactions
        if transaction.get("fee")
    ]
    return max(fees, key=lambda fee: fee.amount_minor, default=None)


def _expanded(value: Any) -> Document:
    """A referenced object if it was expanded; an id alone tells nothing."""
    return value if isinstance(value, Mapping) else {}
