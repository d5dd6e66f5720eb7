"""Whom an invoice is to: when it must show their postal address, and when it may go without.

An invoice names the full address of who receives it (VAT directive, article 226 (5); section
14 (4) no. 1 UStG). A simplified one over a small amount need not (article 238; section 33 UStDV),
unless it is to a business, which deducts the tax. A request for a deposit is no invoice.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from umlauf.billing.composing import Draft
from umlauf.billing.drafting import DraftDocument
from umlauf.billing.errors import AddressMissing
from umlauf.customers.model import Customer
from umlauf.kernel.money import Money

SMALL_AMOUNTS: Final[Mapping[str, Money]] = MappingProxyType(
    {
        "DE": Money(250_00, "EUR"),  # section 33 UStDV, since 2017
        "NL": Money(100_00, "EUR"),  # article 34d Wet op de omzetbelasting 1968
    }
)
"""By the country of who issues, tax included. Of a country, or in a currency, that is not here no
amount is small."""


def require_addresses(documents: Iterable[DraftDocument], customer: Customer) -> None:
    """Raises AddressMissing: what an invoice must show of the customer was never said."""
    if customer.billing.address is not None:
        return
    for document in documents:
        if document.gross.amount_minor >= 0 and not document.is_deposit_request:
            _require_small(document.draft, customer)


def _require_small(draft: Draft, customer: Customer) -> None:
    if customer.is_business:
        raise AddressMissing(
            f"an invoice to a business shows its postal address, and {customer.id} has none; "
            "enter it in the billing details",
            field="address",
        )
    most = SMALL_AMOUNTS.get(draft.entity.country)
    if most is not None and most.currency == draft.gross.currency and draft.gross <= most:
        return
    raise AddressMissing(
        f"an invoice over {draft.gross} shows the customer's postal address"
        f"{f' (up to {most} it need not)' if most else ''}, and {customer.id} has none; "
        "enter it in the billing details",
        field="address",
    )
