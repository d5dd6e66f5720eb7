"""Who bills: the legal entities, what their documents say of them, and which one bills a contract.

Data an operator may change; these are an example company's. An entity's books, dates of issue and
number series run in its own zone. It charges the tax of its own country, of each country where it
has a VAT id, and, to consumers, of the rest of the EU through OSS.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from umlauf.billing.errors import NotInvoiceable
from umlauf.customers.billing_details import PostalAddress
from umlauf.customers.model import Language
from umlauf.kernel.calendar import local_date


@dataclass(frozen=True, slots=True)
class SeriesPrefixes:
    """What the numbers of each kind of document begin with: unique among all entities."""

    invoices: str
    credit_notes: str
    cancellations: str
    deposits: str

    @property
    def prefixes(self) -> tuple[str, ...]:
        return self.invoices, self.credit_notes, self.cancellations, self.deposits


@dataclass(frozen=True, slots=True)
class Contact:
    email: str
    phone: str
    website: str


@dataclass(frozen=True, slots=True)
class BankAccount:
    holder: str
    iban: str
    bic: str


@dataclass(frozen=True, slots=True)
class CompanyDetails:
    """What the law wants on a document, beside name and address.

    `vat_ids` begin with their country; the first is the one at home. `register_entry` names court
    and number, `directors` who may sign.
    """

    vat_ids: tuple[str, ...]
    tax_number: str | None
    register_entry: str
    directors: tuple[str, ...] = ()

    def vat_id_in(self, country: str) -> str | None:
        return next((vat_id for vat_id in self.vat_ids if vat_id.startswith(country)), None)


@dataclass(frozen=True, slots=True)
class LegalEntity:
    """A company that issues invoices. Its books and number series run in its own zone.

    `serves` are the countries whose contracts it bills, `chart` the accounts its books are kept in
    (`umlauf.ledger.chart`), `languages` those its documents are written in, the one for everybody
    else first. `uses_oss` says that it declares what it owes in the rest of the EU through the
    one-stop shop.
    """

    id: str
    country: str
    time_zone: str
    series: SeriesPrefixes
    payment_days: int
    name: str
    address: PostalAddress
    details: CompanyDetails
    bank_account: BankAccount
    contact: Contact
    languages: tuple[Language, ...]
    chart: str
    serves: frozenset[str] = field(default_factory=frozenset)
    uses_oss: bool = False
    creditor_id: str = ""
    """Under which SEPA debits are collected: the one its provider was told to use."""

    def language_for(self, wanted: Language) -> Language:
        """The language of a document for a reader: theirs, if the company writes in it."""
        return wanted if wanted in self.languages else self.languages[0]

    @property
    def registered_in(self) -> tuple[str, ...]:
        """Where it has a VAT id, and so declares tax by itself."""
        return tuple(vat_id[:2] for vat_id in self.details.vat_ids)


UMLAUF: Final = LegalEntity(
    id="umlauf-de",
    country="DE",
    time_zone="Europe/Berlin",
    series=SeriesPrefixes("RE", "GS", "ST", "KA"),
    payment_days=14,
    name="Umlauf GmbH",
    address=PostalAddress("Beispielstraße 1", "10115", "Berlin", "DE"),
    details=CompanyDetails(
        vat_ids=("DE136695976",),
        tax_number="37/123/45678",
        register_entry="Amtsgericht Charlottenburg, HRB 00000",
        directors=("Ada Beispiel",),
    ),
    bank_account=BankAccount("Umlauf GmbH", "DE89370400440532013000", "COBADEFFXXX"),
    contact=Contact("rechnung@umlauf.example", "+49 30 0000000", "www.umlauf.example"),
    languages=(Language.GERMAN, Language.ENGLISH, Language.DUTCH),
    chart="SKR04",
    serves=frozenset({"DE", "AT", "BE", "FR", "NL", "CH", "US"}),
    uses_oss=True,
    creditor_id="DE98ZZZ09999999999",
)

UMLAUF_NL: Final = LegalEntity(
    id="umlauf-nl",
    country="NL",
    time_zone="Europe/Amsterdam",
    series=SeriesPrefixes("NL-FA", "NL-CR", "NL-AN", "NL-WB"),
    payment_days=14,
    name="Umlauf Nederland B.V.",
    address=PostalAddress("Voorbeeldstraat 1", "1012 AB", "Amsterdam", "NL"),
    details=CompanyDetails(
        vat_ids=("NL123456782B90",),
        tax_number=None,
        register_entry="KvK 00000000",
        directors=("Ada Beispiel",),
    ),
    bank_account=BankAccount("Umlauf Nederland B.V.", "NL91ABNA0417164300", "ABNANL2A"),
    contact=Contact("factuur@umlauf.example", "+31 20 0000000", "www.umlauf.example"),
    languages=(Language.DUTCH, Language.ENGLISH, Language.GERMAN),
    chart="NL-DECIMAL",
    serves=frozenset({"NL"}),
    uses_oss=True,
    creditor_id="NL69ZZZ123456780000",
)

ENTITIES: Final = (UMLAUF, UMLAUF_NL)
"""In order of preference. The Dutch company bills what its own sites hand out; who orders without a
site contracts with the German one, which declares Dutch tax through OSS."""


def keeper_of_wallets(entities: Sequence[LegalEntity] = ENTITIES) -> LegalEntity:
    """Who holds what customers paid in ahead, and is paid from it: the first, for all of them."""
    return entities[0]


def latest_day(now: datetime, entities: Sequence[LegalEntity] = ENTITIES) -> date:
    """The latest day that it is now in the books of any entity."""
    return max(local_date(now, entity.time_zone) for entity in entities)


def entity_for(
    customer_country: str,
    *,
    site_country: str | None = None,
    entities: Sequence[LegalEntity] = ENTITIES,
) -> LegalEntity:
    """Who bills a contract: the entity at home where its site is, else the first that serves.

    What is served is the site's country, or the customer's where there is no site. That is settled
    when the contract is made: give the country of that day. A customer who moves afterwards keeps
    the entity they contracted with, and only the tax follows them. Raises NotInvoiceable.
    """
    at_home = (entity for entity in entities if entity.country == site_country)
    country = site_country or customer_country
    serving = (entity for entity in entities if country in entity.serves)
    entity = next(at_home, None) or next(serving, None)
    if entity is None:
        raise NotInvoiceable(
            f"no legal entity serves {country!r}; enter it with one that may bill there",
            field="country",
        )
    return entity


def entity_of(entity_id: str, entities: Sequence[LegalEntity] = ENTITIES) -> LegalEntity:
    """The entity that a document or a contract names. Raises NotInvoiceable."""
    for entity in entities:
        if entity.id == entity_id:
            return entity
    raise NotInvoiceable(
        f"there is no legal entity {entity_id!r}; use one of "
        f"{', '.join(entity.id for entity in entities)}",
        field="legal_entity",
    )
