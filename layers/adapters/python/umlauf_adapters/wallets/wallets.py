"""Wallets, their entries, top-ups and start gates in DynamoDB."""

from collections.abc import Iterator

from umlauf.kernel.work import Page
from umlauf.wallets.errors import UnknownWallet
from umlauf.wallets.model import StartGate, TopUp, Wallet, WalletEntry
from umlauf_adapters.wallets.layouts import (
    ENTRIES,
    ENTRY,
    START_GATES,
    TOP_UPS,
    WALLETS,
    customer_partition,
    gate_key,
    top_up_key,
    wallet_key,
    wallet_partition,
)


class DynamoWallets:
    """Implements umlauf.wallets.ports.Wallets."""

    def get(self, wallet_id: str) -> Wallet:
        wallet = self.find(wallet_id)
        if wallet is None:
            raise UnknownWallet(f"there is no wallet {wallet_id!r}; top it up first")
        return wallet

    def find(self, wallet_id: str) -> Wallet | None:
        return WALLETS.get(*wallet_key(wallet_id))

    def list_of_customer(self, customer_id: str) -> tuple[Wallet, ...]:
        """One per currency, from an index that may lag behind."""
        return tuple(WALLETS.all(customer_partition(customer_id), index="gsi1", prefix="WALLET#"))

    def entries(
        self, wallet_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[WalletEntry]:
        return ENTRIES.page(
            wallet_partition(wallet_id),
            prefix=ENTRY,
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )

    def scan(self) -> Iterator[Wallet]:
        return WALLETS.scan()

    def scan_entries(self) -> Iterator[WalletEntry]:
        return ENTRIES.scan()


class DynamoTopUps:
    """Implements umlauf.wallets.ports.TopUps."""

    def find(self, top_up_id: str) -> TopUp | None:
        return TOP_UPS.get(*top_up_key(top_up_id))


class DynamoStartGates:
    """Implements umlauf.wallets.ports.StartGates."""

    def find(self, customer_id: str) -> StartGate | None:
        return START_GATES.get(*gate_key(customer_id))

    def scan(self) -> Iterator[StartGate]:
        return START_GATES.scan()
