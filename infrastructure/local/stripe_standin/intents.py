"""What payment intents and setup intents have in common: method types, mandates, their states."""

import copy
from typing import Literal

from local.stripe_standin.account import Account
from local.stripe_standin.cards import Card
from local.stripe_standin.identifiers import derive, digest
from local.stripe_standin.refusals import Refusal
from local.stripe_standin.resources import payment_methods
from local.stripe_standin.wire import Json

IntentKind = Literal["payment_intent", "setup_intent"]

METHOD_TYPE_PARAMS = frozenset(
    {"allowed_payment_method_types", "automatic_payment_methods", "excluded_payment_method_types"}
)
AWAITING_CONFIRMATION = ("requires_payment_method", "requires_confirmation")
_MODELLED_TYPES = ("card", "sepa_debit")


def method_types(given: Json, *, currency: str | None) -> list[str]:
    """Work out `payment_method_types`, which callers can only read.

    Stripe filters the allowed types by what fits: SEPA debits need euros.
    """
    if "allowed_payment_method_types" in given:
        _require_alone(given)
    automatic = given.get("automatic_payment_methods")
    allowed = given.get("allowed_payment_method_types", _MODELLED_TYPES)
    if automatic is not None and not automatic["enabled"]:
        allowed = ["card"]
    excluded = given.get("excluded_payment_method_types", ())
    types = [
        kind
        for kind in _MODELLED_TYPES
        if kind in allowed
        and kind not in excluded
        and (kind != "sepa_debit" or currency in (None, "eur"))
    ]
    if not types:
        raise Refusal("No valid payment method types for this intent.", param="currency")
    return types


def automatic_methods(given: Json) -> Json | None:
    """Show the setting that stands for «whatever the Dashboard enables», the default."""
    if "allowed_payment_method_types" in given:
        return None
    default: Json = {"allow_redirects": "always", "enabled": True}
    given_settings: Json = given.get("automatic_payment_methods", {})
    return default | given_settings


def resolve_method(account: Account, intent: Json, given: Json) -> Json | None:
    """Find the payment method to confirm with: given by id, given in full, or set before."""
    if "payment_method_data" in given:
        return payment_methods.create(account, given["payment_method_data"])
    if "payment_method" in given:
        return payment_methods.resolve(account, given["payment_method"])
    if intent["payment_method"] is None:
        return None
    return account.find("payment_method", intent["payment_method"], param="payment_method")


def require_usable(account: Account, intent: Json, method: Json) -> None:
    """Refuse a method of another type, of another customer, or one that is used up."""
    if method["type"] not in intent["payment_method_types"]:
        raise Refusal(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this intent, which "
            f"takes: {', '.join(intent['payment_method_types'])}.",
            code=f"{intent['object']}_incompatible_payment_method"
            if intent["object"] == "payment_intent"
            else None,
            param="payment_method",
        )
    owner = method["customer"]
    if owner is not None and owner != intent["customer"]:
        raise Refusal(
            "The provided PaymentMethod is attached to a customer; provide that same customer.",
            param="payment_method" if intent["customer"] else "customer",
        )
    if owner is None:
        payment_methods.require_unused(account, method)


def mandate_for(account: Account, method: Json, given: Json, *, is_kept: bool) -> str | None:
    """Return the mandate a debit runs on; a new one needs the customer's acceptance."""
    if method["type"] != "sepa_debit":
        return None
    hidden = account.hidden[method["id"]]
    known: str | None = hidden["mandate"]
    if known is not None:
        return known
    if not given.get("mandate_data"):
        raise Refusal(
            "A SEPA debit needs `mandate_data`, or a payment method that was set up with it.",
            code="parameter_missing",
            param="mandate_data",
        )
    mandate = derive("mandate", method["id"], account.now())
    account.store(_mandate(mandate, method, given["mandate_data"], is_kept=is_kept))
    if is_kept:
        hidden["mandate"] = mandate
    return mandate


def _mandate(mandate: str, method: Json, given: Json, *, is_kept: bool) -> Json:
    kind = "multi_use" if is_kept else "single_use"
    reference = digest("mandate_reference", mandate, length=16).upper()
    return {
        "id": mandate,
        "object": "mandate",
        "customer_acceptance": copy.deepcopy(given.get("customer_acceptance")),
        "livemode": False,
        kind: {},
        "payment_method": method["id"],
        "payment_method_details": {
            "type": "sepa_debit",
            "sepa_debit": {"reference": reference, "url": f"https://hooks.example/{mandate}"},
        },
        "status": "active",
        "type": kind,
    }


def needs_authentication(account: Account, method: Json, card: Card, *, off_session: bool) -> bool:
    """Tell whether this card's bank wants to see the customer for this payment."""
    match card.authentication:
        case "never":
            return False
        case "always":
            return True
        case "on_session":
            return not off_session
        case "unless_set_up":
            return not (off_session and account.hidden[method["id"]]["is_set_up"])


def next_action(intent: Json, return_url: str | None) -> Json:
    """Say how the customer would authenticate; the control surface does it in their place."""
    if return_url is None:
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    url = f"https://hooks.stripe.com/3d_secure_2/{intent['id']}"
    return {
        "type": "redirect_to_url",
        "redirect_to_url": {"return_url": return_url, "url": url},
    }


def unexpected_state(intent: Json, act: str) -> Refusal:
    kind = intent["object"]
    return Refusal(
        f"This intent's status is {intent['status']}: you cannot {act} it.",
        code=f"{kind}_unexpected_state",
        details={kind: copy.deepcopy(intent)},
    )


def _require_alone(given: Json) -> None:
    others = sorted(METHOD_TYPE_PARAMS & given.keys() - {"allowed_payment_method_types"})
    if others:
        raise Refusal(
            f"You may only specify one of: allowed_payment_method_types, {others[0]}.",
            code="parameters_exclusive",
            param=others[0],
        )
