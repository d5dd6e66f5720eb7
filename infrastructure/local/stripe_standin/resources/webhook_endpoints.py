"""Webhook endpoints: where events are announced, and which."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import stripe
from stripe import params

from local.stripe_standin import listing
from local.stripe_standin.account import Account
from local.stripe_standin.fields import merged_metadata
from local.stripe_standin.identifiers import derive
from local.stripe_standin.refusals import Refusal
from local.stripe_standin.routing import Call, Route
from local.stripe_standin.wire import Json

MAX_ENDPOINTS = 16
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def add(account: Account, url: str, *, secret: str | None, events: Sequence[str]) -> Json:
    """Register an endpoint. It must be on this machine: nothing leaves it."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK:
        raise Refusal(
            f"Invalid URL: {url} is not http on loopback.", code="url_invalid", param="url"
        )
    if len(account.tables["webhook_endpoint"]) >= MAX_ENDPOINTS:
        raise Refusal(f"You have reached the maximum of {MAX_ENDPOINTS} webhook endpoints.")
    if not events:
        raise Refusal("You must enable at least one event.", param="enabled_events")
    endpoint_id = account.new_id("webhook_endpoint")
    return account.store(
        {
            "id": endpoint_id,
            "object": "webhook_endpoint",
            "api_version": stripe.api_version,
            "application": None,
            "created": account.seconds(),
            "description": None,
            "enabled_events": list(events),
            "livemode": False,
            "metadata": {},
            "status": "enabled",
            "url": url,
        },
        secret=secret or derive("whsec", endpoint_id),
    )


def _create(call: Call) -> Json:
    account, given = call.account, call.params
    endpoint = add(account, given["url"], secret=None, events=given["enabled_events"])
    endpoint["metadata"] = merged_metadata({}, given.get("metadata"))
    endpoint["description"] = given.get("description") or None
    # The secret is shown once, here.
    return endpoint | {"secret": account.hidden[endpoint["id"]]["secret"]}


def _delete(call: Call) -> Json:
    endpoint = call.account.find("webhook_endpoint", call.id)
    del call.account.tables["webhook_endpoint"][endpoint["id"]]
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def _retrieve(call: Call) -> Json:
    return call.account.find("webhook_endpoint", call.id)


def _list(call: Call) -> Json:
    things = call.account.tables["webhook_endpoint"].values()
    return listing.page("/v1/webhook_endpoints", things, call.params)


_PATH = "/v1/webhook_endpoints"

ROUTES = (
    Route(
        "POST",
        _PATH,
        params.WebhookEndpointCreateParams,
        _create,
        frozenset({"description", "enabled_events", "metadata", "url"}),
    ),
    Route("GET", _PATH, params.WebhookEndpointListParams, _list, listing.PAGING - {"created"}),
    Route("GET", f"{_PATH}/{{id}}", params.WebhookEndpointRetrieveParams, _retrieve),
    Route("DELETE", f"{_PATH}/{{id}}", params.WebhookEndpointDeleteParams, _delete),
)
