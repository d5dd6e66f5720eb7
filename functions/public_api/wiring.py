"""Which adapters stand behind the public API's ports. Clients are made when first used."""

import os
from datetime import UTC, datetime
from functools import cache
from typing import Final

from umlauf.billing.sellers import SellersBySite
from umlauf_adapters.catalog.coupons import DynamoCoupons
from umlauf_adapters.catalog.plans import DynamoPlans
from umlauf_adapters.customers.cognito_accounts import CognitoAccounts
from umlauf_adapters.customers.customers import DynamoCustomers
from umlauf_adapters.inventory.stations import DynamoStations
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_http.answering import Wiring
from umlauf_integrations.stripe.parameters import StripeParameters

COUPONS: Final = DynamoCoupons()
PLANS: Final = DynamoPlans()
SELLERS: Final = SellersBySite(DynamoStations())
CUSTOMERS: Final = DynamoCustomers()


def now() -> datetime:
    return datetime.now(UTC)


def wired() -> Wiring:
    return Wiring(
        DynamoWorks(),
        clock=now,
        allowed_origin=os.environ.get("PORTAL_ORIGIN", "*"),
    )


@cache
def customer_accounts() -> CognitoAccounts:
    return CognitoAccounts(os.environ["CUSTOMER_POOL_ID"], os.environ["CUSTOMER_CLIENT_ID"])


@cache
def staff_accounts() -> CognitoAccounts:
    return CognitoAccounts(os.environ["STAFF_POOL_ID"], os.environ["STAFF_CLIENT_ID"])


@cache
def stripe_parameters() -> StripeParameters:
    return StripeParameters(client("ssm"), os.environ["STRIPE_PARAMETERS_PATH"], now)


def webhook_queue_url() -> str:
    return os.environ["WEBHOOK_QUEUE_URL"]
