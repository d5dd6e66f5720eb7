"""Mandates: the customer's permission to debit an account, as it was given once."""

from stripe import params

from local.stripe_standin.routing import Call, Route
from local.stripe_standin.wire import Json


def _retrieve(call: Call) -> Json:
    return call.account.find("mandate", call.id)


ROUTES = (Route("GET", "/v1/mandates/{id}", params.MandateRetrieveParams, _retrieve),)
