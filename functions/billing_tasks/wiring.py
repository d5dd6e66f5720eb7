"""Which adapters stand behind billing's ports. Made once per execution environment."""

from typing import Final

from reading_ahead import BalancesAhead, CustomersAhead
from umlauf.billing.ports import BillingDesk
from umlauf_adapters.billing.credits import DynamoCreditBalances
from umlauf_adapters.billing.invoiced_usage import InvoicedUsage
from umlauf_adapters.billing.invoices import (
    DynamoBilledCharges,
    DynamoInvoices,
    DynamoReceivables,
)
from umlauf_adapters.billing.runs import DynamoNumbers, DynamoParkedContracts, DynamoRuns
from umlauf_adapters.catalog.plans import DynamoPlans
from umlauf_adapters.customers.customers import DynamoCustomers
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.subscriptions.subscriptions import DynamoSubscriptions

WORKS: Final = DynamoWorks()
SUBSCRIPTIONS: Final = DynamoSubscriptions()
CUSTOMERS: Final = CustomersAhead(DynamoCustomers())
BALANCES: Final = BalancesAhead(DynamoCreditBalances())
RECEIVABLES: Final = DynamoReceivables()
DESK: Final = BillingDesk(
    subscriptions=SUBSCRIPTIONS,
    plans=DynamoPlans(),
    customers=CUSTOMERS,
    rollups=InvoicedUsage(),
    charges=DynamoBilledCharges(),
    invoices=DynamoInvoices(),
    receivables=RECEIVABLES,
    balances=BALANCES,
)
NUMBERS: Final = DynamoNumbers()
RUNS: Final = DynamoRuns()
PARKED: Final = DynamoParkedContracts()
