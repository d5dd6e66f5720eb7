"""Text and figures to a mail."""

from umlauf.customers.model import Customer
from umlauf.notifications.formatting import format_date, format_money
from umlauf.notifications.model import Channel, Mail, Message
from umlauf.notifications.templates import TEXTS


def render(message: Message, customer: Customer) -> Mail:
    """The mail in the customer's language."""
    text = TEXTS[customer.language][message.template]
    facts = message.facts
    placeholders = {
        "name": customer.name,
        "amount": format_money(facts.amount, customer.language) if facts.amount else "",
        "number": facts.number,
        "due_on": format_date(facts.due_on, customer.language) if facts.due_on else "",
        "starts_on": format_date(facts.starts_on, customer.language) if facts.starts_on else "",
        "fee": format_money(facts.fee, customer.language) if facts.fee else "",
    }
    fee_note = text.fee_note.format_map(placeholders) if facts.fee else ""
    return Mail(
        message_id=message.id,
        customer_id=message.customer_id,
        template=message.template,
        channel=message.channel,
        subject=text.subject.format_map(placeholders),
        text=text.body.format_map({**placeholders, "fee_note": fee_note}),
        to=customer.email if message.channel is Channel.EMAIL else None,
    )
