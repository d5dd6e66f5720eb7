"""Payment intents: one intention to collect one amount, through as many attempts as it takes."""

from stripe import params

from local.stripe_standin import charging, intents, listing
from local.stripe_standin.account import Account
from local.stripe_standin.fields import (
    checked_amount,
    checked_currency,
    merged_metadata,
    unset_if_empty,
)
from local.stripe_standin.refusals import Refusal
from local.stripe_standin.resources import payment_methods
from local.stripe_standin.routing import Call, Route
from local.stripe_standin.wire import Json

_PLAIN = (
    "capture_method",
    "description",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
)
_CONFIRMING = frozenset(
    {
        "capture_method",
        "error_on_requires_action",
        "mandate_data",
        "off_session",
        "payment_method",
        "payment_method_data",
        "receipt_email",
        "return_url",
        "setup_future_usage",
        "shipping",
        "use_stripe_sdk",
    }
)
_WITH_CONFIRM_ONLY = ("error_on_requires_action", "mandate_data", "off_session", "return_url")
_CANCELABLE = (
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "requires_capture",
)


def authenticate(account: Account, intent: Json, *, succeeds: bool) -> None:
    """Pass or fail the bank's challenge in the customer's place."""
    if intent["status"] != "requires_action":
        raise intents.unexpected_state(intent, "authenticate")
    if not succeeds:
        charging.fail_authentication(account, intent)
        return
    method = account.find("payment_method", intent["payment_method"])
    card = payment_methods.card_of(account, method)
    if card is not None:
        charging.complete_card(account, intent, method, card)


def _create(call: Call) -> Json:
    account, given = call.account, call.params
    _require_confirm(given)
    if "customer" in given:
        account.find("customer", given["customer"], param="customer")
    intent = _new(account, given)
    method = intents.resolve_method(account, intent, given)
    if method is not None:
        intents.require_usable(account, intent, method)
        intent.update(payment_method=method["id"], status="requires_confirmation")
    if given.get("confirm"):
        mandate = _prepare(account, intent, method, given)
        account.emit("payment_intent.created", account.store(intent))
        _attempt(account, intent, given, mandate)
    else:
        account.emit("payment_intent.created", account.store(intent))
    return intent


def _new(account: Account, given: Json) -> Json:
    currency = checked_currency(given["currency"])
    intent_id = account.new_id("payment_intent")
    intent: Json = {
        "id": intent_id,
        "object": "payment_intent",
        "allowed_payment_method_types": given.get("allowed_payment_method_types"),
        "amount": checked_amount(given["amount"], currency),
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": intents.automatic_methods(given),
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": account.client_secret(intent_id),
        "confirmation_method": "automatic",
        "created": account.seconds(),
        "currency": currency,
        "customer": given.get("customer"),
        "description": None,
        "excluded_payment_method_types": given.get("excluded_payment_method_types"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": merged_metadata({}, given.get("metadata")),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {},
        "payment_method_types": intents.method_types(given, currency=currency),
        "payment_record": None,
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }
    return intent | _plain_changes(given)


def _plain_changes(given: Json) -> Json:
    return {name: unset_if_empty(given[name]) for name in _PLAIN if name in given}


def _require_confirm(given: Json) -> None:
    if given.get("confirm"):
        return
    for name in _WITH_CONFIRM_ONLY:
        if name in given:
            raise Refusal(f"`{name}` can only be used with confirm=true.", param=name)


def _confirm(call: Call) -> Json:
    account, given = call.account, call.params
    intent = account.find("payment_intent", call.id)
    if intent["status"] not in intents.AWAITING_CONFIRMATION:
        raise intents.unexpected_state(intent, "confirm")
    method = intents.resolve_method(account, intent, given)
    changed = intent | _plain_changes(given)
    mandate = _prepare(account, changed, method, given)
    intent.update(changed, payment_method=method["id"] if method else None)
    _attempt(account, intent, given, mandate)
    return intent


def _prepare(account: Account, intent: Json, method: Json | None, given: Json) -> str | None:
    """Check all that can be refused before anything happens; return the debit's mandate."""
    if method is None:
        raise Refusal(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    intents.require_usable(account, intent, method)
    automatic = intent["automatic_payment_methods"]
    may_redirect = automatic is not None and automatic["allow_redirects"] == "always"
    if may_redirect and not given.get("off_session") and "return_url" not in given:
        raise Refusal(
            "This PaymentIntent may redirect the customer, so you must provide a `return_url`. "
            "Or set automatic_payment_methods[allow_redirects] to `never`.",
            code="payment_intent_redirect_confirmation_without_return_url",
            param="return_url",
        )
    is_kept = intent["setup_future_usage"] is not None
    return intents.mandate_for(account, method, given, is_kept=is_kept)


def _attempt(account: Account, intent: Json, given: Json, mandate: str | None) -> None:
    method = account.find("payment_method", intent["payment_method"])
    if method["type"] == "sepa_debit":
        charging.send_debit(account, intent, method, mandate)
    else:
        charging.charge_card(account, intent, method, given)


def _update(call: Call) -> Json:
    account, given = call.account, call.params
    intent = account.find("payment_intent", call.id)
    if intent["status"] not in intents.AWAITING_CONFIRMATION:
        raise intents.unexpected_state(intent, "update")
    if "customer" in given:
        account.find("customer", given["customer"], param="customer")
        intent["customer"] = given["customer"]
    if "amount" in given:
        intent["amount"] = checked_amount(given["amount"], intent["currency"])
    method = intents.resolve_method(account, intent, given)
    if method is not None:
        intents.require_usable(account, intent, method)
        intent.update(payment_method=method["id"], status="requires_confirmation")
    intent.update(
        _plain_changes(given), metadata=merged_metadata(intent["metadata"], given.get("metadata"))
    )
    return intent


def _capture(call: Call) -> Json:
    account = call.account
    intent = account.find("payment_intent", call.id)
    if intent["status"] != "requires_capture":
        raise intents.unexpected_state(intent, "capture")
    authorised: int = intent["amount_capturable"]
    amount: int = call.params.get("amount_to_capture", authorised)
    if not 1 <= amount <= authorised:
        raise Refusal(
            "The amount to capture must be positive and at most what is authorised.",
            code="amount_too_large" if amount > 0 else "amount_too_small",
            param="amount_to_capture",
        )
    charge = account.tables["charge"][intent["latest_charge"]]
    # What is not captured is released to the customer, which Stripe shows as a refund.
    released = charge["amount"] - amount
    charge.update(captured=True, amount_captured=amount, amount_refunded=released)
    account.emit("charge.captured", charge)
    intent.update(status="succeeded", amount_capturable=0, amount_received=amount)
    account.emit("payment_intent.succeeded", intent)
    return intent


def _cancel(call: Call) -> Json:
    account = call.account
    intent = account.find("payment_intent", call.id)
    if intent["status"] not in _CANCELABLE:
        raise intents.unexpected_state(intent, "cancel")
    if intent["status"] == "requires_capture":
        charge = account.tables["charge"][intent["latest_charge"]]
        charge.update(refunded=True, amount_refunded=charge["amount"])
        account.emit("charge.refunded", charge)
    intent.update(
        status="canceled",
        amount_capturable=0,
        canceled_at=account.seconds(),
        cancellation_reason=call.params.get("cancellation_reason"),
        next_action=None,
    )
    account.emit("payment_intent.canceled", intent)
    return intent


def _retrieve(call: Call) -> Json:
    return call.account.find("payment_intent", call.id)


def _list(call: Call) -> Json:
    things = call.account.tables["payment_intent"].values()
    return listing.page(_PATH, things, call.params, customer=call.params.get("customer"))


_PATH = "/v1/payment_intents"
_CREATING = (
    _CONFIRMING
    | intents.METHOD_TYPE_PARAMS
    | frozenset(_PLAIN)
    | {"amount", "confirm", "currency", "customer", "metadata"}
)

ROUTES = (
    Route("POST", _PATH, params.PaymentIntentCreateParams, _create, _CREATING),
    Route("GET", _PATH, params.PaymentIntentListParams, _list, listing.PAGING | {"customer"}),
    Route("GET", f"{_PATH}/{{id}}", params.PaymentIntentRetrieveParams, _retrieve),
    Route(
        "POST",
        f"{_PATH}/{{id}}",
        params.PaymentIntentUpdateParams,
        _update,
        frozenset(_PLAIN)
        | {"amount", "customer", "metadata", "payment_method", "payment_method_data"},
    ),
    Route(
        "POST",
        f"{_PATH}/{{id}}/confirm",
        params.PaymentIntentConfirmParams,
        _confirm,
        _CONFIRMING,
    ),
    Route(
        "POST",
        f"{_PATH}/{{id}}/capture",
        params.PaymentIntentCaptureParams,
        _capture,
        frozenset({"amount_to_capture"}),
    ),
    Route(
        "POST",
        f"{_PATH}/{{id}}/cancel",
        params.PaymentIntentCancelParams,
        _cancel,
        frozenset({"cancellation_reason"}),
    ),
)
