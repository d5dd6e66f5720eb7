"""Take prepaid usage from the wallet, in the work that records the readings it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from umlauf.kernel.work import Work
from umlauf.wallets.events import UsageUnsettled
from umlauf.wallets.model import (
    Session,
    SessionStatus,
    UnsettledReason,
    UnsettledUsage,
    Wallet,
    wallet_id_of,
)
from umlauf.wallets.ports import Sessions, Wallets
from umlauf.wallets.settlement import settle_session

RECENT_SESSIONS: Final = 50
"""How many of a subscription's last sessions are looked through for the one a ride belongs to."""


@dataclass(frozen=True, slots=True)
class PrepaidUsage:
    """Newly measured use of a prepaid subscription, in units of its meter.

    A correction may be negative.
    """

    subscription_id: str
    customer_id: str
    currency: str
    quantity: int
    used_at: datetime
    ends_ride: bool
    source_id: str


def settle_usage(
    usages: Sequence[PrepaidUsage], *, work: Work, wallets: Wallets, sessions: Sessions
) -> tuple[Session, ...]:
    """Count each usage on its running session; settle the session when its ride ends.

    Give all prepaid usage of one work in one call, in the order it was counted. A ride that ended
    within a session given up unridden is settled on that session. What no session covers is kept
    as unsettled, with an event. Gives the sessions that were settled.
    """
    settling = _Settling(work, wallets, sessions)
    for usage in usages:
        settling.count(usage)
    return settling.finish()


class _Settling:
    """The wallets and sessions of one work, each loaded once and put once."""

    def __init__(self, work: Work, wallets: Wallets, sessions: Sessions) -> None:
        self._work = work
        self._stored_wallets = wallets
        self._stored_sessions = sessions
        self._wallets: dict[str, Wallet | None] = {}
        self._sessions: dict[str, Session] = {}
        self._settled: list[Session] = []

    def count(self, usage: PrepaidUsage) -> None:
        wallet = self._wallet(wallet_id_of(usage.customer_id, usage.currency))
        session = self._session_for(wallet, usage) if wallet else None
        if wallet is None or session is None:
            self._keep_unsettled(usage)
            return
        session = replace(session, quantity=session.quantity + usage.quantity)
        self._sessions[session.id] = session
        if usage.ends_ride:
            self._settle(wallet, session)

    def finish(self) -> tuple[Session, ...]:
        settled = {session.id for session in self._settled}
        for session in self._sessions.values():
            if session.id not in settled:
                self._work.put(session)
        return tuple(self._settled)

    def _wallet(self, wallet_id: str) -> Wallet | None:
        if wallet_id not in self._wallets:
            self._wallets[wallet_id] = self._stored_wallets.find(wallet_id)
        return self._wallets[wallet_id]

    def _session_for(self, wallet: Wallet, usage: PrepaidUsage) -> Session | None:
        return self._running(wallet, usage) or self._ridden_after_all(usage)

    def _running(self, wallet: Wallet, usage: PrepaidUsage) -> Session | None:
        """The session that ran when it was used, unless a correction would turn it negative."""
        open_session = wallet.session_of(usage.subscription_id)
        if open_session is None:
            return None
        session = self._session(open_session.session_id)
        if usage.used_at < session.started_at or session.quantity + usage.quantity < 0:
            return None
        return session

    def _ridden_after_all(self, usage: PrepaidUsage) -> Session | None:
        """The released session during which the ride ended.

        A device tells a ride when it ends, so a session may be given up in the middle of one. Only
        the last session that had started by then counts: an earlier one was over.
        """
        if not usage.ends_ride or usage.quantity <= 0:
            return None
        recent = self._stored_sessions.list_of_subscription(
            usage.subscription_id, limit=RECENT_SESSIONS
        )
        last = next((one for one in recent.items if one.started_at <= usage.used_at), None)
        if last is None or usage.used_at > last.expires_at:
            return None
        session = self._session(last.id)  # the list may lag behind
        return session if session.status is SessionStatus.RELEASED else None

    def _session(self, session_id: str) -> Session:
        return self._sessions.get(session_id) or self._stored_sessions.get(session_id)

    def _settle(self, wallet: Wallet, session: Session) -> None:
        settlement = settle_session(wallet, session, self._work.now)
        if settlement.entry is not None:
            self._work.put(settlement.entry)
        self._work.put(settlement.wallet)
        self._work.put(settlement.session, settlement.event)
        self._wallets[wallet.id] = settlement.wallet
        self._sessions[session.id] = settlement.session
        self._settled.append(settlement.session)

    def _keep_unsettled(self, usage: PrepaidUsage) -> None:
        if usage.quantity == 0:
            return
        reason = UnsettledReason.NO_SESSION if usage.quantity > 0 else UnsettledReason.CORRECTION
        unsettled = UnsettledUsage(
            subscription_id=usage.subscription_id,
            customer_id=usage.customer_id,
            source_id=usage.source_id,
            quantity=usage.quantity,
            used_at=usage.used_at,
            reason=reason,
        )
        self._work.put(
            unsettled,
            UsageUnsettled(
                unsettled.id,
                usage.customer_id,
                usage.subscription_id,
                usage.quantity,
                reason,
            ),
        )
