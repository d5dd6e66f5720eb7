"""Which adapters stand behind the customer API's ports. Stripe is reached for only when needed."""

import os
from datetime import UTC, datetime
from functools import cache
from typing import Final

from umlauf.billing.ports import BillingDesk
from umlauf.billing.sellers import SellersBySite
from umlauf.customers.ports import VatIdChecks
from umlauf.payments.ports import PaymentDesk
from umlauf.subscriptions.ports import ContractDesk
from umlauf_adapters.billing.credits import DynamoCreditBalances, DynamoCreditNotes
from umlauf_adapters.billing.document_archive import DynamoStoredDocuments, S3DocumentArchive
from umlauf_adapters.billing.invoiced_usage import InvoicedUsage
from umlauf_adapters.billing.invoices import (
    DynamoBilledCharges,
    DynamoInvoices,
    DynamoReceivables,
)
from umlauf_adapters.billing.registers import DynamoCreditNoteRegister, DynamoInvoiceRegister
from umlauf_adapters.catalog.coupons import DynamoCoupons
from umlauf_adapters.catalog.plans import DynamoPlans
from umlauf_adapters.customers.block_entries import DynamoBlockEntries
from umlauf_adapters.customers.customers import DynamoCustomers
from umlauf_adapters.inventory.assets import DynamoAssets
from umlauf_adapters.inventory.stations import DynamoStations
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.payments.desk import dynamo_payment_desk
from umlauf_adapters.payments.repositories import DynamoPayers, DynamoPaymentMethods
from umlauf_adapters.subscriptions.register import DynamoSubscriptionRegister
from umlauf_adapters.subscriptions.subscriptions import DynamoSubscriptions
from umlauf_adapters.usage.rollups import DynamoRollups
from umlauf_adapters.usage.usage_events import DynamoUsageEvents
from umlauf_adapters.wallets.sessions import DynamoSessions
from umlauf_adapters.wallets.wallets import DynamoStartGates, DynamoTopUps, DynamoWallets
from umlauf_http.answering import Wiring
from umlauf_http.subscription_acts import Desk
from umlauf_integrations.stripe.calls import StripeConnection
from umlauf_integrations.stripe.parameters import StripeParameters
from umlauf_integrations.stripe.provider import StripeProvider
from umlauf_integrations.vies.register import vat_id_register

WORKS: Final = DynamoWorks()
ASSETS: Final = DynamoAssets()
BLOCK_ENTRIES: Final = DynamoBlockEntries()
COUPONS: Final = DynamoCoupons()
CREDIT_BALANCES: Final = DynamoCreditBalances()
CREDIT_NOTES: Final = DynamoCreditNotes()
CREDIT_NOTE_REGISTER: Final = DynamoCreditNoteRegister()
CHARGES: Final = DynamoBilledCharges()
CUSTOMERS: Final = DynamoCustomers()
GATES: Final = DynamoStartGates()
INVOICES: Final = DynamoInvoices()
INVOICE_REGISTER: Final = DynamoInvoiceRegister()
PAYERS: Final = DynamoPayers()
PAYMENT_METHODS: Final = DynamoPaymentMethods()
PLANS: Final = DynamoPlans()
RECEIVABLES: Final = DynamoReceivables()
ROLLUPS: Final = DynamoRollups()
SESSIONS: Final = DynamoSessions()
STORED_DOCUMENTS: Final = DynamoStoredDocuments()
SUBSCRIPTIONS: Final = DynamoSubscriptions()
SUBSCRIPTION_REGISTER: Final = DynamoSubscriptionRegister()
TOP_UPS: Final = DynamoTopUps()
USAGE_EVENTS: Final = DynamoUsageEvents()
WALLETS: Final = DynamoWallets()
CONTRACT_DESK: Final = ContractDesk(
    SUBSCRIPTIONS, PLANS, CUSTOMERS, SellersBySite(DynamoStations())
)
DESK: Final = Desk(
    BillingDesk(
        subscriptions=SUBSCRIPTIONS,
        plans=PLANS,
        customers=CUSTOMERS,
        rollups=InvoicedUsage(),
        charges=CHARGES,
        invoices=INVOICES,
        receivables=RECEIVABLES,
        balances=CREDIT_BALANCES,
    ),
    ASSETS,
    PAYERS,
    BLOCK_ENTRIES,
)


def now() -> datetime:
    return datetime.now(UTC)


def wired() -> Wiring:
    return Wiring(
        WORKS,
        clock=now,
        pool_id=os.environ.get("CUSTOMER_POOL_ID"),
        allowed_origin=os.environ.get("PORTAL_ORIGIN", "*"),
    )


@cache
def archive() -> S3DocumentArchive:
    """Where documents lie. S3's client is made with the first that is asked for."""
    return S3DocumentArchive(client("s3"), os.environ["DOCUMENTS_BUCKET"])


@cache
def vat_id_checks() -> VatIdChecks:
    """VIES, where its address is set; elsewhere VAT ids stay unchecked."""
    return vat_id_register(os.environ.get("VIES_API_BASE"))


@cache
def payment_desk() -> PaymentDesk:
    """Everything it takes to take a payment. The library of Stripe's is loaded with the first."""
    parameters = StripeParameters(client("ssm"), os.environ["STRIPE_PARAMETERS_PATH"], now)
    connection = StripeConnection(parameters, os.environ["STRIPE_API_BASE"])
    return dynamo_payment_desk(StripeProvider(connection))
