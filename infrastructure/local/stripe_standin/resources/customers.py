"""Customers: who payment methods belong to."""

from stripe import params

from local.stripe_standin import listing
from local.stripe_standin.fields import merged_metadata, unset_if_empty
from local.stripe_standin.refusals import Refusal
from local.stripe_standin.resources import payment_methods
from local.stripe_standin.routing import Call, Route
from local.stripe_standin.wire import Json

_PLAIN = ("address", "description", "email", "name", "phone", "shipping")
_HONOURED = frozenset({*_PLAIN, "metadata", "invoice_settings", "preferred_locales", "tax_exempt"})


def _create(call: Call) -> Json:
    account, given = call.account, call.params
    customer = account.store(
        {
            "id": account.new_id("customer"),
            "object": "customer",
            "address": None,
            "balance": 0,
            "created": account.seconds(),
            "currency": None,
            "default_source": None,
            "delinquent": False,
            "description": None,
            "discount": None,
            "email": None,
            "invoice_prefix": None,
            "invoice_settings": {
                "custom_fields": None,
                "default_payment_method": None,
                "footer": None,
                "rendering_options": None,
            },
            "livemode": False,
            "metadata": {},
            "name": None,
            "next_invoice_sequence": 1,
            "phone": None,
            "preferred_locales": [],
            "shipping": None,
            "tax_exempt": "none",
            "test_clock": None,
        }
    )
    customer.update(_changes(call, customer))
    if "payment_method" in given:
        method = payment_methods.resolve(account, given["payment_method"])
        payment_methods.attach(account, method, customer["id"])
    account.emit("customer.created", customer)
    return customer


def _update(call: Call) -> Json:
    customer = call.account.find("customer", call.id)
    call.account.update(customer, "customer.updated", **_changes(call, customer))
    return customer


def _changes(call: Call, customer: Json) -> Json:
    given = call.params
    changes = {name: unset_if_empty(given[name]) for name in _PLAIN if name in given}
    for name in ("preferred_locales", "tax_exempt"):
        if name in given:
            changes[name] = given[name]
    changes["metadata"] = merged_metadata(customer["metadata"], given.get("metadata"))
    if "invoice_settings" in given:
        changes["invoice_settings"] = _invoice_settings(call, customer)
    return changes


def _invoice_settings(call: Call, customer: Json) -> Json:
    given = call.params["invoice_settings"]
    default = unset_if_empty(given.get("default_payment_method"))
    if default is not None:
        param = "invoice_settings[default_payment_method]"
        method = call.account.find("payment_method", default, param=param)
        if method["customer"] != customer["id"]:
            raise Refusal(
                "The customer does not have a payment method with that ID; attach it first.",
                code="resource_missing",
                param=param,
            )
    settings: Json = customer["invoice_settings"] | given
    return settings | {"default_payment_method": default}


def _delete(call: Call) -> Json:
    """Delete for good: the customer's payment methods go, its payments stay on record."""
    account = call.account
    customer = account.find("customer", call.id)
    for method in account.tables["payment_method"].values():
        if method["customer"] == customer["id"]:
            payment_methods.detach(account, method)
    account.emit("customer.deleted", customer)
    stub = {"id": customer["id"], "object": "customer", "deleted": True}
    account.tables["customer"][customer["id"]] = stub
    return stub


def _retrieve(call: Call) -> Json:
    """Answer for deleted customers too, by a stub that says so."""
    stub = call.account.tables["customer"].get(call.id, {})
    return stub if stub.get("deleted") else call.account.find("customer", call.id)


def _list(call: Call) -> Json:
    living = [
        customer
        for customer in call.account.tables["customer"].values()
        if not customer.get("deleted")
    ]
    return listing.page("/v1/customers", living, call.params, email=call.params.get("email"))


ROUTES = (
    Route(
        "POST",
        "/v1/customers",
        params.CustomerCreateParams,
        _create,
        _HONOURED | {"payment_method"},
    ),
    Route("POST", "/v1/customers/{id}", params.CustomerUpdateParams, _update, _HONOURED),
    Route("GET", "/v1/customers/{id}", params.CustomerRetrieveParams, _retrieve),
    Route("DELETE", "/v1/customers/{id}", params.CustomerDeleteParams, _delete),
    Route("GET", "/v1/customers", params.CustomerListParams, _list, listing.PAGING | {"email"}),
)
