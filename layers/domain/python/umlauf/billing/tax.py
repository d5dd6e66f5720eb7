"""Which tax a supply bears, and how it is rounded.

Once per country, category and rate on the invoice.

Never per line: three lines of 33.61 net at 19 % bear 19.16, not 19.17 (EN 16931, BR-CO-17). An
unknown rate refuses to bill; it is never guessed.

**When.** A supply is made when its service period ends (UStG section 13, VAT directive article
64), so the last day of the period decides which rate is in force and where the customer lives. That
holds for a fee billed in advance too: a period that a change of rate falls into bears, as a whole,
the rate at its end (UStG section 27 (1)). A change that becomes known only after billing is put
right by credit and a new charge.

**Where.** See `place_of_supply`; what crosses a border follows `treatment_of`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from umlauf.billing.errors import NotInvoiceable, TaxRateUnknown, VatIdMissing
from umlauf.billing.model import PriceBasis, TaxAmount, TaxTreatment
from umlauf.billing.tax_rates import DATED_RATES, VAT_AREAS, DatedRate, VatArea
from umlauf.catalog.model import Supply, TaxCategory
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money, round_to_minor, total

REVERSE_CHARGE: Final = "reverse_charge"
"""The business customer in another member state owes the tax there."""
INTRA_COMMUNITY: Final = "intra_community"
"""Goods that go to a business in another member state, which pays tax on acquiring them."""
EXPORT: Final = "export"
"""Goods that leave the EU."""
OUTSIDE_SCOPE: Final = "outside_scope"
"""Supplied where the EU's VAT does not reach."""

NOTHING_SETTLED: Final[Mapping[TaxTreatment, Money]] = MappingProxyType({})

_NO_TAX: Final = Decimal(0)
_HUNDRED: Final = Decimal(100)
_ONE_DAY: Final = timedelta(days=1)
_HIRE: Final = frozenset({Supply.TRANSPORT_HIRE, Supply.OTHER_HIRE})


@dataclass(frozen=True, slots=True)
class FormerHome:
    """Where the customer lived before `until`, and the checked VAT id they had there."""

    until: date
    country: str
    vat_id: str | None = None


@dataclass(frozen=True, slots=True)
class Parties:
    """Who supplies whom, as far as tax asks.

    `vat_id` is one that was checked. `handed_over_in` is the country where something is handed over
    for at most 30 days; None for what a running contract supplies, which lasts longer. The seller
    declares what it owes elsewhere through OSS or by being registered there. `former_homes` are in
    order, so that every line finds where the customer lived on its own tax point.
    """

    seller_country: str
    customer_country: str
    is_business: bool = False
    vat_id: str | None = None
    handed_over_in: str | None = None
    seller_uses_oss: bool = True
    seller_registered_in: tuple[str, ...] = ()
    former_homes: tuple[FormerHome, ...] = ()

    def on(self, day: date) -> "Parties":
        """The parties as they were on that day."""
        for home in self.former_homes:
            if day < home.until:
                return replace(
                    self, customer_country=home.country, vat_id=home.vat_id, former_homes=()
                )
        return self


@dataclass(frozen=True, slots=True)
class TaxableAmount:
    """An amount in the invoice's price basis, and how it is taxed."""

    amount: Money
    treatment: TaxTreatment


@dataclass(frozen=True, slots=True)
class TaxSplit:
    """The net amount of each taxable amount, in order, and the tax of each treatment."""

    nets: tuple[Money, ...]
    taxes: tuple[TaxAmount, ...]


@dataclass(frozen=True, slots=True)
class TaxLaw:
    """The data the rules read: rates, and where there is VAT."""

    rates: Sequence[DatedRate] = DATED_RATES
    areas: Mapping[str, VatArea] = field(default_factory=lambda: VAT_AREAS)

    def area(self, country: str) -> VatArea:
        """Raises TaxRateUnknown: a country nobody entered is not a country without tax."""
        try:
            return self.areas[country]
        except KeyError:
            raise TaxRateUnknown(
                f"nothing is known of tax in {country!r}; add it to the VAT areas", field="country"
            ) from None


IN_FORCE: Final = TaxLaw()


def tax_point_of(service_period: Period) -> date:
    """The day whose law and whose homes decide: the last one of the service period."""
    return service_period.end - _ONE_DAY


def treatment_of(
    supply: Supply,
    category: TaxCategory,
    parties: Parties,
    tax_point: date,
    law: TaxLaw = IN_FORCE,
) -> TaxTreatment:
    """How a supply is taxed; `tax_point` is the last day of its service period.

    Raises TaxRateUnknown, VatIdMissing, NotInvoiceable.
    """
    if category is TaxCategory.NOT_SUBJECT:
        return TaxTreatment(parties.seller_country, category.value, _NO_TAX)
    if parties.former_homes:
        parties = parties.on(tax_point)
    is_short_hire = supply is Supply.TRANSPORT_HIRE and parties.handed_over_in is not None
    if not is_short_hire and parties.customer_country != parties.seller_country:
        across = _across_the_border(supply, parties, law)
        if across is not None:
            return across
    country = _where_declared(supply, parties, place_of_supply(supply, parties), law)
    return _taxed_in(country, category, tax_point, law)


def place_of_supply(supply: Supply, parties: Parties) -> str:
    """Where a supply is taxed, to a consumer in the EU or a business at home.

    A means of transport: where it is handed over for at most 30 days, else where the consumer
    lives. Goods: where they are delivered. What remains: where the seller sits.
    """
    match supply:
        case Supply.TRANSPORT_HIRE:
            return parties.handed_over_in or parties.customer_country
        case Supply.GOODS:
            return parties.customer_country
        case Supply.OTHER_HIRE | Supply.SERVICE:
            return parties.seller_country


def rate_on(
    country: str, category: TaxCategory, day: date, rates: Sequence[DatedRate] = DATED_RATES
) -> Decimal:
    """The rate in per cent that is in force on `day`. Raises TaxRateUnknown."""
    latest: DatedRate | None = None
    for entry in rates:
        if entry.country != country or entry.category is not category or entry.starts_on > day:
            continue
        if latest is None or entry.starts_on > latest.starts_on:
            latest = entry
    if latest is None or latest.rate is None:
        raise TaxRateUnknown(
            f"no {category.value} tax rate of {country} on {day}; add it to the dated rates",
            field="tax_category",
        )
    return latest.rate


def tax_in(amount: Money, rate: Decimal, basis: PriceBasis) -> Money:
    """The tax on a net amount, or the tax contained in a gross one, rounded half up once."""
    base = _HUNDRED if basis is PriceBasis.NET else _HUNDRED + rate
    return round_to_minor(Decimal(amount.amount_minor) * rate / base, amount.currency)


def split_taxes(
    amounts: Sequence[TaxableAmount],
    basis: PriceBasis,
    currency: str,
    settled: Mapping[TaxTreatment, Money] = NOTHING_SETTLED,
) -> TaxSplit:
    """Tax the sum of each treatment once; spread a gross sum's net without losing a cent.

    `settled` is the tax of treatments that is known: what a document gives back bears what was
    charged (`document_tax`).
    """
    groups: dict[TaxTreatment, list[int]] = {}
    for index, taxable in enumerate(amounts):
        groups.setdefault(taxable.treatment, []).append(index)

    nets = [taxable.amount for taxable in amounts]
    taxes = []
    for treatment, members in groups.items():
        whole = total((amounts[index].amount for index in members), currency)
        known = settled.get(treatment)
        tax = tax_in(whole, treatment.rate, basis) if known is None else known
        net = whole if basis is PriceBasis.NET else whole - tax
        taxes.append(TaxAmount(treatment, net, tax))
        if basis is PriceBasis.GROSS:
            shares = _spread(net, [amounts[index].amount for index in members], treatment.rate)
            for index, share in zip(members, shares, strict=True):
                nets[index] = share
    return TaxSplit(tuple(nets), tuple(taxes))


def _spread(net: Money, grosses: Sequence[Money], rate: Decimal) -> list[Money]:
    """The nets of gross amounts of one rate by cumulative rounding; the last takes the rest.

    Works for lines of either sign, which a split by weights would not.
    """
    shares: list[Money] = []
    given = Money(0, net.currency)
    running = Decimal(0)
    for gross in grosses[:-1]:
        running += gross.amount_minor
        upto = round_to_minor(running * _HUNDRED / (_HUNDRED + rate), net.currency)
        shares.append(upto - given)
        given = upto
    return [*shares, net - given]


def _across_the_border(supply: Supply, parties: Parties, law: TaxLaw) -> TaxTreatment | None:
    """What is taxed elsewhere or not at all; None for what the seller charges tax on."""
    if law.area(parties.seller_country) is not VatArea.EU:
        raise NotInvoiceable(
            f"a seller in {parties.seller_country} bills customers in {parties.seller_country}; "
            f"bill this one by an entity that serves {parties.customer_country}",
            field="country",
        )
    country = parties.customer_country
    if law.area(country) is VatArea.EU:
        return _to_a_business_in_the_eu(supply, parties) if parties.is_business else None
    if supply is Supply.GOODS:
        return TaxTreatment(country, EXPORT, _NO_TAX)
    if parties.is_business or supply in _HIRE:
        # A business is supplied where it sits (directive, article 44); hire to a consumer outside
        # the EU where they live (articles 56 (2) and 59 (g)).
        return TaxTreatment(country, OUTSIDE_SCOPE, _NO_TAX)
    return None


def _to_a_business_in_the_eu(supply: Supply, parties: Parties) -> TaxTreatment:
    if not parties.vat_id:
        raise VatIdMissing(
            f"a business in {parties.customer_country} needs a checked VAT id to be billed: enter "
            "it in the customer's billing details, or that they are no business",
            field="vat_id",
        )
    category = INTRA_COMMUNITY if supply is Supply.GOODS else REVERSE_CHARGE
    return TaxTreatment(parties.customer_country, category, _NO_TAX)


def _where_declared(supply: Supply, parties: Parties, country: str, law: TaxLaw) -> str:
    """The country whose tax the seller charges: it must be able to declare it there.

    Goods of a seller outside OSS stay below the yearly threshold of 10,000 euros and bear its own
    country's tax (directive, article 59c). Hire of a means of transport knows no threshold.
    """
    if country == parties.seller_country or country in parties.seller_registered_in:
        return country
    if parties.seller_uses_oss and not parties.is_business:
        return country
    if law.area(country) is not VatArea.EU:
        return country
    if supply is Supply.GOODS:
        return parties.seller_country
    raise NotInvoiceable(
        f"tax is due in {country}, where the seller is not registered"
        f"{'' if parties.is_business else ' and which it does not declare through OSS'}; register "
        "the legal entity and enter that",
        field="legal_entity",
    )


def _taxed_in(country: str, category: TaxCategory, day: date, law: TaxLaw) -> TaxTreatment:
    if law.area(country) is VatArea.NO_VAT:
        return TaxTreatment(country, OUTSIDE_SCOPE, _NO_TAX)
    if category is TaxCategory.EXEMPT:
        return TaxTreatment(country, category.value, _NO_TAX)
    return TaxTreatment(country, category.value, rate_on(country, category, day, law.rates))
