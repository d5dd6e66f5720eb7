"""Where customers and the block list are kept."""

from collections.abc import Sequence
from typing import Protocol

from umlauf.customers.model import BlockEntry, Customer, EmailOwner
from umlauf.kernel.work import Page


class Customers(Protocol):
    def get(self, customer_id: str) -> Customer:
        """Raises UnknownCustomer."""

    def find(self, customer_id: str) -> Customer | None:
        """The customer, if there is one."""

    def owner_of_email(self, address: str) -> EmailOwner | None:
        """Who signed up with the address, however it is written."""

    def list_by_country(
        self, country: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Customer]:
        """The latest to sign up first."""


class BlockEntries(Protocol):
    def get(self, customer_id: str, block_id: str) -> BlockEntry:
        """Raises UnknownBlock."""

    def of_customer(self, customer_id: str) -> Sequence[BlockEntry]:
        """All entries, live or not."""


class VatIdChecks(Protocol):
    """The register of VAT ids of the EU (VIES)."""

    def is_registered(self, number: str) -> bool:
        """Whether the register knows it now. Raises VatRegisterUnavailable."""
