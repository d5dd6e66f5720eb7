"""What notifications tells the other contexts."""

from dataclasses import dataclass
from typing import ClassVar

from umlauf.notifications.model import Channel, Template


@dataclass(frozen=True, slots=True)
class MessageSent:
    """`occasion` names the business fact the message told; for a letter `<case>:<step>`."""

    TYPE: ClassVar[str] = "notifications.message_sent.v1"

    message_id: str
    customer_id: str
    template: Template
    channel: Channel
    occasion: str
