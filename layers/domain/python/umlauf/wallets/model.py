"""Wallets and their entries, sessions and their holds, and the gate that may forbid a start.

A wallet's balance is the sum of its entries and never below zero; what is held for running sessions
is part of the balance and cannot be held twice. Entries are put once, in the work that moves the
balance.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final

from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.money import Money
from umlauf.wallets.errors import InsufficientBalance, SessionAlreadyOpen, TooManySessions

MAX_OPEN_SESSIONS: Final = 10
"""Per wallet: a wallet names its open sessions, so their number is bounded."""


class EntryKind(StrEnum):
    TOP_UP = "top_up"
    TOP_UP_RETURN = "top_up_return"
    RIDE = "ride"


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletEntry:
    """One movement. `number` counts the wallet's entries from 1 without a gap. Put once."""

    KIND: ClassVar[str] = "wallet_entry"

    wallet_id: str
    number: int
    entry_kind: EntryKind
    amount: Money
    balance_after: Money
    reference: str
    """The payment attempt or the session it stands on."""

    booked_at: datetime
    version: int = 0

    @property
    def id(self) -> str:
        return f"{self.wallet_id}:{self.number}"


@dataclass(frozen=True, slots=True)
class OpenSession:
    subscription_id: str
    session_id: str
    hold: Money


@dataclass(frozen=True, slots=True)
class Wallet:
    """A customer's prepaid account in one currency."""

    KIND: ClassVar[str] = "wallet"

    id: str
    customer_id: str
    balance: Money
    open_sessions: tuple[OpenSession, ...] = ()
    entry_count: int = 0
    version: int = 0

    @property
    def currency(self) -> str:
        return self.balance.currency

    @property
    def held(self) -> Money:
        """What running sessions may cost: the sum of their holds."""
        return Money(sum(one.hold.amount_minor for one in self.open_sessions), self.currency)

    @property
    def available(self) -> Money:
        return self.balance - self.held

    def session_of(self, subscription_id: str) -> OpenSession | None:
        return next(
            (one for one in self.open_sessions if one.subscription_id == subscription_id), None
        )

    def booked(
        self, entry_kind: EntryKind, amount: Money, reference: str, now: datetime
    ) -> tuple["Wallet", WalletEntry]:
        """The wallet after a movement, and its entry.

        Raises InsufficientBalance rather than go below zero or below what is held.
        """
        after = self.balance + amount
        if after < self.held:
            raise InsufficientBalance(f"wallet {self.id} has {self.available}, not {-amount}")
        entry = WalletEntry(
            wallet_id=self.id,
            number=self.entry_count + 1,
            entry_kind=entry_kind,
            amount=amount,
            balance_after=after,
            reference=reference,
            booked_at=now,
        )
        return replace(self, balance=after, entry_count=entry.number), entry

    def holding(self, session: OpenSession) -> "Wallet":
        """Raises InsufficientBalance, SessionAlreadyOpen, TooManySessions."""
        if self.session_of(session.subscription_id) is not None:
            raise SessionAlreadyOpen(f"{session.subscription_id} has a session running; end it")
        if len(self.open_sessions) >= MAX_OPEN_SESSIONS:
            raise TooManySessions(f"at most {MAX_OPEN_SESSIONS} sessions run at once; end one")
        if session.hold > self.available:
            raise InsufficientBalance(
                f"wallet {self.id} has {self.available}, not {session.hold}; top it up"
            )
        return replace(self, open_sessions=(*self.open_sessions, session))

    def released(self, session_id: str) -> "Wallet":
        """Without the session's hold: all of it is available again."""
        rest = tuple(one for one in self.open_sessions if one.session_id != session_id)
        return replace(self, open_sessions=rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTerms:
    """What a session costs, frozen when it starts.

    The meter's units are `meter_units_per_unit`-ths of the priced unit (60 for seconds at a price
    per minute). The tax rate is in per cent.
    """

    price: Price
    meter: str
    meter_units_per_unit: int
    tax_rate: Decimal
    tax_country: str
    tax_category: str = "standard"
    price_includes_tax: bool = True


class SessionStatus(StrEnum):
    OPEN = "open"
    SETTLED = "settled"
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A prepaid ride: money is held before it starts, used money is taken when it ends.

    `lease` is how many units of the meter the hold pays for; the device lets nobody start after
    `expires_at`. `quantity` is what was measured so far.
    """

    KIND: ClassVar[str] = "session"

    id: str
    wallet_id: str
    customer_id: str
    subscription_id: str
    asset_id: str
    terms: SessionTerms
    hold: Money
    lease: int
    started_at: datetime
    expires_at: datetime
    status: SessionStatus = SessionStatus.OPEN
    quantity: int = 0
    charged: Money | None = None
    shortfall: Money | None = None
    """What the ride cost beyond all that was available: owed, never taken below zero."""

    ended_at: datetime | None = None
    version: int = 0

    @property
    def is_open(self) -> bool:
        return self.status is SessionStatus.OPEN


class UnsettledReason(StrEnum):
    NO_SESSION = "no_session"
    """Used without a session: ridden on an old permit, or measured after the ride was settled."""

    CORRECTION = "correction"
    """A late reading moved usage that was charged before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsettledUsage:
    """Prepaid usage that no session could take, kept open for people. May be negative. Put once.

    Settled and unsettled quantities add up to what was metered.
    """

    KIND: ClassVar[str] = "unsettled_usage"

    subscription_id: str
    customer_id: str
    source_id: str
    """The reading or correction that measured it."""

    quantity: int
    used_at: datetime
    reason: UnsettledReason
    version: int = 0

    @property
    def id(self) -> str:
        return derive_id("uns", self.subscription_id, self.source_id)


class TopUpStatus(StrEnum):
    REQUESTED = "requested"
    CREDITED = "credited"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """A customer's wish to pay money in. Only the payment's success moves the balance."""

    KIND: ClassVar[str] = "top_up"

    id: str
    wallet_id: str
    customer_id: str
    amount: Money
    requested_at: datetime
    status: TopUpStatus = TopUpStatus.REQUESTED
    version: int = 0


@dataclass(frozen=True, slots=True)
class StartRestriction:
    """A live decision of the policy engine. It holds until it is lifted or expires."""

    id: str
    reason: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StartGate:
    """Whether a customer may start prepaid sessions. Its id is the customer's.

    Every start counts here, so a start and a restriction that race are put in an order.
    """

    KIND: ClassVar[str] = "start_gate"

    id: str
    restrictions: tuple[StartRestriction, ...] = ()
    starts: int = 0
    version: int = 0

    def restriction_at(self, now: datetime) -> StartRestriction | None:
        return next((one for one in self.restrictions if now < one.expires_at), None)

    def restricted(self, restriction: StartRestriction) -> "StartGate":
        return replace(self, restrictions=(*self.without(restriction.id).restrictions, restriction))

    def without(self, restriction_id: str) -> "StartGate":
        rest = tuple(one for one in self.restrictions if one.id != restriction_id)
        return replace(self, restrictions=rest)


def top_up_claim(payment_id: str) -> str:
    """The key of the claim under which a payment credits its wallet, once."""
    return f"TOP_UP#{payment_id}"


def wallet_id_of(customer_id: str, currency: str) -> str:
    """A customer has one wallet per currency, so its id is known before it exists."""
    return derive_id("wal", customer_id, currency)
