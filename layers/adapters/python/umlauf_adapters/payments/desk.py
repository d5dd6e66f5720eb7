"""The payment desk over DynamoDB, for every function that takes money."""

from umlauf.payments.ports import PaymentDesk, Provider
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.payments.repositories import (
    DynamoLivePayments,
    DynamoPayers,
    DynamoPaymentAttempts,
    DynamoPaymentMethods,
)


def dynamo_payment_desk(provider: Provider) -> PaymentDesk:
    return PaymentDesk(
        works=DynamoWorks(),
        payers=DynamoPayers(),
        methods=DynamoPaymentMethods(),
        attempts=DynamoPaymentAttempts(),
        live_payments=DynamoLivePayments(),
        provider=provider,
    )
