"""Payment methods: cards and bank accounts, and whose they are."""

from stripe import params

from local.stripe_standin import listing
from local.stripe_standin.account import Account
from local.stripe_standin.cards import DECLINES, Card, card_by_number, card_by_token
from local.stripe_standin.fields import billing_details, merged_metadata
from local.stripe_standin.identifiers import digest
from local.stripe_standin.refusals import Refusal, missing, no_such, not_modelled
from local.stripe_standin.routing import Call, Route
from local.stripe_standin.sepa_accounts import (
    REFUSED_IBANS,
    iban_by_token,
    is_iban,
    needs_a_dispute,
    normalised,
)
from local.stripe_standin.wire import Json

_MONTHS = range(1, 13)
# What a test token's card shows; Stripe's own move with the calendar and mean as little.
_TOKEN_EXPIRY = {"exp_month": 12, "exp_year": 2034}
_TOKEN_HOLDER = {"name": "Jenny Rosen", "email": "jenny@example.com"}


def resolve(account: Account, method_id: str, *, param: str = "payment_method") -> Json:
    """Find a payment method by id; each use of a test token makes a new one, as at Stripe."""
    card = card_by_token(method_id)
    if card is not None:
        return _new_card(account, card, _TOKEN_EXPIRY, details=None)
    iban = iban_by_token(method_id)
    if iban is not None:
        return _new_sepa_debit(account, iban, details=_TOKEN_HOLDER)
    return account.find("payment_method", method_id, param=param)


def create(account: Account, given: Json) -> Json:
    """Make a payment method of the given details."""
    kind = given.get("type")
    if kind is None:
        raise missing("type")
    if kind not in ("card", "sepa_debit"):
        raise not_modelled(f"payment methods of type {kind}", param="type")
    details = given.get("billing_details")
    if kind == "card":
        card, expiry = _card_of(account, given.get("card") or {})
        method = _new_card(account, card, expiry, details=details)
    else:
        iban = _iban_of(given.get("sepa_debit") or {}, details or {})
        method = _new_sepa_debit(account, iban, details=details)
    method["metadata"] = merged_metadata({}, given.get("metadata"))
    return method


def attach(account: Account, method: Json, customer_id: str) -> None:
    """Save a payment method for a customer. The bank may refuse; a used one cannot be saved."""
    if method["customer"] == customer_id:
        return
    if method["customer"] is not None:
        raise Refusal(
            "The payment method you provided has already been attached to a customer.",
            code="payment_method_unexpected_state",
        )
    require_unused(account, method)
    card = card_of(account, method)
    if card is not None and not card.attaches and card.decline is not None:
        decline = card.decline
        raise Refusal(
            decline.message,
            code=decline.code,
            kind="card_error",
            status=402,
            details={"decline_code": decline.decline_code},
        )
    method["customer"] = customer_id
    account.emit("payment_method.attached", method)


def detach(account: Account, method: Json) -> None:
    """Take a payment method away from its customer, for good."""
    former = method["customer"]
    method["customer"] = None
    account.hidden[method["id"]]["is_used_up"] = True
    account.emit("payment_method.detached", method, previous={"customer": former})


def require_unused(account: Account, method: Json) -> None:
    """Refuse a method that was detached, or used once without being saved."""
    if account.hidden[method["id"]]["is_used_up"]:
        raise Refusal(
            "The provided PaymentMethod was previously used without Customer attachment or was "
            "detached from a Customer. It may not be used again.",
            code="payment_method_unexpected_state",
            param="payment_method",
        )


def card_of(account: Account, method: Json) -> Card | None:
    """Tell which test card this is; None for a bank account."""
    if method["type"] != "card":
        return None
    return card_by_number(account.hidden[method["id"]]["number"])


def _card_of(account: Account, given: Json) -> tuple[Card, Json]:
    if "token" in given:
        card = card_by_token(given["token"])
        if card is None:
            raise no_such("token", given["token"], param="card[token]")
        return card, _TOKEN_EXPIRY
    for name in ("number", "exp_month", "exp_year"):
        if name not in given:
            raise missing(f"card[{name}]")
    card = card_by_number("".join(given["number"].split()))
    if card.decline is DECLINES["incorrect_number"]:
        raise Refusal(
            card.decline.message,
            code="incorrect_number",
            kind="card_error",
            status=402,
            param="number",
        )
    expiry = {name: given[name] for name in ("exp_month", "exp_year")}
    _require_unexpired(account, expiry)
    return card, expiry


def _require_unexpired(account: Account, expiry: Json) -> None:
    if expiry["exp_month"] not in _MONTHS:
        raise _card_refusal("invalid_expiry_month", "Your card's expiration month is invalid.")
    today = account.local_time()
    if (expiry["exp_year"], expiry["exp_month"]) < (today.year, today.month):
        raise _card_refusal("invalid_expiry_year", "Your card's expiration year is invalid.")


def _card_refusal(code: str, message: str) -> Refusal:
    param = "exp_month" if code == "invalid_expiry_month" else "exp_year"
    return Refusal(message, code=code, kind="card_error", status=402, param=param)


def _iban_of(given: Json, details: Json) -> str:
    if "iban" not in given:
        raise missing("sepa_debit[iban]")
    iban = normalised(given["iban"])
    if not is_iban(iban):
        raise Refusal(
            "The IBAN you provided is invalid.", code="invalid_bank_account_iban", param="iban"
        )
    if iban in REFUSED_IBANS:
        raise Refusal(
            "The bank account cannot be used for SEPA debits.",
            code=REFUSED_IBANS[iban],
            param="sepa_debit[iban]",
        )
    if needs_a_dispute(iban):
        raise not_modelled("disputes yet, which this IBAN asks for", param="sepa_debit[iban]")
    for name in ("name", "email"):
        if not details.get(name):
            raise missing(f"billing_details[{name}]")
    return iban


def _new_card(account: Account, card: Card, expiry: Json, *, details: Json | None) -> Json:
    shown = {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": expiry["exp_month"],
        "exp_year": expiry["exp_year"],
        "fingerprint": digest("card", card.number, length=16),
        "funding": card.funding,
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    method = _new(account, "card", shown, details)
    return account.store(method, number=card.number, is_set_up=False, is_used_up=False)


def _new_sepa_debit(account: Account, iban: str, *, details: Json | None) -> Json:
    shown = {
        "bank_code": iban[4:12],
        "branch_code": None,
        "country": iban[:2],
        "fingerprint": digest("iban", iban, length=16),
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": iban[-4:],
    }
    method = _new(account, "sepa_debit", shown, details)
    return account.store(method, iban=iban, mandate=None, is_set_up=False, is_used_up=False)


def _new(account: Account, kind: str, shown: Json, details: Json | None) -> Json:
    return {
        "id": account.new_id("payment_method"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing_details(details),
        kind: shown,
        "created": account.seconds(),
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
    }


def _create(call: Call) -> Json:
    return create(call.account, call.params)


def _retrieve(call: Call) -> Json:
    return call.account.find("payment_method", call.id)


def _update(call: Call) -> Json:
    method = call.account.find("payment_method", call.id)
    changes: Json = {"metadata": merged_metadata(method["metadata"], call.params.get("metadata"))}
    if "billing_details" in call.params:
        given = call.params["billing_details"]
        address = method["billing_details"]["address"] | (given.get("address") or {})
        changes["billing_details"] = billing_details(
            method["billing_details"] | given | {"address": address}
        )
    call.account.update(method, "payment_method.updated", **changes)
    return method


def _attach(call: Call) -> Json:
    if "customer" not in call.params:
        raise missing("customer")
    customer = call.account.find("customer", call.params["customer"], param="customer")
    method = _resolve_in_path(call)
    attach(call.account, method, customer["id"])
    return method


def _resolve_in_path(call: Call) -> Json:
    if card_by_token(call.id) is not None or iban_by_token(call.id) is not None:
        return resolve(call.account, call.id)
    return call.account.find("payment_method", call.id)


def _detach(call: Call) -> Json:
    method = call.account.find("payment_method", call.id)
    if method["customer"] is None:
        raise Refusal(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible.",
            code="payment_method_unexpected_state",
        )
    detach(call.account, method)
    return method


def _list(call: Call) -> Json:
    if "customer" not in call.params:
        raise not_modelled("lists of payment methods that belong to nobody", param="customer")
    return _list_of(call, call.params["customer"], "/v1/payment_methods", param="customer")


def _list_of_customer(call: Call) -> Json:
    return _list_of(call, call.id, f"/v1/customers/{call.id}/payment_methods", param=None)


def _list_of(call: Call, customer_id: str, path: str, *, param: str | None) -> Json:
    customer = call.account.find("customer", customer_id, param=param)
    return listing.page(
        path,
        call.account.tables["payment_method"].values(),
        call.params,
        customer=customer["id"],
        type=call.params.get("type"),
    )


def _retrieve_of_customer(call: Call) -> Json:
    customer_id, method_id = call.ids
    method = call.account.find("payment_method", method_id)
    if method["customer"] != customer_id:
        raise no_such("payment_method", method_id)
    return method


_LISTED = listing.PAGING - {"created"} | {"type"}
_PATH = "/v1/payment_methods"

ROUTES = (
    Route(
        "POST",
        _PATH,
        params.PaymentMethodCreateParams,
        _create,
        frozenset({"type", "card", "sepa_debit", "billing_details", "metadata"}),
    ),
    Route("GET", _PATH, params.PaymentMethodListParams, _list, _LISTED | {"customer"}),
    Route("GET", f"{_PATH}/{{id}}", params.PaymentMethodRetrieveParams, _retrieve),
    Route(
        "POST",
        f"{_PATH}/{{id}}",
        params.PaymentMethodUpdateParams,
        _update,
        frozenset({"billing_details", "metadata"}),
    ),
    Route(
        "POST",
        f"{_PATH}/{{id}}/attach",
        params.PaymentMethodAttachParams,
        _attach,
        frozenset({"customer"}),
    ),
    Route("POST", f"{_PATH}/{{id}}/detach", params.PaymentMethodDetachParams, _detach),
    Route(
        "GET",
        "/v1/customers/{id}/payment_methods",
        params.CustomerPaymentMethodListParams,
        _list_of_customer,
        _LISTED,
    ),
    Route(
        "GET",
        "/v1/customers/{id}/payment_methods/{id}",
        params.CustomerPaymentMethodRetrieveParams,
        _retrieve_of_customer,
    ),
)
