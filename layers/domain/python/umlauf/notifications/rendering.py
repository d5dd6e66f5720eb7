"""Text and figures to a mail."""

from collections.abc import Mapping

from umlauf.customers.model import Customer, Language
from umlauf.notifications.formatting import format_date, format_money
from umlauf.notifications.model import AskedPayment, Channel, Mail, Message
from umlauf.notifications.templates import TEXTS
from umlauf.notifications.templates.text import PaymentNote


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
    payment_note = ""
    if text.payment and facts.payment:
        payment_note = _payment_note(text.payment, facts.payment, placeholders, customer.language)
    return Mail(
        message_id=message.id,
        customer_id=message.customer_id,
        template=message.template,
        channel=message.channel,
        subject=text.subject.format_map(placeholders),
        text=text.body.format_map(
            {**placeholders, "fee_note": fee_note, "payment_note": payment_note}
        ),
        to=customer.email if message.channel is Channel.EMAIL else None,
    )


def _payment_note(
    note: PaymentNote, asked: AskedPayment, placeholders: Mapping[str, str], language: Language
) -> str:
    filled = {
        **placeholders,
        "to_pay": format_money(asked.amount, language),
        "from_credit": format_money(asked.from_credit, language),
        "collected_on": format_date(asked.collected_on, language) if asked.collected_on else "",
        "mandate": asked.mandate_id,
        "creditor": asked.creditor_id,
        "iban": asked.iban,
    }
    filled["mandate_note"] = note.mandate_note.format_map(filled) if asked.mandate_id else ""
    is_part = asked.from_credit.amount_minor > 0 and asked.amount.amount_minor > 0
    before = note.credit_note.format_map(filled) if is_part else ""
    return before + note.cases[asked.case].format_map(filled)
