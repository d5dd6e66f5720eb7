"""Settling a session: priced once, taken as far as there is money, and the hold is free."""

from dataclasses import dataclass, replace
from datetime import datetime

from umlauf.kernel.money import Money
from umlauf.wallets.events import SessionSettled
from umlauf.wallets.model import EntryKind, Session, SessionStatus, Wallet, WalletEntry
from umlauf.wallets.pricing import cost


@dataclass(frozen=True, slots=True)
class Settlement:
    """All that must be put together. A ride that cost nothing leaves no entry."""

    wallet: Wallet
    session: Session
    entry: WalletEntry | None
    event: SessionSettled


def settle_session(wallet: Wallet, session: Session, now: datetime) -> Settlement:
    """Take the cost from the freed hold, and beyond it from what is available; never below zero."""
    owed = cost(session.terms, session.quantity)
    freed = wallet.released(session.id)
    charged = min(owed, freed.available)
    shortfall = owed - charged
    settled = replace(
        session,
        status=SessionStatus.SETTLED,
        charged=charged,
        shortfall=shortfall,
        ended_at=now,
    )
    after, entry = freed, None
    if charged:
        after, entry = freed.booked(EntryKind.RIDE, -charged, session.id, now)
    return Settlement(after, settled, entry, _event_of(settled, charged, shortfall, now))


def _event_of(session: Session, charged: Money, shortfall: Money, now: datetime) -> SessionSettled:
    return SessionSettled(
        session_id=session.id,
        wallet_id=session.wallet_id,
        customer_id=session.customer_id,
        subscription_id=session.subscription_id,
        asset_id=session.asset_id,
        amount=charged,
        tax_rate=session.terms.tax_rate,
        tax_country=session.terms.tax_country,
        seconds=session.quantity,
        meter=session.terms.meter,
        shortfall=shortfall,
        settled_at=now,
        tax_category=session.terms.tax_category,
    )
