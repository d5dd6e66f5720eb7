"""English texts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from umlauf.notifications.model import PaymentCase, Template
from umlauf.notifications.templates.text import PaymentNote, Text

_PAYMENT: Final = PaymentNote(
    cases=MappingProxyType(
        {
            PaymentCase.DEBIT: """\
We collect {to_pay} on or shortly after {collected_on} by SEPA direct debit
from the account on file. All you need to do is to have enough in
it.{mandate_note}""",
            PaymentCase.CARD: """\
We charge {to_pay} to the card on file on {collected_on}. There is nothing
you need to do.""",
            PaymentCase.TRANSFER: """\
Please transfer {to_pay} by {due_on}, or pay in the app.

Account: {iban}
Reference: {number}""",
            PaymentCase.CREDIT: """\
The amount was paid from your credit. There is nothing you need to do.""",
            PaymentCase.NOTHING: "There is nothing to pay.",
        }
    ),
    mandate_note="\n\nMandate reference: {mandate}\nCreditor ID: {creditor}",
    credit_note="{from_credit} was paid from your credit.\n",
)

ENGLISH: Final[Mapping[Template, Text]] = MappingProxyType(
    {
        Template.WELCOME: Text(
            "Welcome to Umlauf",
            """Hello {name},

Welcome! Your account is ready. Choose a plan and add a payment method in the
app, and your product can be handed over.

Your Umlauf team
""",
        ),
        Template.SUBSCRIPTION_STARTED: Text(
            "Your subscription has started",
            """Hello {name},

Your subscription started on {starts_on}. In the app you find its terms, your
invoices and how to cancel.

Your Umlauf team
""",
        ),
        Template.INVOICE_ISSUED: Text(
            "Your invoice {number}",
            """Hello {name},

Your invoice {number} for {amount} is here; you find it in the app.
{payment_note}

Your Umlauf team
""",
            payment=_PAYMENT,
        ),
        Template.DEPOSIT_REQUESTED: Text(
            "Your deposit: {number}",
            """Hello {name},

For your contract we ask for a deposit of {amount} ({number}).
You get it back after the return. You find the request in the app.
{payment_note}

Your Umlauf team
""",
            payment=_PAYMENT,
        ),
        Template.CREDIT_NOTE_ISSUED: Text(
            "Your credit note {number}",
            """Hello {name},

We are giving you back {amount}; your credit note {number} is here. It lowers
what is still open, and what is left over is your credit. You find the note
and your credit in the app. There is nothing you need to do.

Your Umlauf team
""",
        ),
        Template.INVOICE_CANCELLED: Text(
            "Your cancellation invoice {number}",
            """Hello {name},

We have cancelled an invoice for {amount}; the cancellation invoice {number}
is here. You no longer owe this amount, and what you have paid of it is your
credit. You find the document and your credit in the app.

Your Umlauf team
""",
        ),
        Template.PAYMENT_RECEIVED: Text(
            "Your payment for invoice {number} has arrived",
            """Hello {name},

Your payment of {amount} for invoice {number} has arrived. Thank you!

Your Umlauf team
""",
        ),
        Template.PAYMENT_FAILED: Text(
            "Your payment for invoice {number} did not go through",
            """Hello {name},

The payment of {amount} for invoice {number} was declined. Please check your
payment method or add another one, and pay in the app.

Your Umlauf team
""",
        ),
        Template.PAYMENT_RETURNED: Text(
            "Your direct debit for invoice {number} was returned",
            """Hello {name},

Your bank returned the direct debit of {amount} for invoice {number}. The
amount is open again. Please pay it in the app, or tell us if something is
wrong.

Your Umlauf team
""",
        ),
        Template.REMINDER: Text(
            "Reminder: invoice {number}",
            """Hello {name},

You have probably just missed it: {amount} of your invoice {number}, due on
{due_on}, is still open. Please pay in the app. This reminder costs you
nothing. If you think the invoice is wrong, reply to us and we will check it
first.

Your Umlauf team
""",
        ),
        Template.LETTER: Text(
            "Notice of default: invoice {number}",
            """Hello {name},

In spite of our reminder, {amount} of your invoice {number}, due on
{due_on}, is still open. Please pay within seven days.{fee_note} If you do
not, you cannot begin new prepaid rides for now; the product you rent stays
usable. If you cannot pay, or dispute the claim, please talk to us.

Your Umlauf team
""",
            fee_note=" For this letter we charge its actual cost of {fee}.",
        ),
        Template.CASE_CLOSED: Text(
            "Thank you: invoice {number} is paid",
            """Hello {name},

Nothing is open on invoice {number} any more. Everything is settled and any
restriction is lifted.

Your Umlauf team
""",
        ),
        Template.TOPPED_UP: Text(
            "Your balance was topped up",
            """Hello {name},

{amount} has arrived in your prepaid account. Have a good ride!

Your Umlauf team
""",
        ),
        Template.TOP_UP_FAILED: Text(
            "Your top-up did not go through",
            """Hello {name},

The payment of {amount} for your prepaid account was declined. Nothing was
taken. Please try another payment method.

Your Umlauf team
""",
        ),
    }
)
