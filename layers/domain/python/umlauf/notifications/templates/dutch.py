"""Dutch texts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from umlauf.notifications.model import PaymentCase, Template
from umlauf.notifications.templates.text import PaymentNote, Text

_PAYMENT: Final = PaymentNote(
    cases=MappingProxyType(
        {
            PaymentCase.DEBIT: """\
We incasseren {to_pay} op {collected_on} of kort daarna per SEPA-incasso
van je opgeslagen rekening. Je hoeft alleen te zorgen dat er genoeg op
staat.{mandate_note}""",
            PaymentCase.CARD: """\
We schrijven {to_pay} op {collected_on} af van je opgeslagen kaart. Je hoeft
niets te doen.""",
            PaymentCase.TRANSFER: """\
Maak {to_pay} uiterlijk {due_on} over, of betaal in de app.

Rekening: {iban}
Betalingskenmerk: {number}""",
            PaymentCase.CREDIT: """\
Het bedrag is betaald uit je tegoed. Je hoeft niets te doen.""",
            PaymentCase.NOTHING: "Er hoeft niets te worden betaald.",
        }
    ),
    mandate_note="\n\nMachtigingskenmerk: {mandate}\nIncassant-ID: {creditor}",
    credit_note="{from_credit} is betaald uit je tegoed.\n",
)

DUTCH: Final[Mapping[Template, Text]] = MappingProxyType(
    {
        Template.WELCOME: Text(
            "Welkom bij Umlauf",
            """Hallo {name},

Welkom! Je account is klaar. Kies een abonnement en voeg een betaalmiddel toe
in de app; daarna kun je het product ophalen.

Het Umlauf-team
""",
        ),
        Template.SUBSCRIPTION_STARTED: Text(
            "Je abonnement is begonnen",
            """Hallo {name},

Je abonnement loopt sinds {starts_on}. In de app vind je de voorwaarden, je
facturen en hoe je opzegt.

Het Umlauf-team
""",
        ),
        Template.INVOICE_ISSUED: Text(
            "Je factuur {number}",
            """Hallo {name},

Je factuur {number} van {amount} staat klaar; je vindt hem in de app.
{payment_note}

Het Umlauf-team
""",
            payment=_PAYMENT,
        ),
        Template.DEPOSIT_REQUESTED: Text(
            "Je borg: {number}",
            """Hallo {name},

Voor je contract vragen we een borg van {amount} ({number}).
Je krijgt die na de teruggave terug. Je vindt het verzoek in de app.
{payment_note}

Het Umlauf-team
""",
            payment=_PAYMENT,
        ),
        Template.CREDIT_NOTE_ISSUED: Text(
            "Je creditnota {number}",
            """Hallo {name},

We geven je {amount} terug; je creditnota {number} staat klaar. Wat nog open
staat, wordt met dit bedrag verlaagd. Wat overblijft, is je tegoed. Je vindt
de creditnota en je tegoed in de app; je hoeft niets te doen.

Het Umlauf-team
""",
        ),
        Template.INVOICE_CANCELLED: Text(
            "Je annuleringsfactuur {number}",
            """Hallo {name},

We hebben een factuur van {amount} geannuleerd; de annuleringsfactuur
{number} staat klaar. Je bent dit bedrag niet meer verschuldigd. Wat je al
hebt betaald, is je tegoed. Je vindt de factuur en je tegoed in de app.

Het Umlauf-team
""",
        ),
        Template.PAYMENT_RECEIVED: Text(
            "Je betaling van factuur {number} is binnen",
            """Hallo {name},

Je betaling van {amount} voor factuur {number} is binnen. Bedankt!

Het Umlauf-team
""",
        ),
        Template.PAYMENT_FAILED: Text(
            "Je betaling van factuur {number} is niet gelukt",
            """Hallo {name},

De betaling van {amount} voor factuur {number} is geweigerd. Controleer je
betaalmiddel of voeg een ander toe en betaal in de app.

Het Umlauf-team
""",
        ),
        Template.PAYMENT_RETURNED: Text(
            "Je incasso van factuur {number} is teruggeboekt",
            """Hallo {name},

Je bank heeft de incasso van {amount} voor factuur {number} teruggeboekt.
Het bedrag staat weer open. Betaal het in de app, of laat het ons weten als
er iets niet klopt.

Het Umlauf-team
""",
        ),
        Template.REMINDER: Text(
            "Herinnering: factuur {number}",
            """Hallo {name},

Waarschijnlijk is het je ontgaan: van je factuur {number}, vervallen op
{due_on}, staat nog {amount} open. Betaal in de app. Deze herinnering kost
je niets. Klopt de factuur niet volgens jou? Antwoord ons, dan zoeken we dat
eerst uit.

Het Umlauf-team
""",
        ),
        Template.LETTER: Text(
            "Aanmaning: factuur {number}",
            """Hallo {name},

Ondanks onze herinnering staat van je factuur {number}, vervallen op
{due_on}, nog {amount} open. Je hebt veertien dagen, gerekend vanaf de dag
nadat je deze brief ontvangt, om zonder extra kosten te betalen.{fee_note}
Betaal je niet, dan kun je voorlopig geen nieuwe prepaid ritten beginnen;
het gehuurde product blijft bruikbaar. Kun je niet betalen of ben je het
niet eens met de vordering? Neem dan contact met ons op.

Het Umlauf-team
""",
            fee_note=" Voor deze brief rekenen we de werkelijke kosten van {fee}.",
        ),
        Template.CASE_CLOSED: Text(
            "Bedankt: factuur {number} is betaald",
            """Hallo {name},

Op factuur {number} staat niets meer open. Alles is afgehandeld en
eventuele beperkingen zijn opgeheven.

Het Umlauf-team
""",
        ),
        Template.TOPPED_UP: Text(
            "Je tegoed is opgewaardeerd",
            """Hallo {name},

{amount} staat op je prepaidtegoed. Goede rit!

Het Umlauf-team
""",
        ),
        Template.TOP_UP_FAILED: Text(
            "Je tegoed kon niet worden opgewaardeerd",
            """Hallo {name},

De betaling van {amount} voor je tegoed is geweigerd. Er is niets
afgeschreven. Probeer een ander betaalmiddel.

Het Umlauf-team
""",
        ),
    }
)
