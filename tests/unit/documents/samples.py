"""Billing documents of every kind, as a table: what tests validate and people look at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from umlauf.billing.documenting import tax_lines, taxation_of
from umlauf.billing.documents import (
    Address,
    Buyer,
    Discount,
    DocumentKind,
    DocumentLine,
    DocumentView,
    Payment,
    PaymentMeans,
    PrecedingDocument,
    Seller,
    ServiceDays,
)
from umlauf.billing.model import PriceBasis, TaxTreatment
from umlauf.billing.tax import TaxableAmount, split_taxes
from umlauf.customers.model import Language
from umlauf.kernel.money import Money

SELLER: Final = Seller(
    name="Umlauf Mobilität GmbH",
    address=Address("DE", "Oranienstraße 24", "Aufgang B", "10999", "Berlin"),
    register_entry="Amtsgericht Charlottenburg, HRB 214365 B",
    register_number="HRB 214365 B",
    email="rechnung@umlauf.example",
    vat_id="DE136695976",
    phone="+49 30 901820-0",
    website="umlauf.example",
    contact="Kundendienst",
    directors=("Dr. Jörg Weiß", "Åsa Lindqvist"),
    bank="Berliner Sparkasse",
    iban="DE89370400440532013000",
    bic="COBADEFFXXX",
)
CONSUMER: Final = Buyer(
    id="cus_7Q2M9X",
    name="Änne Müller-Lüdenscheidt",
    address=Address("DE", "Große Bleichen 1", "", "20354", "Hamburg"),
)
BUSINESS: Final = Buyer(
    id="cus_4T8K1B",
    name="Sanne de Vries",
    company="Fietskoerier Utrecht B.V.",
    address=Address("NL", "Oudegracht 112", "", "3511 AW", "Utrecht"),
    vat_id="NL123456782B90",
    reference="PO-2026-0815",
)
STANDARD: Final = TaxTreatment("DE", "standard", Decimal(19))
REDUCED: Final = TaxTreatment("DE", "reduced", Decimal(7))
DUTCH: Final = TaxTreatment("NL", "standard", Decimal(21))
REVERSED: Final = TaxTreatment("NL", "reverse_charge", Decimal(0))
UNTAXED: Final = TaxTreatment("DE", "not_subject", Decimal(0))
OCTOBER: Final = ServiceDays(date(2026, 10, 1), date(2026, 10, 31))
NOVEMBER: Final = ServiceDays(date(2026, 11, 1), date(2026, 11, 30))
TRANSFER: Final = Payment(means=PaymentMeans.TRANSFER, reference="RE-2026-000123")
DEBIT: Final = Payment(
    means=PaymentMeans.DIRECT_DEBIT,
    reference="RE-2026-000123",
    mandate_id="UML-7Q2M9X-01",
    creditor_id="DE98ZZZ09999999999",
    digits="3000",
    collected_on=date(2026, 11, 3),
)

CARD: Final = Payment(
    means=PaymentMeans.CARD,
    reference="RE-2026-000123",
    brand="visa",
    digits="4242",
    collected_on=date(2026, 11, 2),
)


def sold(
    name: str,
    amount_minor: int,
    treatment: TaxTreatment = STANDARD,
    *,
    currency: str = "EUR",
    count: str = "1 period",
    days: ServiceDays | None = OCTOBER,
    **more: object,
) -> tuple[DocumentLine, TaxTreatment]:
    """A line whose number and net are still to be set, and how it is taxed."""
    amount = Money(amount_minor, currency)
    quantity, unit = count.split()
    line = DocumentLine(
        number=1,
        item=name.lower().replace(" ", "-")[:20],
        name=name,
        quantity=Decimal(quantity),
        unit=unit,
        amount=amount,
        net=amount,
        taxation=taxation_of(treatment, Language.GERMAN),
        days=days,
    )
    return replace(line, **more), treatment  # type: ignore[arg-type]


def document(
    *lines: tuple[DocumentLine, TaxTreatment],
    basis: PriceBasis = PriceBasis.NET,
    **more: object,
) -> DocumentView:
    """A sound document of these lines: its taxes are split as billing splits them."""
    currency = lines[0][0].amount.currency
    split = split_taxes([TaxableAmount(line.amount, how) for line, how in lines], basis, currency)
    values: dict[str, Any] = {
        "kind": DocumentKind.INVOICE,
        "number": "RE-2026-000123",
        "issued_on": date(2026, 11, 2),
        "due_on": date(2026, 11, 16),
        "language": Language.GERMAN,
        "seller": SELLER,
        "buyer": CONSUMER,
        "payment": TRANSFER,
        "subscription_id": "sub_8F3K2P",
        **more,
    }
    language: Language = values["language"]
    return DocumentView(
        currency=currency,
        price_basis=basis,
        lines=tuple(
            replace(line, number=number, net=net, taxation=taxation_of(how, language))
            for number, ((line, how), net) in enumerate(zip(lines, split.nets, strict=True), 1)
        ),
        taxes=tax_lines(split.taxes, language),
        **values,
    )


def month_of_a_consumer() -> DocumentView:
    """What most invoices look like: prices as the customer was told them, two rates, a GiroCode."""
    return document(
        sold("E-Bike Flex", 5900, days=NOVEMBER),
        sold("Diebstahlschutz", 490, days=NOVEMBER),
        sold("Fahrradzeitschrift Speiche", 420, REDUCED, days=NOVEMBER),
        sold("Fahrzeit über Freiminuten", 2100, count="247 minute"),
        basis=PriceBasis.GROSS,
    )


def multi_rate() -> DocumentView:
    return document(
        sold("E-Bike Flex", 7990, days=NOVEMBER, description="Modell Kiezgleiter 3, Größe M"),
        sold("Versicherung Rundum", 590, days=NOVEMBER),
        sold("Fahrradzeitschrift Speiche", 420, REDUCED, days=NOVEMBER),
        sold("Fahrzeit über Freiminuten", 2964, count="247 minute"),
        payment=DEBIT,
        notes=("Vielen Dank, dass Sie mit uns fahren.",),
    )


def gross_prices() -> DocumentView:
    """Three times 39.99 and 0.07 contained tax: nets that must still add up."""
    return document(
        *(sold(f"Waschmaschine Monat {month}", 3999, days=NOVEMBER) for month in (1, 2, 3)),
        sold("Waschgänge", 1007, count="13 wash"),
        sold("Ratgeber", 500, REDUCED, count="1 piece", days=None),
        basis=PriceBasis.GROSS,
    )


def discounts() -> DocumentView:
    welcome = (
        Discount("Willkommen: 10 %", Money(799, "EUR")),
        Discount("Treue", Money(500, "EUR")),
    )
    free = (Discount("Erster Monat frei", Money(590, "EUR")),)
    return document(
        sold("E-Bike Flex", 7990 - 1299, discounts=welcome, days=NOVEMBER),
        sold("Versicherung Rundum", 0, discounts=free, days=NOVEMBER),
        sold("Fahrzeit", 1299, count="100 minute"),
        prepaid=Money(2500, "EUR"),
    )


def discounts_in_gross() -> DocumentView:
    welcome = (Discount("Willkommen: 10 %", Money(799, "EUR")),)
    free = (Discount("Erster Monat frei", Money(590, "EUR")),)
    return document(
        sold("E-Bike Flex", 7191, discounts=welcome, days=NOVEMBER),
        sold("Versicherung Rundum", 0, discounts=free, days=NOVEMBER),
        basis=PriceBasis.GROSS,
    )


def credits_inside() -> DocumentView:
    """A change of plan: what was paid and not used is taken off, more is charged."""
    rest = ServiceDays(date(2026, 11, 11), date(2026, 11, 30))
    return document(
        sold("E-Bike Flex: nicht genutzt", -5327, days=rest, description="aus RE-2026-000098"),
        sold("E-Bike Cargo", 9933, days=rest),
        sold("Kindersitz", 600, count="2 month", days=rest),
    )


def reverse_charge() -> DocumentView:
    return document(
        sold("Fleet plan 12 cargo bikes", 118800, REVERSED, count="12 piece"),
        sold("Battery swaps", 4350, REVERSED, count="29 piece"),
        buyer=BUSINESS,
        language=Language.ENGLISH,
    )


def credit_note() -> DocumentView:
    return document(
        sold("E-bike flex: terug te geven", 4000),
        sold("Verzekering", 295),
        kind=DocumentKind.CREDIT_NOTE,
        number="GS-2026-000007",
        language=Language.DUTCH,
        buyer=BUSINESS,
        payment=Payment(means=PaymentMeans.NONE),
        due_on=None,
        corrects=(
            PrecedingDocument("RE-2026-000098", date(2026, 10, 1)),
            PrecedingDocument("RE-2026-000099", date(2026, 10, 2)),
        ),
        reason="Fiets was twee weken stuk <&> niet te gebruiken",
    )


def credit_of_many_invoices() -> DocumentView:
    """A year is put right at once: each invoice is named, and the reason is a long one."""
    return document(
        *(sold(f"Tarif {month:02}/2026", 500, days=None) for month in range(1, 13)),
        kind=DocumentKind.CREDIT_NOTE,
        number="GS-2026-000010",
        payment=Payment(means=PaymentMeans.NONE),
        due_on=None,
        corrects=tuple(
            PrecedingDocument(f"RE-2026-{month:06}", date(2026, month, 1)) for month in range(1, 13)
        ),
        reason="Der Rabatt für Genossenschaften war vereinbart und wurde seit Januar nicht "
        "abgezogen; wir haben ihn für alle Monate nachgeholt und bitten um Entschuldigung.",
    )


def credit_by_one_stop_shop() -> DocumentView:
    """Dutch tax that a German seller charged a consumer, and gives back."""
    rest = ServiceDays(date(2026, 11, 11), date(2026, 11, 30))
    return document(
        sold("E-bike flex: niet gebruikt", 3933, DUTCH, days=rest),
        sold("Diefstaldekking: niet gebruikt", 327, DUTCH, days=rest),
        kind=DocumentKind.CREDIT_NOTE,
        number="GS-2026-000009",
        issued_on=date(2026, 11, 11),
        language=Language.DUTCH,
        basis=PriceBasis.GROSS,
        buyer=replace(BUSINESS, company="", vat_id="", reference=""),
        payment=Payment(means=PaymentMeans.NONE),
        due_on=None,
        corrects=(PrecedingDocument("RE-2026-000124", date(2026, 11, 1)),),
        reason="wijziging van het contract of de afrekening ervan",
    )


def credit_of_what_was_left_over() -> DocumentView:
    """The second of two halves: it takes in the half cent that the first one rounded away."""
    whole = document(
        sold("E-Bike Flex, zweite Hälfte", 3950),
        kind=DocumentKind.CREDIT_NOTE,
        number="GS-2026-000008",
        payment=Payment(means=PaymentMeans.NONE),
        due_on=None,
        corrects=(PrecedingDocument("RE-2026-000122", date(2026, 11, 1)),),
    )
    [tax] = whole.taxes
    return replace(whole, taxes=(replace(tax, tax=tax.tax - Money(1, "EUR")),))


def cancellation() -> DocumentView:
    return document(
        sold("E-Bike Flex", 7990, days=NOVEMBER),
        kind=DocumentKind.CANCELLATION,
        number="ST-2026-000003",
        payment=Payment(means=PaymentMeans.NONE),
        due_on=None,
        corrects=(PrecedingDocument("RE-2026-000122", date(2026, 11, 1)),),
        reason="Doppelt berechnet",
    )


def outside_the_union() -> DocumentView:
    swiss = replace(
        BUSINESS, vat_id="", reference="", address=Address("CH", "Seeweg 3", "", "6300", "Zug")
    )
    treatment = TaxTreatment("CH", "outside_scope", Decimal(0))
    return document(sold("App licence", 4900, treatment), buyer=swiss, language=Language.ENGLISH)


def export() -> DocumentView:
    swiss = replace(CONSUMER, address=Address("CH", "Seeweg 3", "", "6300", "Zug"))
    return document(
        sold("Fahrradhelm", 6900, TaxTreatment("CH", "export", Decimal(0))), buyer=swiss
    )


def consolidated() -> DocumentView:
    """Two contracts on one invoice; the second has a tier's flat fee, but nobody rode."""
    return document(
        sold("E-Bike Flex", 7990, days=NOVEMBER, contract="sub_8F3K2P"),
        sold("Lastenrad", 12990, days=NOVEMBER, contract="sub_1M7Q4X"),
        sold("Fahrzeit", 299, count="0 minute", contract="sub_1M7Q4X"),
        subscription_id="",
    )


def deposit_request() -> DocumentView:
    return document(
        sold("E-bike deposit", 25000, UNTAXED, count="1 piece", days=None),
        kind=DocumentKind.DEPOSIT_REQUEST,
        number="KA-2026-000011",
        language=Language.ENGLISH,
        buyer=replace(CONSUMER, name="Orla Byrne"),
        payment=replace(TRANSFER, reference="KA-2026-000011"),
        notes=("We pay the deposit back once the bike has been returned undamaged.",),
    )


def foreign_currency() -> DocumentView:
    return document(
        sold("E-bike flex", 8900, currency="GBP", days=NOVEMBER),
        sold("Insurance", 650, currency="GBP", days=NOVEMBER),
        language=Language.ENGLISH,
    )


def no_decimals() -> DocumentView:
    return document(
        sold("E-bike flex", 12800, currency="JPY", count="3 day"),
        language=Language.ENGLISH,
        payment=CARD,
    )


def dutch_tax_of_a_german_seller() -> DocumentView:
    """One-stop shop: two countries' tax at one rate, which the XML cannot tell apart."""
    belgian = TaxTreatment("BE", "standard", Decimal(21))
    return document(
        sold("E-bike flex Amsterdam", 8275, DUTCH, days=NOVEMBER),
        sold("E-bike flex Antwerpen", 3333, belgian, days=NOVEMBER),
        sold("App-abonnement", 299, days=NOVEMBER),
        language=Language.DUTCH,
        basis=PriceBasis.GROSS,
    )


def long_names() -> DocumentView:
    return document(
        sold(
            "Hochleistungs-Lastenfahrrad „Donaudampfschifffahrtsgesellschaft“ mit Regenverdeck, "
            "Kindersitzbank und abschließbarer Transportkiste",
            18900,
            description=(
                "Rahmennummer WXK-2026-00001234567890-ABCDEFGHIJKLMNOPQRSTUVWXYZ-0987654321 "
                "inklusive vierteljährlicher Wartung, Ersatzrad innerhalb von 24 Stunden und "
                "Diebstahlschutz; übergeben in der Station Berlin Ostkreuz."
            ),
            count="1 month",
        ),
        buyer=replace(
            CONSUMER,
            name="Łukasz Śliwiński-Ørsted <&> Παπαδόπουλος 日本 de la Rochefoucauld-Hohenzollern",
            company="Gesellschaft für die Förderung nachhaltiger innerstädtischer Mobilität mbH",
        ),
    )


def names_of_all_scripts() -> DocumentView:
    """What is in a name: scripts the typeface lacks, marks of HTML, and characters that steer."""
    return document(
        sold("E-Bike <b>Flex</b> & Co. \u202eXELF", 7990, days=NOVEMBER),
        sold("Ride\x07 \x1b[31mtime\x00", 1299, count="100 minute", description="\u200b\ufeff"),
        language=Language.ENGLISH,
        buyer=replace(
            CONSUMER,
            name="王小明 / שרה כהן / سارة",
            address=Address("DE", "Łódzka & Söhne-Straße 5 <script>", "", "20354", "Αθήνα"),
        ),
    )


def one_stop_shop() -> DocumentView:
    """Dutch tax that a German seller charges a consumer, with a debit announced."""
    return document(
        sold("E-bike flex", 7900, DUTCH, days=NOVEMBER),
        sold("Diefstaldekking", 590, DUTCH, days=NOVEMBER),
        language=Language.DUTCH,
        basis=PriceBasis.GROSS,
        buyer=replace(BUSINESS, company="", vat_id="", reference=""),
        payment=DEBIT,
    )


def goods_to_a_business_abroad() -> DocumentView:
    treatment = TaxTreatment("NL", "intra_community", Decimal(0))
    return document(
        sold("Fietshelm", 6900, treatment, count="10 piece", days=None),
        language=Language.DUTCH,
        buyer=BUSINESS,
    )


def nothing_to_pay() -> DocumentView:
    """A free month is invoiced over nothing: the customer sees what it would have cost."""
    free = (Discount("Erster Monat frei", Money(7990, "EUR")),)
    return document(
        sold("E-Bike Flex", 0, discounts=free, days=NOVEMBER),
        payment=Payment(means=PaymentMeans.NONE),
    )


def paid_from_credit() -> DocumentView:
    return document(
        sold("E-Bike Flex", 5900, days=NOVEMBER),
        basis=PriceBasis.GROSS,
        payment=Payment(means=PaymentMeans.NONE),
        prepaid=Money(5900, "EUR"),
    )


def partly_paid_from_credit() -> DocumentView:
    return document(
        sold("E-Bike Flex", 5900, days=NOVEMBER),
        sold("Ratgeber", 500, REDUCED, count="1 piece", days=None),
        basis=PriceBasis.GROSS,
        payment=CARD,
        prepaid=Money(2000, "EUR"),
    )


def cancellation_of_a_discount() -> DocumentView:
    """The mirror of an invoice with a coupon, in gross prices and two rates."""
    welcome = (Discount("Willkommen: 10 %", Money(799, "EUR")),)
    return document(
        sold("E-Bike Flex", 7191, discounts=welcome, days=NOVEMBER),
        sold("Ratgeber", 500, REDUCED, count="1 piece", days=None),
        kind=DocumentKind.CANCELLATION,
        number="ST-2026-000004",
        basis=PriceBasis.GROSS,
        payment=Payment(means=PaymentMeans.NONE),
        due_on=None,
        corrects=(PrecedingDocument("RE-2026-000121", date(2026, 11, 1)),),
        reason="An die falsche Adresse gestellt",
    )


def a_fleet_of_60() -> DocumentView:
    """Many contracts, long names and coupons over many pages."""
    off = (Discount("Rahmenvertrag: 5 % auf alle Räder der Flotte", Money(450, "EUR")),)
    return document(
        *(
            sold(
                f"Lastenrad {place:03} mit Regenverdeck, Kindersitzbank und Transportkiste",
                8550,
                discounts=off if place % 5 == 0 else (),
                count="1 month",
                days=NOVEMBER,
                contract=f"sub_{place:06}",
            )
            for place in range(1, 61)
        ),
        subscription_id="",
        buyer=replace(CONSUMER, company="Kurierkollektiv Hamburg eG", reference="Kst. 4711"),
        notes=("Sammelrechnung über 60 Verträge.",),
    )


def forty_lines() -> DocumentView:
    return document(
        *(
            sold(
                f"E-Bike {place:02} im Flottentarif",
                4990 + 137 * place,
                count="1 month",
                description=f"Asset UML-{place:05}" if place % 3 else "",
            )
            for place in range(1, 41)
        ),
        buyer=replace(CONSUMER, company="Kurierkollektiv Hamburg eG", reference="Kst. 4711"),
        payment=DEBIT,
    )


SAMPLES: Final[Mapping[str, Callable[[], DocumentView]]] = {
    made.__name__: made
    for made in (
        month_of_a_consumer,
        multi_rate,
        gross_prices,
        discounts,
        discounts_in_gross,
        credits_inside,
        reverse_charge,
        consolidated,
        credit_note,
        credit_of_many_invoices,
        credit_by_one_stop_shop,
        credit_of_what_was_left_over,
        outside_the_union,
        export,
        cancellation,
        deposit_request,
        foreign_currency,
        no_decimals,
        dutch_tax_of_a_german_seller,
        long_names,
        names_of_all_scripts,
        one_stop_shop,
        goods_to_a_business_abroad,
        nothing_to_pay,
        paid_from_credit,
        partly_paid_from_credit,
        cancellation_of_a_discount,
        a_fleet_of_60,
        forty_lines,
    )
}
LANGUAGES: Final[Sequence[Language]] = tuple(Language)
