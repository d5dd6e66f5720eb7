"""Record how sending a message went."""

from umlauf.kernel.work import Work
from umlauf.notifications.errors import UnknownMessage
from umlauf.notifications.events import MessageSent
from umlauf.notifications.model import Message, MessageState
from umlauf.notifications.ports import Messages


def conclude_message(
    message_id: str,
    *,
    work: Work,
    messages: Messages,
    provider_reference: str | None = None,
    failure: str | None = None,
) -> Message:
    """SENT with a reference, FAILED with a failure, to be tried again with neither.

    Raises UnknownMessage.
    """
    message = messages.get(message_id)
    if message is None:
        raise UnknownMessage(f"there is no message {message_id}", field="message_id")
    if message.state is not MessageState.SENDING:
        return message
    if provider_reference is not None:
        sent = message.sent(provider_reference, work.now)
        told = MessageSent(sent.id, sent.customer_id, sent.template, sent.channel, sent.occasion)
        work.put(sent, told)
        return sent
    concluded = message.failed(failure) if failure is not None else message.put_off()
    work.put(concluded)
    return concluded
