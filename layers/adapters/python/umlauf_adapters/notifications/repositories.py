"""The delivery log in DynamoDB."""

from typing import Final

from umlauf.kernel.work import Page
from umlauf.notifications.model import Message
from umlauf_adapters.kernel.documents import encode_instant
from umlauf_adapters.kernel.items import context_table
from umlauf_adapters.kernel.layouts import Layout

MESSAGE: Final = "MESSAGE"


def message_partition(message_id: str) -> str:
    return f"MESSAGE#{message_id}"


def customer_partition(customer_id: str) -> str:
    return f"CUSTOMER#{customer_id}"


MESSAGES: Final = Layout(
    Message,
    context_table("notifications"),
    key=lambda message: (message_partition(message.id), MESSAGE),
    gsi1=lambda message: (
        customer_partition(message.customer_id),
        f"{encode_instant(message.begun_at)}#{message.id}",
    ),
)


class DynamoMessages:
    """Implements umlauf.notifications.ports.Messages."""

    def get(self, message_id: str) -> Message | None:
        return MESSAGES.get(message_partition(message_id), MESSAGE)

    def of_customer(
        self, customer_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Message]:
        return MESSAGES.page(
            customer_partition(customer_id),
            index="gsi1",
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )
