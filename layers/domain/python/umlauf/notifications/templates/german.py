"""German texts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from umlauf.notifications.model import PaymentCase, Template
from umlauf.notifications.templates.text import PaymentNote, Text

_PAYMENT: Final = PaymentNote(
    cases=MappingProxyType(
        {
            PaymentCase.DEBIT: """\
Wir ziehen {to_pay} am {collected_on} oder kurz danach per SEPA-Lastschrift
von Ihrem hinterlegten Konto ein. Sie brauchen nichts zu tun, als für Deckung
zu sorgen.{mandate_note}""",
            PaymentCase.CARD: """\
Wir buchen {to_pay} am {collected_on} von Ihrer hinterlegten Karte ab. Sie
brauchen nichts zu tun.""",
            PaymentCase.TRANSFER: """\
Bitte überweisen Sie {to_pay} bis zum {due_on}, oder zahlen Sie in der App.

Konto: {iban}
Verwendungszweck: {number}""",
            PaymentCase.CREDIT: """\
Der Betrag ist aus Ihrem Guthaben bezahlt. Sie brauchen nichts zu tun.""",
            PaymentCase.NOTHING: "Es ist nichts zu zahlen.",
        }
    ),
    mandate_note="\n\nMandatsreferenz: {mandate}\nGläubiger-ID: {creditor}",
    credit_note="{from_credit} haben wir aus Ihrem Guthaben bezahlt.\n",
)

GERMAN: Final[Mapping[Template, Text]] = MappingProxyType(
    {
        Template.WELCOME: Text(
            "Willkommen bei Umlauf",
            """Guten Tag {name},

herzlich willkommen! Ihr Konto ist eingerichtet. Wählen Sie in der App einen
Tarif und hinterlegen Sie ein Zahlungsmittel; dann kann die Übergabe beginnen.

Ihr Umlauf-Team
""",
        ),
        Template.SUBSCRIPTION_STARTED: Text(
            "Ihr Vertrag hat begonnen",
            """Guten Tag {name},

Ihr Vertrag läuft seit dem {starts_on}. In der App finden Sie die Bedingungen,
Ihre Rechnungen und den Weg zur Kündigung.

Ihr Umlauf-Team
""",
        ),
        Template.INVOICE_ISSUED: Text(
            "Ihre Rechnung {number}",
            """Guten Tag {name},

Ihre Rechnung {number} über {amount} ist da; Sie finden sie in der App.
{payment_note}

Ihr Umlauf-Team
""",
            payment=_PAYMENT,
        ),
        Template.DEPOSIT_REQUESTED: Text(
            "Ihre Kaution: {number}",
            """Guten Tag {name},

für Ihren Vertrag bitten wir um eine Kaution von {amount} ({number}).
Sie bekommen sie nach der Rückgabe zurück. Die Anforderung finden Sie in der
App.
{payment_note}

Ihr Umlauf-Team
""",
            payment=_PAYMENT,
        ),
        Template.CREDIT_NOTE_ISSUED: Text(
            "Ihre Rechnungskorrektur {number}",
            """Guten Tag {name},

wir schreiben Ihnen {amount} gut; die Rechnungskorrektur {number} ist da. Was
noch offen ist, mindert sich darum. Was übrig bleibt, ist Ihr Guthaben. Beleg
und Guthaben finden Sie in der App; Sie brauchen nichts zu tun.

Ihr Umlauf-Team
""",
        ),
        Template.INVOICE_CANCELLED: Text(
            "Ihre Stornorechnung {number}",
            """Guten Tag {name},

wir haben eine Rechnung über {amount} storniert; die Stornorechnung {number}
ist da. Sie schulden den Betrag nicht mehr. Was Sie schon bezahlt haben, ist
Ihr Guthaben. Beleg und Guthaben finden Sie in der App.

Ihr Umlauf-Team
""",
        ),
        Template.PAYMENT_RECEIVED: Text(
            "Ihre Zahlung zur Rechnung {number} ist angekommen",
            """Guten Tag {name},

Ihre Zahlung von {amount} zur Rechnung {number} ist angekommen. Vielen Dank!

Ihr Umlauf-Team
""",
        ),
        Template.PAYMENT_FAILED: Text(
            "Ihre Zahlung zur Rechnung {number} hat nicht geklappt",
            """Guten Tag {name},

die Zahlung von {amount} zur Rechnung {number} wurde abgelehnt. Bitte prüfen
Sie Ihr Zahlungsmittel oder hinterlegen Sie ein anderes und zahlen Sie in
der App.

Ihr Umlauf-Team
""",
        ),
        Template.PAYMENT_RETURNED: Text(
            "Ihre Lastschrift zur Rechnung {number} kam zurück",
            """Guten Tag {name},

Ihre Bank hat die Lastschrift über {amount} zur Rechnung {number}
zurückgegeben. Der Betrag ist wieder offen. Bitte zahlen Sie ihn in der App,
oder sagen Sie uns, wenn etwas nicht stimmt.

Ihr Umlauf-Team
""",
        ),
        Template.REMINDER: Text(
            "Erinnerung: Rechnung {number}",
            """Guten Tag {name},

sicher haben Sie es nur übersehen: Von Ihrer Rechnung {number}, fällig am
{due_on}, sind noch {amount} offen. Bitte zahlen Sie in der App. Diese
Erinnerung kostet Sie nichts. Falls Sie die Rechnung für falsch halten,
antworten Sie uns; dann prüfen wir sie zuerst.

Ihr Umlauf-Team
""",
        ),
        Template.LETTER: Text(
            "Mahnung: Rechnung {number}",
            """Guten Tag {name},

trotz Erinnerung sind von Ihrer Rechnung {number}, fällig am {due_on}, noch
{amount} offen. Bitte zahlen Sie innerhalb von sieben Tagen.{fee_note}
Zahlen Sie nicht, können Sie vorerst keine neuen Guthabenfahrten beginnen;
Ihr gemietetes Gerät bleibt nutzbar. Wenn Sie nicht zahlen können oder die
Forderung bestreiten, sprechen Sie mit uns.

Ihr Umlauf-Team
""",
            fee_note=" Für dieses Schreiben berechnen wir die tatsächlichen Kosten von {fee}.",
        ),
        Template.CASE_CLOSED: Text(
            "Danke: Rechnung {number} ist bezahlt",
            """Guten Tag {name},

zur Rechnung {number} ist nichts mehr offen. Alles ist erledigt, etwaige
Einschränkungen sind aufgehoben.

Ihr Umlauf-Team
""",
        ),
        Template.TOPPED_UP: Text(
            "Ihr Guthaben wurde aufgeladen",
            """Guten Tag {name},

{amount} sind auf Ihrem Guthabenkonto angekommen. Gute Fahrt!

Ihr Umlauf-Team
""",
        ),
        Template.TOP_UP_FAILED: Text(
            "Ihr Guthaben konnte nicht aufgeladen werden",
            """Guten Tag {name},

die Zahlung von {amount} für Ihr Guthaben wurde abgelehnt. Es wurde nichts
abgebucht. Bitte versuchen Sie es mit einem anderen Zahlungsmittel.

Ihr Umlauf-Team
""",
        ),
    }
)
