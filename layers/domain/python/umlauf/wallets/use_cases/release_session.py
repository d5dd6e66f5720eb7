"""End a session that was not ridden, and free its hold."""

from dataclasses import replace

from umlauf.kernel.work import Work
from umlauf.wallets.errors import SessionNotOpen, UnknownSession
from umlauf.wallets.events import SessionReleased
from umlauf.wallets.model import Session, SessionStatus
from umlauf.wallets.ports import Sessions, Wallets


def release_session(
    session_id: str, customer_id: str, *, work: Work, wallets: Wallets, sessions: Sessions
) -> Session:
    """Release the customer's own session; releasing again changes nothing.

    A session with usage on it is settled by the reading that ends its ride, not here; and a release
    spares nobody a ride that is reported later (see settle_usage). Raises UnknownSession,
    SessionNotOpen.
    """
    session = sessions.get(session_id)
    if session.customer_id != customer_id:
        raise UnknownSession(f"there is no session {session_id}; start one", field="session_id")
    if session.status is SessionStatus.RELEASED:
        return session
    if not session.is_open or session.quantity:
        raise SessionNotOpen("the ride was measured already; it is settled when it ends")
    wallet = wallets.get(session.wallet_id)
    released = replace(session, status=SessionStatus.RELEASED, ended_at=work.now)
    work.put(wallet.released(session.id))
    work.put(
        released,
        SessionReleased(
            session.id,
            wallet.id,
            session.customer_id,
            session.subscription_id,
            session.asset_id,
        ),
    )
    return released
