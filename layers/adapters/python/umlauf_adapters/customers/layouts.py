"""Where customers lie: one partition a customer, with their block entries; one an e-mail digest.

gsi1 lists customers by country.
"""

from typing import Final

from umlauf.customers.model import BlockEntry, Customer, EmailOwner
from umlauf_adapters.kernel.items import context_table
from umlauf_adapters.kernel.layouts import Key, Layout

_TABLE = context_table("customers")
PROFILE: Final = "PROFILE"
OWNER: Final = "OWNER"
BLOCK: Final = "BLOCK#"


def customer_partition(customer_id: str) -> str:
    return f"CUSTOMER#{customer_id}"


def email_partition(owner_id: str) -> str:
    return f"EMAIL#{owner_id}"


def country_partition(country: str) -> str:
    return f"COUNTRY#{country}"


def _by_country(customer: Customer) -> Key:
    signed_up_at = customer.signed_up_at.isoformat(timespec="microseconds")
    return country_partition(customer.country), f"{signed_up_at}#{customer.id}"


CUSTOMERS: Final = Layout(
    Customer,
    _TABLE,
    key=lambda customer: (customer_partition(customer.id), PROFILE),
    gsi1=_by_country,
)
EMAIL_OWNERS: Final = Layout(
    EmailOwner, _TABLE, key=lambda owner: (email_partition(owner.id), OWNER)
)
BLOCK_ENTRIES: Final = Layout(
    BlockEntry,
    _TABLE,
    key=lambda entry: (customer_partition(entry.customer_id), f"{BLOCK}{entry.id}"),
)
