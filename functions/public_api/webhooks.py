"""Stripe's webhooks: verified here, worked on behind a queue, so that Stripe never waits for us."""

from umlauf_adapters.kernel.aws_clients import client
from umlauf_http.calls import Call
from umlauf_http.commands import Idempotency
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_integrations.stripe.webhooks import read_notice, verify_signature
from wiring import stripe_parameters, webhook_queue_url

routes = Routes(__name__, Access.PUBLIC)


@endpoint(
    routes,
    "/v1/webhooks/stripe",
    method="POST",
    status=204,
    idempotency=Idempotency.NONE,
)
def receive_stripe_webhook(raw: bytes, call: Call) -> None:
    """Take news from Stripe; what it says is looked up, never believed."""
    secret = stripe_parameters().webhook_secret
    verify_signature(raw, call.headers.get("stripe-signature"), secret=secret, now=call.now)
    read_notice(raw)
    client("sqs").send_message(QueueUrl=webhook_queue_url(), MessageBody=raw.decode())
