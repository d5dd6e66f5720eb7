"""What stands on a document in German, Dutch and English."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from umlauf.billing.documents import DocumentKind
from umlauf.customers.model import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """One language. `{…}` is filled in where the text is used."""

    titles: Mapping[DocumentKind, str]
    corrects: str
    corrects_several: str
    corrected: str
    reason: str
    page: str
    date: str
    due: str
    collected: str
    customer: str
    contract: str
    service_days: str
    reference: str
    buyer_vat_id: str
    item: str
    quantity: str
    unit_price: str
    rate: str
    rate_heading: str
    amount_net: str
    amount_gross: str
    carried: str
    net: str
    tax: str
    gross: str
    gross_with_tax: str
    credited: str
    prepaid: str
    payable: str
    of_which: str
    tax_heading: str
    base: str
    transfer: str
    transfer_terms: str
    recipient: str
    amount: str
    purpose: str
    debit: str
    card: str
    no_action: str
    account: str
    card_used: str
    mandate: str
    creditor: str
    credited_later: str
    paid_from_credit: str
    nothing_due: str
    due_until: str
    scan: str
    unprintable: str
    register: str
    directors: str
    seller_vat_id: str


_GERMAN: Final = Texts(
    titles=MappingProxyType(
        {
            DocumentKind.INVOICE: "Rechnung",
            DocumentKind.CREDIT_NOTE: "Rechnungskorrektur",
            DocumentKind.CANCELLATION: "Stornorechnung",
            DocumentKind.DEPOSIT_REQUEST: "Anforderung einer Kaution",
        }
    ),
    corrects="zu Rechnung {corrected}",
    corrects_several="zu den Rechnungen {corrected}",
    corrected="{number} vom {day}",
    reason="Grund: {reason}",
    page="Seite {page} von {pages}",
    date="Datum",
    due="Fällig am",
    collected="Einzug am",
    customer="Kundennummer",
    contract="Vertrag",
    service_days="Leistungszeitraum",
    reference="Ihre Referenz",
    buyer_vat_id="Ihre USt-IdNr.",
    item="Leistung",
    quantity="Menge",
    unit_price="Einzelpreis",
    rate="USt",
    rate_heading="Steuersatz",
    amount_net="Netto in {currency}",
    amount_gross="Betrag in {currency}",
    carried="Übertrag",
    net="Summe netto",
    tax="Umsatzsteuer {rate}",
    gross="Gesamtbetrag",
    gross_with_tax="Gesamtbetrag inkl. USt",
    credited="Gutschriftsbetrag",
    prepaid="Aus Ihrem Guthaben bezahlt",
    payable="Zu zahlen",
    of_which="darin Umsatzsteuer {rate}",
    tax_heading="Umsatzsteuer",
    base="Netto",
    transfer="Bitte überweisen Sie bis zum {due}",
    transfer_terms="Zahlbar ohne Abzug bis zum {due} per Überweisung.",
    recipient="Empfänger",
    amount="Betrag",
    purpose="Verwendungszweck",
    debit="Wir ziehen {amount} am {day} oder kurz danach per SEPA-Lastschrift ein",
    card="Wir buchen {amount} am {day} von Ihrer Karte ab",
    no_action="Sie brauchen nichts weiter zu tun.",
    account="Konto",
    card_used="Karte",
    mandate="Mandatsreferenz",
    creditor="Gläubiger-ID",
    credited_later=(
        "Wir verrechnen {amount} mit offenen Rechnungen; was übrig bleibt, bleibt Ihr Guthaben."
    ),
    paid_from_credit="Der Betrag ist aus Ihrem Guthaben bezahlt; es ist nichts weiter zu tun.",
    nothing_due="Es ist nichts zu zahlen.",
    due_until="Zahlbar bis zum {due}",
    scan="Mit der Banking-App scannen",
    unprintable=(
        "Zeichen, die unsere Schrift nicht kennt, stehen hier als {mark}; in der eingebetteten "
        "Rechnung (XML) stehen sie vollständig."
    ),
    register="Register",
    directors="Geschäftsführung",
    seller_vat_id="USt-IdNr.",
)

_DUTCH: Final = Texts(
    titles=MappingProxyType(
        {
            DocumentKind.INVOICE: "Factuur",
            DocumentKind.CREDIT_NOTE: "Creditnota",
            DocumentKind.CANCELLATION: "Annuleringsfactuur",
            DocumentKind.DEPOSIT_REQUEST: "Verzoek om borg",
        }
    ),
    corrects="bij factuur {corrected}",
    corrects_several="bij de facturen {corrected}",
    corrected="{number} van {day}",
    reason="Reden: {reason}",
    page="Pagina {page} van {pages}",
    date="Datum",
    due="Vervaldatum",
    collected="Incasso op",
    customer="Klantnummer",
    contract="Contract",
    service_days="Periode",
    reference="Uw referentie",
    buyer_vat_id="Uw btw-nummer",
    item="Omschrijving",
    quantity="Aantal",
    unit_price="Prijs",
    rate="Btw",
    rate_heading="Tarief",
    amount_net="Netto in {currency}",
    amount_gross="Bedrag in {currency}",
    carried="Transport",
    net="Totaal exclusief btw",
    tax="Btw {rate}",
    gross="Totaal",
    gross_with_tax="Totaal inclusief btw",
    credited="Te crediteren",
    prepaid="Betaald uit uw tegoed",
    payable="Te betalen",
    of_which="waarvan btw {rate}",
    tax_heading="Btw",
    base="Netto",
    transfer="Maak het bedrag uiterlijk {due} over",
    transfer_terms="Te betalen uiterlijk {due} per overboeking.",
    recipient="Begunstigde",
    amount="Bedrag",
    purpose="Betalingskenmerk",
    debit="Wij incasseren {amount} op {day} of kort daarna per SEPA-incasso",
    card="Wij schrijven {amount} op {day} af van uw kaart",
    no_action="U hoeft verder niets te doen.",
    account="Rekening",
    card_used="Kaart",
    mandate="Machtigingskenmerk",
    creditor="Incassant-ID",
    credited_later=(
        "Wij verrekenen {amount} met openstaande facturen; wat overblijft, blijft uw tegoed."
    ),
    paid_from_credit="Het bedrag is betaald uit uw tegoed; u hoeft niets te doen.",
    nothing_due="Er hoeft niets te worden betaald.",
    due_until="Te betalen uiterlijk {due}",
    scan="Scan met uw bank-app",
    unprintable=(
        "Tekens die ons lettertype niet kent, staan hier als {mark}; in de ingesloten factuur "
        "(XML) staan ze volledig."
    ),
    register="Register",
    directors="Directie",
    seller_vat_id="Btw-nummer",
)

_ENGLISH: Final = Texts(
    titles=MappingProxyType(
        {
            DocumentKind.INVOICE: "Invoice",
            DocumentKind.CREDIT_NOTE: "Credit note",
            DocumentKind.CANCELLATION: "Cancellation invoice",
            DocumentKind.DEPOSIT_REQUEST: "Deposit request",
        }
    ),
    corrects="for invoice {corrected}",
    corrects_several="for the invoices {corrected}",
    corrected="{number} of {day}",
    reason="Reason: {reason}",
    page="Page {page} of {pages}",
    date="Date",
    due="Due on",
    collected="Collected on",
    customer="Customer no.",
    contract="Contract",
    service_days="Service period",
    reference="Your reference",
    buyer_vat_id="Your VAT ID",
    item="Description",
    quantity="Quantity",
    unit_price="Unit price",
    rate="VAT",
    rate_heading="VAT rate",
    amount_net="Net in {currency}",
    amount_gross="Amount in {currency}",
    carried="Carried forward",
    net="Total excluding VAT",
    tax="VAT {rate}",
    gross="Total",
    gross_with_tax="Total including VAT",
    credited="Amount credited",
    prepaid="Paid from your credit",
    payable="Amount due",
    of_which="of which VAT {rate}",
    tax_heading="VAT",
    base="Net",
    transfer="Please transfer the amount by {due}",
    transfer_terms="Payable in full by {due} by bank transfer.",
    recipient="Payee",
    amount="Amount",
    purpose="Payment reference",
    debit="We will collect {amount} on or shortly after {day} by SEPA direct debit",
    card="We charge {amount} to your card on {day}",
    no_action="There is nothing else you need to do.",
    account="Account",
    card_used="Card",
    mandate="Mandate reference",
    creditor="Creditor ID",
    credited_later=(
        "We will set {amount} off against open invoices; whatever is left stays your credit."
    ),
    paid_from_credit="The amount was paid from your credit; there is nothing you need to do.",
    nothing_due="There is nothing to pay.",
    due_until="Payable by {due}",
    scan="Scan with your banking app",
    unprintable=(
        "Characters that our typeface lacks are shown as {mark}; the embedded invoice (XML) has "
        "all of them."
    ),
    register="Register",
    directors="Managing directors",
    seller_vat_id="VAT ID",
)

TEXTS: Final[Mapping[Language, Texts]] = MappingProxyType(
    {Language.GERMAN: _GERMAN, Language.DUTCH: _DUTCH, Language.ENGLISH: _ENGLISH}
)
