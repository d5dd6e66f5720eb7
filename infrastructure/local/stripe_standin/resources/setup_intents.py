"""Setup intents: saving a payment method for later, with whatever its bank asks for."""

import copy

from stripe import params

from local.stripe_standin import intents, listing
from local.stripe_standin.account import Account
from local.stripe_standin.fields import merged_metadata
from local.stripe_standin.refusals import Refusal
from local.stripe_standin.resources import payment_methods
from local.stripe_standin.routing import Call, Route
from local.stripe_standin.wire import Json

_CONFIRMING = frozenset(
    {
        "mandate_data",
        "payment_method",
        "payment_method_data",
        "return_url",
        "use_stripe_sdk",
    }
)
_CANCELABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


def authenticate(account: Account, intent: Json, *, succeeds: bool) -> None:
    """Pass or fail the bank's challenge in the customer's place."""
    if intent["status"] != "requires_action":
        raise intents.unexpected_state(intent, "authenticate")
    method = account.find("payment_method", intent["payment_method"])
    if succeeds:
        _succeed(account, intent, method, intent["mandate"])
        return
    _fail(
        account,
        intent,
        method,
        {
            "code": "setup_intent_authentication_failure",
            "message": "The provided PaymentMethod has failed authentication.",
            "type": "invalid_request_error",
        },
    )


def _create(call: Call) -> Json:
    account, given = call.account, call.params
    if "customer" in given:
        account.find("customer", given["customer"], param="customer")
    intent = _new(account, given)
    method = intents.resolve_method(account, intent, given)
    if method is not None:
        intents.require_usable(account, intent, method)
        intent.update(payment_method=method["id"], status="requires_confirmation")
    if given.get("confirm"):
        mandate = _prepare(account, intent, method, given)
        account.emit("setup_intent.created", account.store(intent))
        _attempt(account, intent, given, mandate)
    else:
        account.emit("setup_intent.created", account.store(intent))
    return intent


def _new(account: Account, given: Json) -> Json:
    intent_id = account.new_id("setup_intent")
    return {
        "id": intent_id,
        "object": "setup_intent",
        "allowed_payment_method_types": given.get("allowed_payment_method_types"),
        "application": None,
        "automatic_payment_methods": intents.automatic_methods(given),
        "cancellation_reason": None,
        "client_secret": account.client_secret(intent_id),
        "created": account.seconds(),
        "customer": given.get("customer"),
        "description": given.get("description"),
        "excluded_payment_method_types": given.get("excluded_payment_method_types"),
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": merged_metadata({}, given.get("metadata")),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {},
        "payment_method_types": intents.method_types(given, currency=None),
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": given.get("usage", "off_session"),
    }


def _confirm(call: Call) -> Json:
    account, given = call.account, call.params
    intent = account.find("setup_intent", call.id)
    if intent["status"] not in intents.AWAITING_CONFIRMATION:
        raise intents.unexpected_state(intent, "confirm")
    method = intents.resolve_method(account, intent, given)
    mandate = _prepare(account, intent, method, given)
    intent["payment_method"] = method["id"] if method else None
    _attempt(account, intent, given, mandate)
    return intent


def _prepare(account: Account, intent: Json, method: Json | None, given: Json) -> str | None:
    """Check all that can be refused before anything happens; return the mandate."""
    if method is None:
        raise Refusal(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
        )
    intents.require_usable(account, intent, method)
    automatic = intent["automatic_payment_methods"]
    may_redirect = automatic is not None and automatic["allow_redirects"] == "always"
    if may_redirect and "return_url" not in given:
        raise Refusal(
            "This SetupIntent may redirect the customer, so you must provide a `return_url`. "
            "Or set automatic_payment_methods[allow_redirects] to `never`.",
            param="return_url",
        )
    return intents.mandate_for(account, method, given, is_kept=True)


def _attempt(account: Account, intent: Json, given: Json, mandate: str | None) -> None:
    method = account.find("payment_method", intent["payment_method"])
    card = payment_methods.card_of(account, method)
    intent["mandate"] = mandate
    if card is not None and card.authentication != "never":
        intent.update(
            status="requires_action",
            next_action=intents.next_action(intent, given.get("return_url")),
        )
        account.emit("setup_intent.requires_action", intent)
        return
    if card is not None and card.decline is not None and not card.attaches:
        error = {
            "code": card.decline.code,
            "decline_code": card.decline.decline_code,
            "message": card.decline.message,
            "type": "card_error",
        }
        _fail(account, intent, method, error)
        raise Refusal(
            card.decline.message,
            code=card.decline.code,
            kind="card_error",
            status=402,
            details={
                "decline_code": card.decline.decline_code,
                "setup_intent": copy.deepcopy(intent),
            },
        )
    _succeed(account, intent, method, mandate)


def _succeed(account: Account, intent: Json, method: Json, mandate: str | None) -> None:
    if intent["customer"] is not None:
        payment_methods.attach(account, method, intent["customer"])
    if intent["usage"] == "off_session":
        account.hidden[method["id"]]["is_set_up"] = True
    intent.update(status="succeeded", mandate=mandate, next_action=None, last_setup_error=None)
    account.emit("setup_intent.succeeded", intent)


def _fail(account: Account, intent: Json, method: Json, error: Json) -> None:
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_setup_error=error | {"payment_method": copy.deepcopy(method)},
    )
    account.emit("setup_intent.setup_failed", intent)


def _cancel(call: Call) -> Json:
    intent = call.account.find("setup_intent", call.id)
    if intent["status"] not in _CANCELABLE:
        raise intents.unexpected_state(intent, "cancel")
    intent.update(
        status="canceled",
        cancellation_reason=call.params.get("cancellation_reason"),
        next_action=None,
    )
    call.account.emit("setup_intent.canceled", intent)
    return intent


def _retrieve(call: Call) -> Json:
    return call.account.find("setup_intent", call.id)


def _list(call: Call) -> Json:
    return listing.page(
        _PATH,
        call.account.tables["setup_intent"].values(),
        call.params,
        customer=call.params.get("customer"),
        payment_method=call.params.get("payment_method"),
    )


_PATH = "/v1/setup_intents"

ROUTES = (
    Route(
        "POST",
        _PATH,
        params.SetupIntentCreateParams,
        _create,
        _CONFIRMING
        | intents.METHOD_TYPE_PARAMS
        | {"confirm", "customer", "description", "metadata", "usage"},
    ),
    Route(
        "GET",
        _PATH,
        params.SetupIntentListParams,
        _list,
        listing.PAGING | {"customer", "payment_method"},
    ),
    Route("GET", f"{_PATH}/{{id}}", params.SetupIntentRetrieveParams, _retrieve),
    Route(
        "POST", f"{_PATH}/{{id}}/confirm", params.SetupIntentConfirmParams, _confirm, _CONFIRMING
    ),
    Route(
        "POST",
        f"{_PATH}/{{id}}/cancel",
        params.SetupIntentCancelParams,
        _cancel,
        frozenset({"cancellation_reason"}),
    ),
)
