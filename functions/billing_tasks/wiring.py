"""Which adapters stand behind billing's ports. Made once per execution environment."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from umlauf.billing.ports import BillingDesk
from umlauf.kernel.calendar import Period
from umlauf_adapters.billing.invoices import DynamoRatedUsages, DynamoReceivables
from umlauf_adapters.billing.runs import DynamoNumbers, DynamoParkedContracts, DynamoRuns
from umlauf_adapters.catalog.plans import DynamoPlans
from umlauf_adapters.customers.customers import DynamoCustomers
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.subscriptions.subscriptions import DynamoSubscriptions
from umlauf_adapters.usage.rollups import DynamoRollups


class InvoicedUsage:
    """Implements umlauf.billing.ports.Rollups: what usage counted, less what wallets paid for."""

    def __init__(self) -> None:
        self._rollups = DynamoRollups()

    def by_day(self, subscription_id: str, meter: str, period: Period) -> Mapping[date, int]:
        days = self._rollups.by_day(subscription_id, period)
        return {usage.day: usage.by_invoice.of(meter) for usage in days}


WORKS: Final = DynamoWorks()
DESK: Final = BillingDesk(
    subscriptions=DynamoSubscriptions(),
    plans=DynamoPlans(),
    customers=DynamoCustomers(),
    rollups=InvoicedUsage(),
    rated_usages=DynamoRatedUsages(),
)
RECEIVABLES: Final = DynamoReceivables()
NUMBERS: Final = DynamoNumbers()
RUNS: Final = DynamoRuns()
PARKED: Final = DynamoParkedContracts()
