"""Telling a customer something: look, commit the intent, send, commit the result.

Not a use case, for it takes more than one commit. A crash after the mail service took the mail and
before we wrote that down is the one moment in which a message may go out twice; both carry the same
message id.
"""

from datetime import datetime
from enum import StrEnum

from umlauf.customers.model import CustomerStatus
from umlauf.kernel.work import AlreadyClaimed, carry_out
from umlauf.notifications.errors import BeingSent, PostRefused, PostUnavailable
from umlauf.notifications.model import MessageState, Wish
from umlauf.notifications.ports import MessageDesk
from umlauf.notifications.rendering import render
from umlauf.notifications.settled_state import facts_for
from umlauf.notifications.use_cases.begin_message import begin_message
from umlauf.notifications.use_cases.conclude_message import conclude_message


class Told(StrEnum):
    SENT = "sent"
    BEFORE = "before"
    """Sent, or given up, by an earlier delivery of the same news."""
    OVERTAKEN = "overtaken"
    """No longer true, so nothing was said."""
    REFUSED = "refused"


def tell(wish: Wish, *, desk: MessageDesk, now: datetime) -> Told:
    """Send the message of this occasion, once. Raises BeingSent, PostUnavailable."""
    customer = desk.customers.find(wish.customer_id)
    facts = facts_for(wish, desk)
    if customer is None or customer.status is CustomerStatus.ERASED or facts is None:
        return Told.OVERTAKEN
    try:
        message = carry_out(
            lambda work: begin_message(wish, facts, work=work, messages=desk.messages),
            works=desk.works,
            now=now,
        )
    except AlreadyClaimed:
        raise BeingSent(f"{wish.message_id} is being sent; look again in a moment") from None
    if message.state is not MessageState.SENDING:
        return Told.BEFORE
    try:
        reference = desk.post.send(render(message, customer))
    except PostRefused as refusal:
        _conclude(message.id, desk, now, failure=refusal.code)
        return Told.REFUSED
    except PostUnavailable:
        _conclude(message.id, desk, now)
        raise
    _conclude(message.id, desk, now, provider_reference=reference)
    return Told.SENT


def _conclude(
    message_id: str,
    desk: MessageDesk,
    now: datetime,
    *,
    provider_reference: str | None = None,
    failure: str | None = None,
) -> None:
    carry_out(
        lambda work: conclude_message(
            message_id,
            work=work,
            messages=desk.messages,
            provider_reference=provider_reference,
            failure=failure,
        ),
        works=desk.works,
        now=now,
    )
