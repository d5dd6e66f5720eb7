"""Where subscriptions are kept, and what it takes to make one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from umlauf.catalog.ports import Plans
from umlauf.customers.ports import Customers
from umlauf.kernel.work import Page
from umlauf.subscriptions.finding import SubscriptionSearch
from umlauf.subscriptions.model import Subscription


@dataclass(frozen=True, slots=True)
class DuePage(Page[Subscription]):
    """What fell due; `unreadable` are the ids of those whose record cannot be read."""

    unreadable: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.items and not self.unreadable


class Subscriptions(Protocol):
    def get(self, subscription_id: str) -> Subscription:
        """Raises UnknownSubscription."""

    def find(self, subscription_id: str) -> Subscription | None:
        """The subscription, if there is one."""

    def list_of_customer(
        self, customer_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Subscription]:
        """The latest order first, from an index that may lag behind."""

    def list_due(
        self,
        bucket: str,
        shard: int,
        *,
        until: datetime,
        limit: int = 50,
        cursor: str | None = None,
    ) -> DuePage:
        """What fell due in the day's bucket by `until` (see `due`), earliest first.

        The index may lag behind: load a subscription again before charging it, and look at the
        last run's latest bucket once more.
        """


class SubscriptionRegister(Protocol):
    def find(
        self, search: SubscriptionSearch, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Subscription]:
        """Those that are wanted, the latest order first; may lag behind by a moment.

        Asked for from one due day to another, and by neither customer nor plan, they come as they
        fall due. A page is short only where it had to look at more than one request may, or is the
        last.
        """


class Sellers(Protocol):
    def seller_of(self, customer_country: str, site: str | None) -> str:
        """The legal entity that a contract made today is with, and stays with.

        Raises UnknownStation for a site that is none, NotInvoiceable where nobody sells.
        """


@dataclass(frozen=True, slots=True)
class ContractDesk:
    """Everything it takes to make a contract, wired by the edge."""

    subscriptions: Subscriptions
    plans: Plans
    customers: Customers
    sellers: Sellers
