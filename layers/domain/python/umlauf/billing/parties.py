"""Who supplies whom, as tax asks: from a customer and a legal entity to `Parties`."""

from umlauf.billing.tax import FormerHome, Parties
from umlauf.billing.terms import LegalEntity
from umlauf.customers.model import Customer


def parties_of(
    customer: Customer, entity: LegalEntity, *, handed_over_in: str | None = None
) -> Parties:
    """The parties of everything an entity bills a customer.

    They know where the customer lived when, so each line is taxed by the last day of its own
    service period. A VAT id counts only while its check stands. `handed_over_in` is for hire of at
    most 30 days.
    """
    return Parties(
        seller_country=entity.country,
        customer_country=customer.country,
        is_business=customer.is_business,
        vat_id=customer.billing.valid_vat_id,
        handed_over_in=handed_over_in,
        seller_uses_oss=entity.uses_oss,
        seller_registered_in=entity.registered_in,
        former_homes=tuple(
            FormerHome(home.until, home.country, home.valid_vat_id)
            for home in customer.former_homes
        ),
    )
