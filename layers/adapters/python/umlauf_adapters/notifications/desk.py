"""The message desk over DynamoDB."""

from umlauf.notifications.ports import MessageDesk, Post
from umlauf_adapters.billing.arrangements import ArrangementsOnFile
from umlauf_adapters.billing.credits import DynamoCreditNotes
from umlauf_adapters.billing.invoices import DynamoInvoices, DynamoReceivables
from umlauf_adapters.customers.customers import DynamoCustomers
from umlauf_adapters.dunning.repositories import DynamoCases, DynamoDossiers
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.notifications.repositories import DynamoMessages
from umlauf_adapters.payments.repositories import (
    DynamoLivePayments,
    DynamoPayers,
    DynamoPaymentAttempts,
    DynamoPaymentMethods,
)
from umlauf_adapters.subscriptions.subscriptions import DynamoSubscriptions


def dynamo_message_desk(post: Post) -> MessageDesk:
    return MessageDesk(
        works=DynamoWorks(),
        messages=DynamoMessages(),
        post=post,
        customers=DynamoCustomers(),
        invoices=DynamoInvoices(),
        credit_notes=DynamoCreditNotes(),
        receivables=DynamoReceivables(),
        arrangements=ArrangementsOnFile(
            DynamoPayers(), DynamoPaymentMethods(), DynamoPaymentAttempts()
        ),
        attempts=DynamoPaymentAttempts(),
        live_payments=DynamoLivePayments(),
        cases=DynamoCases(),
        dossiers=DynamoDossiers(),
        subscriptions=DynamoSubscriptions(),
    )
