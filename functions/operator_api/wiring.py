"""Which adapters stand behind the operator API's ports. Clients are made when first used."""

import os
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from agreed_meters import AgreedMeters
from umlauf.billing.ports import BillingDesk, CreditDesk
from umlauf.billing.sellers import SellersBySite
from umlauf.customers.ports import VatIdChecks
from umlauf.subscriptions.ports import ContractDesk
from umlauf.subscriptions.use_cases.import_subscription import ImportDesk
from umlauf_adapters.billing.credits import DynamoCreditBalances, DynamoCreditNotes
from umlauf_adapters.billing.document_archive import DynamoStoredDocuments, S3DocumentArchive
from umlauf_adapters.billing.invoiced_usage import InvoicedUsage
from umlauf_adapters.billing.invoices import (
    DynamoBilledCharges,
    DynamoInvoices,
    DynamoReceivables,
)
from umlauf_adapters.billing.registers import (
    DynamoCreditNoteRegister,
    DynamoInvoiceRegister,
    DynamoParkedRegister,
)
from umlauf_adapters.billing.runs import DynamoNumbers, DynamoParkedContracts, DynamoRuns
from umlauf_adapters.catalog.coupons import DynamoCoupons
from umlauf_adapters.catalog.plans import DynamoPlans
from umlauf_adapters.customers.block_entries import DynamoBlockEntries
from umlauf_adapters.customers.customers import DynamoCustomers
from umlauf_adapters.dunning.repositories import DynamoCases
from umlauf_adapters.fleet.commands import DynamoCommands, DynamoRestrictions
from umlauf_adapters.fleet.devices import DynamoDevices
from umlauf_adapters.fleet.iot_registry import IotRegistry
from umlauf_adapters.inventory.assets import DynamoAssets
from umlauf_adapters.inventory.stations import DynamoStations
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.event_log import DynamoEventLog
from umlauf_adapters.ledger.journal import DynamoDebtors, DynamoJournalRegister
from umlauf_adapters.payments.repositories import DynamoPayers
from umlauf_adapters.subscriptions.register import DynamoSubscriptionRegister
from umlauf_adapters.subscriptions.subscriptions import DynamoSubscriptions
from umlauf_adapters.usage.readings import DynamoMeterPoints
from umlauf_adapters.usage.usage_events import DynamoUsageEvents
from umlauf_http.answering import Wiring
from umlauf_http.subscription_acts import Desk
from umlauf_integrations.vies.register import vat_id_register

ASSETS: Final = DynamoAssets()
BLOCK_ENTRIES: Final = DynamoBlockEntries()
CASES: Final = DynamoCases()
CHARGES: Final = DynamoBilledCharges()
COMMANDS: Final = DynamoCommands()
COUPONS: Final = DynamoCoupons()
CREDIT_BALANCES: Final = DynamoCreditBalances()
CREDIT_NOTES: Final = DynamoCreditNotes()
CREDIT_NOTE_REGISTER: Final = DynamoCreditNoteRegister()
CUSTOMERS: Final = DynamoCustomers()
DEBTORS: Final = DynamoDebtors()
DEVICES: Final = DynamoDevices()
EVENT_LOG: Final = DynamoEventLog()
INVOICES: Final = DynamoInvoices()
INVOICE_REGISTER: Final = DynamoInvoiceRegister()
JOURNAL_REGISTER: Final = DynamoJournalRegister()
METER_POINTS: Final = DynamoMeterPoints()
NUMBERS: Final = DynamoNumbers()
PARKED: Final = DynamoParkedContracts()
PARKED_REGISTER: Final = DynamoParkedRegister()
PAYERS: Final = DynamoPayers()
PLANS: Final = DynamoPlans()
RECEIVABLES: Final = DynamoReceivables()
RESTRICTIONS: Final = DynamoRestrictions()
RUNS: Final = DynamoRuns()
STATIONS: Final = DynamoStations()
STORED_DOCUMENTS: Final = DynamoStoredDocuments()
SUBSCRIPTIONS: Final = DynamoSubscriptions()
SUBSCRIPTION_REGISTER: Final = DynamoSubscriptionRegister()
USAGE_EVENTS: Final = DynamoUsageEvents()
WORKS: Final = DynamoWorks()
AGREED_METERS: Final = AgreedMeters(SUBSCRIPTIONS, PLANS)
CONTRACT_DESK: Final = ContractDesk(SUBSCRIPTIONS, PLANS, CUSTOMERS, SellersBySite(STATIONS))


def wired() -> Wiring:
    return Wiring(
        WORKS,
        clock=lambda: datetime.now(UTC),
        pool_id=os.environ.get("STAFF_POOL_ID"),
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
def registry() -> IotRegistry:
    return IotRegistry(os.environ["DEVICE_POLICY_NAME"])


def billing_desk() -> BillingDesk:
    """Everything it takes to bill a contract."""
    return BillingDesk(
        subscriptions=SUBSCRIPTIONS,
        plans=PLANS,
        customers=CUSTOMERS,
        rollups=InvoicedUsage(),
        charges=CHARGES,
        invoices=INVOICES,
        receivables=RECEIVABLES,
        balances=CREDIT_BALANCES,
    )


def import_desk() -> ImportDesk:
    """Everything it takes to take a contract over."""
    return ImportDesk(CONTRACT_DESK, COUPONS, ASSETS)


def act_desk() -> Desk:
    """Everything it takes to change a subscription, and to show what that costs."""
    return Desk(billing_desk(), ASSETS, PAYERS, BLOCK_ENTRIES)


def credit_desk() -> CreditDesk:
    """Everything it takes to give something back by hand."""
    return CreditDesk(
        invoices=INVOICES,
        receivables=RECEIVABLES,
        charges=CHARGES,
        balances=CREDIT_BALANCES,
        notes=CREDIT_NOTES,
        numbers=NUMBERS,
        subscriptions=SUBSCRIPTIONS,
    )


def state_machines() -> Any:
    return client("stepfunctions")


def billing_cycle_arn() -> str:
    return os.environ["BILLING_STATE_MACHINE_ARN"]
