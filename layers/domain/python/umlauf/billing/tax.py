"""Which tax a supply bears, and how it is rounded.

Once per country, category and rate on the invoice.

Never per line: three lines of 33.61 net at 19 % bear 19.16, not 19.17 (EN 16931, BR-CO-17). An
unknown rate refuses to bill; it is never guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from umlauf.billing.errors import NotInvoiceable, TaxRateUnknown, VatIdMissing
from umlauf.billing.model import PriceBasis, TaxAmount, TaxTreatment
from umlauf.billing.tax_rates import DATED_RATES, DatedRate
from umlauf.catalog.model import Supply, TaxCategory
from umlauf.kernel.money import Money, round_to_minor, total

REVERSE_CHARGE: Final = "reverse_charge"
"""EN 16931 category AE: the business customer owes the tax where it sits."""

_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Parties:
    """Who supplies whom, as far as tax asks.

    `vat_id` is one that was checked. `handed_over_in` is the country where something is handed over
    for at most 30 days; None for what a running contract supplies, which lasts longer.
    """

    seller_country: str
    customer_country: str
    is_business: bool = False
    vat_id: str | None = None
    handed_over_in: str | None = None


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


def treatment_of(
    supply: Supply, category: TaxCategory, parties: Parties, tax_point: date
) -> TaxTreatment:
    """How a supply is taxed; `tax_point` is the last day of its service period.

    Raises TaxRateUnknown, VatIdMissing, NotInvoiceable.
    """
    is_abroad = parties.customer_country != parties.seller_country
    if parties.is_business and is_abroad and not _is_short_hire(supply, parties):
        return _to_a_business_abroad(supply, parties)
    country = place_of_supply(supply, parties)
    return TaxTreatment(country, category.value, rate_on(country, category, tax_point))


def place_of_supply(supply: Supply, parties: Parties) -> str:
    """Where a supply is taxed, to a consumer anywhere or a business at home.

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


def _is_short_hire(supply: Supply, parties: Parties) -> bool:
    return supply is Supply.TRANSPORT_HIRE and parties.handed_over_in is not None


def rate_on(
    country: str, category: TaxCategory, day: date, rates: Sequence[DatedRate] = DATED_RATES
) -> Decimal:
    """The rate in per cent that is in force on `day`. Raises TaxRateUnknown."""
    in_force = [
        entry
        for entry in rates
        if entry.country == country and entry.category is category and entry.starts_on <= day
    ]
    if not in_force:
        raise TaxRateUnknown(
            f"no {category.value} tax rate of {country} on {day}; add it to the dated rates",
            field="tax_category",
        )
    return max(in_force, key=lambda entry: entry.starts_on).rate


def tax_in(amount: Money, rate: Decimal, basis: PriceBasis) -> Money:
    """The tax on a net amount, or the tax contained in a gross one, rounded half up once."""
    base = _HUNDRED if basis is PriceBasis.NET else _HUNDRED + rate
    return round_to_minor(Decimal(amount.amount_minor) * rate / base, amount.currency)


def split_taxes(amounts: Sequence[TaxableAmount], basis: PriceBasis, currency: str) -> TaxSplit:
    """Tax the sum of each treatment once; spread a gross sum's net without losing a cent."""
    groups: dict[TaxTreatment, list[int]] = {}
    for index, taxable in enumerate(amounts):
        groups.setdefault(taxable.treatment, []).append(index)

    nets = [taxable.amount for taxable in amounts]
    taxes = []
    for treatment, members in groups.items():
        whole = total((amounts[index].amount for index in members), currency)
        tax = tax_in(whole, treatment.rate, basis)
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


def _to_a_business_abroad(supply: Supply, parties: Parties) -> TaxTreatment:
    if supply is Supply.GOODS:
        raise NotInvoiceable(
            "goods to a business abroad need an intra-community document; bill them by hand",
            field="supply",
        )
    if not parties.vat_id:
        raise VatIdMissing(
            f"a business in {parties.customer_country} needs a checked VAT id to be billed",
            field="vat_id",
        )
    return TaxTreatment(parties.customer_country, REVERSE_CHARGE, Decimal(0))
