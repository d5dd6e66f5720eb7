"""The banks: what becomes of a payment intent once it is confirmed.

A card answers at once. A SEPA debit is only sent off: it stays `processing` and ends at a due
moment, as a success or as a failure that nobody waits for any more.
"""

import copy
from datetime import timedelta

from local.stripe_standin import intents
from local.stripe_standin.account import Account
from local.stripe_standin.cards import DECLINES, Card, Decline
from local.stripe_standin.refusals import Refusal, not_modelled
from local.stripe_standin.resources import payment_methods
from local.stripe_standin.sepa_accounts import (
    FAILURE_CODES,
    Fate,
    after_business_days,
    fate_of,
)
from local.stripe_standin.wire import Json

DEBIT_SETTLES = "debit_settles"
# Stripe may learn of a debit's failure up to 14 days later.
MAX_RETURN_DAYS = 14

_PRINTED = {
    "card": (
        *("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4"),
        "regulated_status",
    ),
    "sepa_debit": ("bank_code", "branch_code", "country", "fingerprint", "last4"),
}
_APPROVED = {
    "advice_code": None,
    "network_advice_code": None,
    "network_decline_code": None,
    "network_status": "approved_by_network",
    "reason": None,
    "risk_level": "normal",
    "rule": None,
    "seller_message": "Payment complete.",
    "type": "authorized",
}


def charge_card(account: Account, intent: Json, method: Json, given: Json) -> None:
    """Ask the card's bank. Raises a card `Refusal` when it says no, after recording that it did."""
    card = payment_methods.card_of(account, method)
    if card is None:
        raise not_modelled(f"charging a {method['type']} as a card", param="payment_method")
    off_session = bool(given.get("off_session"))
    if intents.needs_authentication(account, method, card, off_session=off_session):
        _ask_for_authentication(account, intent, method, given)
        return
    complete_card(account, intent, method, card)


def complete_card(account: Account, intent: Json, method: Json, card: Card) -> None:
    """Charge an authenticated card, or one that needs no authentication."""
    planned = account.switches.take_decline(intent["customer"])
    decline = DECLINES[planned] if planned is not None else card.decline
    if decline is not None:
        raise _declined(account, intent, method, decline)
    is_captured = intent["capture_method"] != "manual"
    charge = _new_charge(account, intent, method)
    charge.update(
        status="succeeded",
        paid=True,
        captured=is_captured,
        amount_captured=charge["amount"] if is_captured else 0,
    )
    _keep_method(account, intent, method)
    account.emit("charge.succeeded", charge)
    intent.update(latest_charge=charge["id"], next_action=None, last_payment_error=None)
    if is_captured:
        intent.update(status="succeeded", amount_received=intent["amount"])
        account.emit("payment_intent.succeeded", intent)
    else:
        intent.update(status="requires_capture", amount_capturable=intent["amount"])
        account.emit("payment_intent.amount_capturable_updated", intent)


def send_debit(account: Account, intent: Json, method: Json, mandate: str | None) -> None:
    """Send a debit to the bank and plan the moment its answer comes."""
    charge = _new_charge(account, intent, method)
    charge["payment_method_details"]["sepa_debit"]["mandate"] = mandate
    charge.update(status="pending", captured=True, amount_captured=charge["amount"])
    planned = account.switches.take_return(intent["customer"])
    if planned is None:
        fate = fate_of(account.hidden[method["id"]]["iban"])
    else:
        fate = _returned(planned.reason, planned.after_days)
    _plan_settlement(account, charge, fate)
    _keep_method(account, intent, method)
    intent.update(status="processing", latest_charge=charge["id"], last_payment_error=None)
    account.emit("charge.pending", charge)
    account.emit("payment_intent.processing", intent)


def return_debit(account: Account, intent: Json, *, reason: str, after_days: int) -> None:
    """Change the fate of a debit under way: the bank will send it back, from now in some days."""
    if intent["status"] == "succeeded":
        raise not_modelled("disputes yet, which a return after success is", param="payment_intent")
    charge = account.tables["charge"].get(intent["latest_charge"] or "")
    if intent["status"] != "processing" or charge is None:
        raise intents.unexpected_state(intent, "return")
    _plan_settlement(account, charge, _returned(reason, after_days))


def settle_debit(account: Account, charge_id: str) -> None:
    """Let the bank answer for a debit."""
    charge = account.tables["charge"][charge_id]
    intent = account.tables["payment_intent"][charge["payment_intent"]]
    fate = account.hidden[charge_id]
    if fate["failure_code"] is not None:
        _fail_debit(account, intent, charge, fate)
        return
    charge.update(status="succeeded", paid=True)
    account.emit("charge.succeeded", charge)
    intent.update(status="succeeded", amount_received=charge["amount"])
    account.emit("payment_intent.succeeded", intent)


def fail_authentication(account: Account, intent: Json) -> None:
    """Record that the customer did not pass the bank's challenge."""
    method = account.find("payment_method", intent["payment_method"])
    error = {
        "code": "payment_intent_authentication_failure",
        "message": "The provided PaymentMethod has failed authentication.",
        "type": "invalid_request_error",
    }
    _fail(account, intent, method, error)


def _ask_for_authentication(account: Account, intent: Json, method: Json, given: Json) -> None:
    if given.get("off_session") or given.get("error_on_requires_action"):
        raise _declined(account, intent, method, DECLINES["authentication_required"])
    intent.update(
        status="requires_action",
        next_action=intents.next_action(intent, given.get("return_url")),
    )
    account.emit("payment_intent.requires_action", intent)


def _declined(account: Account, intent: Json, method: Json, decline: Decline) -> Refusal:
    """Record a declined charge and return the refusal that tells of it."""
    charge = _new_charge(account, intent, method)
    charge.update(
        status="failed",
        failure_code=decline.code,
        failure_message=decline.message,
        outcome=_APPROVED
        | {
            "advice_code": decline.advice_code,
            "network_status": "not_sent_to_network"
            if decline.is_blocked
            else "declined_by_network",
            "reason": "highest_risk_level" if decline.is_blocked else decline.decline_code,
            "risk_level": "highest" if decline.is_blocked else "normal",
            "seller_message": f"The bank returned the decline code `{decline.decline_code}`.",
            "type": "blocked" if decline.is_blocked else "issuer_declined",
        },
    )
    account.emit("charge.failed", charge)
    error: Json = {
        "charge": charge["id"],
        "code": decline.code,
        "decline_code": decline.decline_code,
        "message": decline.message,
        "type": "card_error",
    }
    if decline.advice_code is not None:
        error["advice_code"] = decline.advice_code
    intent["latest_charge"] = charge["id"]
    _fail(account, intent, method, error)
    details: Json = {
        name: error[name] for name in ("charge", "decline_code", "advice_code") if name in error
    }
    return Refusal(
        decline.message,
        code=decline.code,
        kind="card_error",
        status=402,
        details={
            **details,
            "payment_intent": copy.deepcopy(intent),
            "payment_method": copy.deepcopy(method),
        },
    )


def _fail(account: Account, intent: Json, method: Json, error: Json) -> None:
    """Put the intent back to where it takes another payment method."""
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_payment_error=error | {"payment_method": copy.deepcopy(method)},
    )
    account.emit("payment_intent.payment_failed", intent)


def _returned(reason: str, after_days: int) -> Fate:
    return Fate(FAILURE_CODES[reason], reason, timedelta(days=after_days))


def _plan_settlement(account: Account, charge: Json, fate: Fate) -> None:
    start = account.local_time()
    if fate.delay is None:
        ends = after_business_days(start, account.switches.sepa_business_days)
    else:
        ends = start + fate.delay
    account.hidden[charge["id"]] = {
        "failure_code": fate.failure_code,
        "network_code": fate.network_code,
    }
    account.due.plan(DEBIT_SETTLES, charge["id"], at=ends.timestamp())


def _fail_debit(account: Account, intent: Json, charge: Json, fate: Json) -> None:
    message = "The payment failed: the bank returned the debit."
    charge.update(
        status="failed",
        paid=False,
        captured=False,
        amount_captured=0,
        failure_code=fate["failure_code"],
        failure_message=message,
        outcome=_APPROVED
        | {
            "network_decline_code": fate["network_code"],
            "network_status": "declined_by_network",
            "reason": fate["failure_code"],
            "seller_message": message,
            "type": "issuer_declined",
        },
    )
    account.emit("charge.failed", charge)
    error = {
        "charge": charge["id"],
        "code": "payment_intent_payment_attempt_failed",
        "decline_code": fate["failure_code"],
        "message": message,
        "network_decline_code": fate["network_code"],
        "type": "invalid_request_error",
    }
    method = account.tables["payment_method"][charge["payment_method"]]
    _fail(account, intent, method, error)


def _keep_method(account: Account, intent: Json, method: Json) -> None:
    """Save the method where the intent says so; one that is not saved serves only once."""
    if intent["setup_future_usage"] is not None and intent["customer"] is not None:
        payment_methods.attach(account, method, intent["customer"])
        if intent["setup_future_usage"] == "off_session":
            account.hidden[method["id"]]["is_set_up"] = True
    elif method["customer"] is None:
        account.hidden[method["id"]]["is_used_up"] = True


def _new_charge(account: Account, intent: Json, method: Json) -> Json:
    """Make the record of one attempt to move money; the caller says how it went."""
    charge_id = account.new_id("charge")
    return account.store(
        {
            "id": charge_id,
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": 0,
            "amount_refunded": 0,
            "application": None,
            "application_fee": None,
            "application_fee_amount": None,
            "balance_transaction": None,
            "billing_details": copy.deepcopy(method["billing_details"]),
            "calculated_statement_descriptor": intent["statement_descriptor"],
            "captured": False,
            "created": account.seconds(),
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "disputed": False,
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "fraud_details": {},
            "livemode": False,
            "metadata": dict(intent["metadata"]),
            "on_behalf_of": None,
            "outcome": dict(_APPROVED),
            "paid": False,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": _details(method),
            "receipt_email": intent["receipt_email"],
            "receipt_number": None,
            "receipt_url": None,
            "refunded": False,
            "review": None,
            "shipping": intent["shipping"],
            "source": None,
            "source_transfer": None,
            "statement_descriptor": intent["statement_descriptor"],
            "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
            "status": "pending",
            "transfer": None,
            "transfer_data": None,
            "transfer_group": None,
        }
    )


def _details(method: Json) -> Json:
    """Show the method as charges do: by what is printed on it, not by its id."""
    kind = method["type"]
    shown: Json = {name: method[kind][name] for name in _PRINTED[kind]}
    if kind == "sepa_debit":
        return {"type": kind, kind: shown | {"mandate": None}}
    card = shown | {
        "checks": dict(method["card"]["checks"]),
        "installments": None,
        "mandate": None,
        "network": shown["brand"],
        "setup_credential_usage": None,
        "stored_credential_usage": None,
        "three_d_secure": None,
        "wallet": None,
    }
    return {"type": kind, kind: card}
