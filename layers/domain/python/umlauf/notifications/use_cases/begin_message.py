"""Put on record that a message is about to be sent, so that nobody else sends it meanwhile."""

from umlauf.kernel.work import Claim, Work
from umlauf.notifications.model import Facts, Message, MessageState, Wish
from umlauf.notifications.ports import Messages


def begin_message(wish: Wish, facts: Facts, *, work: Work, messages: Messages) -> Message:
    """The message, to be sent now if it is SENDING; SENT or FAILED, it is done with.

    Raises BeingSent while another sender may be at it.
    """
    known = messages.get(wish.message_id)
    if known is None:
        message = Message(
            id=wish.message_id,
            customer_id=wish.customer_id,
            template=wish.template,
            channel=wish.channel,
            occasion=wish.occasion,
            facts=facts,
            begun_at=work.now,
        )
        work.claim(Claim(f"MESSAGE#{wish.template}#{wish.occasion}"))
        work.put(message)
        return message
    if known.state is not MessageState.SENDING:
        return known
    again = known.try_again(facts, work.now)
    work.put(again)
    return again
