"""Refunds: never more than was captured and not yet given back."""

from stripe import params

from local.stripe_standin import listing
from local.stripe_standin.account import Account
from local.stripe_standin.fields import merged_metadata
from local.stripe_standin.refusals import Refusal, missing
from local.stripe_standin.resources import payment_methods
from local.stripe_standin.routing import Call, Route
from local.stripe_standin.wire import Json

REFUND_SETTLES = "refund_settles"
# Stripe's asynchronous test refunds end "some time later".
_SETTLES_AFTER_SECONDS = 180


def settle(account: Account, refund_id: str) -> None:
    """End a refund that was not final when it was made."""
    refund = account.tables["refund"][refund_id]
    if refund["status"] == "pending":
        account.update(refund, "refund.updated", status="succeeded")
        return
    charge = account.tables["charge"][refund["charge"]]
    charge.update(
        amount_refunded=charge["amount_refunded"] - refund["amount"],
        refunded=False,
    )
    refund.update(status="failed", failure_reason="expired_or_canceled_card")
    account.emit("refund.failed", refund)


def _create(call: Call) -> Json:
    account, given = call.account, call.params
    charge = _charge_of(account, given)
    amount = _checked_amount(charge, given)
    method = account.tables["payment_method"][charge["payment_method"]]
    card = payment_methods.card_of(account, method)
    fate = card.refund if card is not None else "succeeds"
    refund = account.store(
        {
            "id": account.new_id("refund"),
            "object": "refund",
            "amount": amount,
            "balance_transaction": None,
            "charge": charge["id"],
            "created": account.seconds(),
            "currency": charge["currency"],
            "customer": charge["customer"],
            "destination_details": {"type": method["type"]},
            "failure_balance_transaction": None,
            "metadata": merged_metadata({}, given.get("metadata")),
            "payment_intent": charge["payment_intent"],
            "payment_method": method["id"],
            "pending_reason": "processing" if fate == "succeeds_later" else None,
            "reason": given.get("reason"),
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": "pending" if fate == "succeeds_later" else "succeeded",
            "transfer_reversal": None,
        }
    )
    refunded = charge["amount_refunded"] + amount
    charge.update(amount_refunded=refunded, refunded=refunded == charge["amount"])
    account.emit("refund.created", refund)
    account.emit("charge.refunded", charge)
    if fate != "succeeds":
        account.due.plan(REFUND_SETTLES, refund["id"], at=account.now() + _SETTLES_AFTER_SECONDS)
    return refund


def _charge_of(account: Account, given: Json) -> Json:
    if "charge" in given:
        return account.find("charge", given["charge"], param="charge")
    if "payment_intent" not in given:
        raise missing("payment_intent")
    intent = account.find("payment_intent", given["payment_intent"], param="payment_intent")
    if intent["latest_charge"] is None:
        raise Refusal(
            "This PaymentIntent does not have a successful charge to refund.",
            param="payment_intent",
        )
    return account.tables["charge"][intent["latest_charge"]]


def _checked_amount(charge: Json, given: Json) -> int:
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise Refusal(
            f"Charge {charge['id']} cannot be refunded: it is not a captured success.",
            code="charge_not_refundable" if charge["status"] == "pending" else None,
            param="charge",
        )
    # `amount_refunded` also counts what a partial capture released.
    left = charge["amount"] - charge["amount_refunded"]
    if left < 1:
        raise Refusal(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount: int = given.get("amount", left)
    if not 1 <= amount <= left:
        raise Refusal(
            f"Refund amount ({amount}) is not between 1 and the unrefunded amount ({left}).",
            param="amount",
        )
    return amount


def _retrieve(call: Call) -> Json:
    return call.account.find("refund", call.id)


def _list(call: Call) -> Json:
    return listing.page(
        "/v1/refunds",
        call.account.tables["refund"].values(),
        call.params,
        charge=call.params.get("charge"),
        payment_intent=call.params.get("payment_intent"),
    )


ROUTES = (
    Route(
        "POST",
        "/v1/refunds",
        params.RefundCreateParams,
        _create,
        frozenset({"amount", "charge", "metadata", "payment_intent", "reason"}),
    ),
    Route("GET", "/v1/refunds/{id}", params.RefundRetrieveParams, _retrieve),
    Route(
        "GET",
        "/v1/refunds",
        params.RefundListParams,
        _list,
        listing.PAGING | {"charge", "payment_intent"},
    ),
)
