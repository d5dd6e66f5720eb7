"""The dunning desk over DynamoDB, for every function that decides about cases."""

from umlauf.dunning.debts import BookedDebts
from umlauf.dunning.ports import DunningDesk
from umlauf_adapters.billing.invoices import DynamoReceivables
from umlauf_adapters.customers.customers import DynamoCustomers
from umlauf_adapters.dunning.repositories import DynamoCases, DynamoDossiers
from umlauf_adapters.kernel.dynamo_works import DynamoWorks


def dynamo_dunning_desk() -> DunningDesk:
    return DunningDesk(
        works=DynamoWorks(),
        cases=DynamoCases(),
        dossiers=DynamoDossiers(),
        debts=BookedDebts(DynamoReceivables(), DynamoCustomers()),
    )
