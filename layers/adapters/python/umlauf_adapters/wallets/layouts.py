"""Where wallets lie: a wallet and its entries in one partition, sessions each in their own.

gsi1 lists wallets and top-ups by customer, sessions and unsettled usage by subscription.
"""

from datetime import UTC, datetime
from typing import Final

from umlauf.wallets.model import Session, StartGate, TopUp, UnsettledUsage, Wallet, WalletEntry
from umlauf_adapters.kernel.items import context_table
from umlauf_adapters.kernel.layouts import Key, Layout

_TABLE = context_table("wallets")
ENTRY: Final = "ENTRY#"
SESSION: Final = "SESSION#"
UNSETTLED: Final = "UNSETTLED#"


def wallet_partition(wallet_id: str) -> str:
    return f"WALLET#{wallet_id}"


def wallet_key(wallet_id: str) -> Key:
    return wallet_partition(wallet_id), "WALLET"


def session_key(session_id: str) -> Key:
    return f"SESSION#{session_id}", "SESSION"


def top_up_key(top_up_id: str) -> Key:
    return f"TOP_UP#{top_up_id}", "TOP_UP"


def gate_key(customer_id: str) -> Key:
    return f"START_GATE#{customer_id}", "START_GATE"


def customer_partition(customer_id: str) -> str:
    return f"CUSTOMER#{customer_id}"


def subscription_partition(subscription_id: str) -> str:
    return f"SUBSCRIPTION#{subscription_id}"


def _sortable(instant: datetime) -> str:
    """Fixed width, so that text order is time order."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


WALLETS: Final = Layout(
    Wallet,
    _TABLE,
    key=lambda wallet: wallet_key(wallet.id),
    gsi1=lambda wallet: (customer_partition(wallet.customer_id), f"WALLET#{wallet.currency}"),
)
ENTRIES: Final = Layout(
    WalletEntry,
    _TABLE,
    key=lambda entry: (wallet_partition(entry.wallet_id), f"{ENTRY}{entry.number:010d}"),
)
SESSIONS: Final = Layout(
    Session,
    _TABLE,
    key=lambda session: session_key(session.id),
    gsi1=lambda session: (
        subscription_partition(session.subscription_id),
        f"{SESSION}{_sortable(session.started_at)}#{session.id}",
    ),
)
UNSETTLED_USAGE: Final = Layout(
    UnsettledUsage,
    _TABLE,
    key=lambda usage: (f"UNSETTLED#{usage.id}", "UNSETTLED"),
    gsi1=lambda usage: (
        subscription_partition(usage.subscription_id),
        f"{UNSETTLED}{_sortable(usage.used_at)}#{usage.id}",
    ),
)
TOP_UPS: Final = Layout(
    TopUp,
    _TABLE,
    key=lambda top_up: top_up_key(top_up.id),
    gsi1=lambda top_up: (
        customer_partition(top_up.customer_id),
        f"TOP_UP#{_sortable(top_up.requested_at)}#{top_up.id}",
    ),
)
START_GATES: Final = Layout(StartGate, _TABLE, key=lambda gate: gate_key(gate.id))
