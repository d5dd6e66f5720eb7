"""Every route of the stand-in, and every kind of due work."""

from collections.abc import Callable, Mapping

from local.stripe_standin import charging
from local.stripe_standin.account import Account
from local.stripe_standin.resources import (
    charges,
    customers,
    events,
    mandates,
    payment_intents,
    payment_methods,
    refunds,
    setup_intents,
    webhook_endpoints,
)
from local.stripe_standin.routing import Route

ROUTES: tuple[Route, ...] = (
    *charges.ROUTES,
    *customers.ROUTES,
    *events.ROUTES,
    *mandates.ROUTES,
    *payment_intents.ROUTES,
    *payment_methods.ROUTES,
    *refunds.ROUTES,
    *setup_intents.ROUTES,
    *webhook_endpoints.ROUTES,
)

DUE_WORK: Mapping[str, Callable[[Account, str], None]] = {
    charging.DEBIT_SETTLES: charging.settle_debit,
    refunds.REFUND_SETTLES: refunds.settle,
}
