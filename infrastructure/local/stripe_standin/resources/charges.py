"""Charges, to be read: payment intents make them."""

from stripe import params

from local.stripe_standin import listing
from local.stripe_standin.routing import Call, Route
from local.stripe_standin.wire import Json


def _retrieve(call: Call) -> Json:
    return call.account.find("charge", call.id)


def _list(call: Call) -> Json:
    return listing.page(
        "/v1/charges",
        call.account.tables["charge"].values(),
        call.params,
        customer=call.params.get("customer"),
        payment_intent=call.params.get("payment_intent"),
    )


ROUTES = (
    Route("GET", "/v1/charges/{id}", params.ChargeRetrieveParams, _retrieve),
    Route(
        "GET",
        "/v1/charges",
        params.ChargeListParams,
        _list,
        listing.PAGING | {"customer", "payment_intent"},
    ),
)
