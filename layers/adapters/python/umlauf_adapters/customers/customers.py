"""Customers in DynamoDB."""

from collections.abc import Iterable

from umlauf.customers.errors import UnknownCustomer
from umlauf.customers.model import Customer, EmailOwner, email_owner_id
from umlauf.kernel.work import Page
from umlauf_adapters.customers.layouts import (
    CUSTOMERS,
    EMAIL_OWNERS,
    OWNER,
    PROFILE,
    country_partition,
    customer_partition,
    email_partition,
)


class DynamoCustomers:
    """Implements umlauf.customers.ports.Customers."""

    def get(self, customer_id: str) -> Customer:
        customer = self.find(customer_id)
        if customer is None:
            raise UnknownCustomer(
                f"there is no customer {customer_id!r}; list customers to find the id",
                field="customer_id",
            )
        return customer

    def find(self, customer_id: str) -> Customer | None:
        return CUSTOMERS.get(customer_partition(customer_id), PROFILE)

    def find_many(self, customer_ids: Iterable[str]) -> dict[str, Customer]:
        """Those that exist, by id; one call for up to a hundred."""
        found = CUSTOMERS.get_many((customer_partition(one), PROFILE) for one in customer_ids)
        return {customer.id: customer for customer in found}

    def owner_of_email(self, address: str) -> EmailOwner | None:
        return EMAIL_OWNERS.get(email_partition(email_owner_id(address)), OWNER)

    def list_by_country(
        self, country: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Customer]:
        return CUSTOMERS.page(
            country_partition(country), index="gsi1", limit=limit, cursor=cursor, newest_first=True
        )
