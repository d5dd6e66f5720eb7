"""Stripe: taking money with its PaymentIntents, and reading what its webhooks say.

Only `provider` and `calls` need the vendor's library, and they import it on first use, so that a
function which merely verifies a webhook does not load it.
"""
