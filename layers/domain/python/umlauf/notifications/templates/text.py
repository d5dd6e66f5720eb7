"""The form of a text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Subject and body with the placeholders {name} {amount} {number} {due_on} {starts_on} {fee}.

    `fee_note` is put where the body says {fee_note}, and only if there is a fee.
    """

    subject: str
    body: str
    fee_note: str = ""
