"""The form of a text."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from umlauf.notifications.model import PaymentCase


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNote:
    """How an invoice is paid, case by case.

    Placeholders are {to_pay} {from_credit} {collected_on} {mandate} {creditor} {iban}, beside those
    of a text. `mandate_note` is put where a case says {mandate_note}, and only if one is known;
    `credit_note` comes first, and only if credit paid a part.
    """

    cases: Mapping[PaymentCase, str]
    mandate_note: str
    credit_note: str


@dataclass(frozen=True, slots=True)
class Text:
    """Subject and body with the placeholders {name} {amount} {number} {due_on} {starts_on} {fee}.

    `fee_note` is put where the body says {fee_note}, and only if there is a fee; `payment` where it
    says {payment_note}.
    """

    subject: str
    body: str
    fee_note: str = ""
    payment: PaymentNote | None = field(default=None, kw_only=True)
