"""Where wallets and what hangs on them are kept."""

from typing import Protocol

from umlauf.kernel.work import Page
from umlauf.wallets.model import Session, StartGate, TopUp, Wallet, WalletEntry


class Wallets(Protocol):
    def get(self, wallet_id: str) -> Wallet:
        """Raises UnknownWallet."""

    def find(self, wallet_id: str) -> Wallet | None:
        """The wallet, if there is one."""

    def entries(
        self, wallet_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[WalletEntry]:
        """The newest first."""


class Sessions(Protocol):
    def get(self, session_id: str) -> Session:
        """Raises UnknownSession."""

    def find(self, session_id: str) -> Session | None:
        """The session, if there is one."""

    def list_of_subscription(
        self, subscription_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Session]:
        """The newest first, from an index that may lag behind."""


class TopUps(Protocol):
    def find(self, top_up_id: str) -> TopUp | None:
        """The top-up, if there is one."""


class StartGates(Protocol):
    def find(self, customer_id: str) -> StartGate | None:
        """The customer's gate; None while nobody started or was restricted."""
