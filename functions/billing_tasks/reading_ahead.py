"""Reads what a page of contracts needs in few calls, before it is needed one by one.

What was read ahead is good for one use: a decision made anew reads the store. What cannot be read
is left to be asked for again, where it hits only the contract it belongs to.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Generic, TypeVar

from aws_lambda_powertools import Logger

from umlauf.billing.credits import CreditBalance, CreditEntry
from umlauf.customers.errors import UnknownCustomer
from umlauf.customers.model import Customer, EmailOwner
from umlauf.kernel.errors import Transient
from umlauf.kernel.work import Page
from umlauf_adapters.billing.credits import DynamoCreditBalances
from umlauf_adapters.customers.customers import DynamoCustomers

T = TypeVar("T")
_AT_ONCE: Final = 100

logger = Logger(child=True)


class _Ahead(Generic[T]):
    """Things by id, None where there is none."""

    def __init__(
        self,
        find: Callable[[str], T | None],
        find_many: Callable[[Iterable[str]], Mapping[str, T]],
    ) -> None:
        self._find, self._find_many = find, find_many
        self._known: dict[str, T | None] = {}

    def look(self, ids: Iterable[str]) -> None:
        """Forget what is known and read these."""
        self._known = {}
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), _AT_ONCE):
            batch = wanted[start : start + _AT_ONCE]
            try:
                found = self._find_many(batch)
            except Transient:
                raise
            except Exception:
                logger.exception("not_readable_together", ids=batch)
                continue
            self._known.update((one, found.get(one)) for one in batch)

    def peek(self, id_: str) -> T | None:
        return self._known.get(id_)

    def take(self, id_: str) -> T | None:
        if id_ in self._known:
            return self._known.pop(id_)
        return self._find(id_)


class CustomersAhead:
    """Implements umlauf.customers.ports.Customers."""

    def __init__(self, source: DynamoCustomers) -> None:
        self._source = source
        self.ahead = _Ahead(source.find, source.find_many)

    def get(self, customer_id: str) -> Customer:
        customer = self.find(customer_id)
        if customer is None:
            raise UnknownCustomer(f"there is no customer {customer_id!r}", field="customer_id")
        return customer

    def find(self, customer_id: str) -> Customer | None:
        return self.ahead.take(customer_id)

    def owner_of_email(self, address: str) -> EmailOwner | None:
        return self._source.owner_of_email(address)

    def list_by_country(
        self, country: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Customer]:
        return self._source.list_by_country(country, limit=limit, cursor=cursor)


class BalancesAhead:
    """Implements umlauf.billing.ports.CreditBalances."""

    def __init__(self, source: DynamoCreditBalances) -> None:
        self._source = source
        self.ahead = _Ahead(source.get, source.find_many)

    def get(self, balance_id: str) -> CreditBalance | None:
        return self.ahead.take(balance_id)

    def of_customer(self, customer_id: str) -> Sequence[CreditBalance]:
        return self._source.of_customer(customer_id)

    def entries(
        self, balance_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[CreditEntry]:
        return self._source.entries(balance_id, limit=limit, cursor=cursor)
