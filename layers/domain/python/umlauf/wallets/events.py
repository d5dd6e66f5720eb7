"""What wallets tells the others."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from umlauf.kernel.money import Money
from umlauf.wallets.model import UnsettledReason


@dataclass(frozen=True, slots=True)
class ToppedUp:
    """Prepaid money arrived: it is owed to the customer until it is used."""

    TYPE: ClassVar[str] = "wallets.topped_up.v1"

    wallet_id: str
    customer_id: str
    amount: Money
    payment_id: str
    top_up_id: str | None = None


@dataclass(frozen=True, slots=True)
class TopUpReturned:
    """The bank took a top-up's money back, and the wallet gave what it had.

    `amount` = `taken_back` + `shortfall`. The shortfall was spent or is held for a ride, and owed.
    """

    TYPE: ClassVar[str] = "wallets.top_up_returned.v1"

    wallet_id: str
    customer_id: str
    amount: Money
    taken_back: Money
    shortfall: Money
    payment_id: str


@dataclass(frozen=True, slots=True)
class SessionStarted:
    TYPE: ClassVar[str] = "wallets.session_started.v1"

    session_id: str
    wallet_id: str
    customer_id: str
    subscription_id: str
    asset_id: str
    hold: Money
    lease: int
    meter: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SessionSettled:
    """A ride was taken from the wallet. The amount includes tax at `tax_rate` per cent.

    What the balance could not pay is the shortfall, and no part of the amount.
    """

    TYPE: ClassVar[str] = "wallets.session_settled.v1"

    session_id: str
    wallet_id: str
    customer_id: str
    subscription_id: str
    asset_id: str
    amount: Money
    tax_rate: Decimal
    tax_country: str
    seconds: int
    """The quantity of the session's meter: seconds where it is `ride_seconds`."""

    meter: str
    shortfall: Money
    settled_at: datetime
    tax_category: str = "standard"


@dataclass(frozen=True, slots=True)
class SessionReleased:
    """A session ended without a ride; its hold is free again."""

    TYPE: ClassVar[str] = "wallets.session_released.v1"

    session_id: str
    wallet_id: str
    customer_id: str
    subscription_id: str
    asset_id: str


@dataclass(frozen=True, slots=True)
class UsageUnsettled:
    """Prepaid usage that no session could take: it stays open for people to look at."""

    TYPE: ClassVar[str] = "wallets.usage_unsettled.v1"

    unsettled_id: str
    customer_id: str
    subscription_id: str
    quantity: int
    reason: UnsettledReason
