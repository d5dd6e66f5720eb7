"""Start a prepaid session: no start without a hold, and none for a customer who is restricted."""

from dataclasses import dataclass, replace

from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work
from umlauf.wallets.errors import StartRestricted
from umlauf.wallets.events import SessionReleased, SessionStarted
from umlauf.wallets.model import (
    OpenSession,
    Session,
    SessionStatus,
    SessionTerms,
    StartGate,
    Wallet,
    wallet_id_of,
)
from umlauf.wallets.ports import Sessions, StartGates, Wallets
from umlauf.wallets.settlement import settle_session
from umlauf.wallets.start_policy import DEFAULT_POLICY, StartPolicy, grant_lease


@dataclass(frozen=True, slots=True)
class SessionOrder:
    """Who wants to start what. The edge made sure that the asset is the subscription's now."""

    command_key: str
    customer_id: str
    subscription_id: str
    asset_id: str
    terms: SessionTerms


def start_session(
    order: SessionOrder,
    *,
    work: Work,
    wallets: Wallets,
    sessions: Sessions,
    gates: StartGates,
    policy: StartPolicy = DEFAULT_POLICY,
) -> Session:
    """Hold the lease's price and open the session; the same command again gives the same session.

    A session of the subscription that has expired is ended first. A wallet that was never topped up
    is empty. Raises StartRestricted, InsufficientBalance, SessionAlreadyOpen.
    """
    session_id = derive_id("ses", order.customer_id, order.subscription_id, order.command_key)
    known = sessions.find(session_id)
    if known is not None:
        return known
    gate = gates.find(order.customer_id) or StartGate(order.customer_id)
    restriction = gate.restriction_at(work.now)
    if restriction is not None:
        raise StartRestricted(
            f"no prepaid session may start ({restriction.reason}); settle what is open first"
        )
    wallet = _wallet(order, wallets)
    wallet = _without_expired(wallet, order.subscription_id, sessions, work)
    lease = grant_lease(wallet, order.terms, policy)
    session = Session(
        id=session_id,
        wallet_id=wallet.id,
        customer_id=order.customer_id,
        subscription_id=order.subscription_id,
        asset_id=order.asset_id,
        terms=order.terms,
        hold=lease.hold,
        lease=lease.quantity,
        started_at=work.now,
        expires_at=work.now + policy.lasts,
    )
    work.put(wallet.holding(OpenSession(order.subscription_id, session_id, lease.hold)))
    work.put(replace(gate, starts=gate.starts + 1))
    work.put(session, _started(session))
    return session


def _wallet(order: SessionOrder, wallets: Wallets) -> Wallet:
    currency = order.terms.price.currency
    wallet_id = wallet_id_of(order.customer_id, currency)
    found = wallets.find(wallet_id)
    return found or Wallet(wallet_id, order.customer_id, Money(0, currency))


def _without_expired(
    wallet: Wallet, subscription_id: str, sessions: Sessions, work: Work
) -> Wallet:
    """End an expired session: its permit is over, and nobody told that its ride ended.

    What was measured is settled, and an unridden one released. A ride that is told later is settled
    on the released session if it ended in time; other usage stays open as unsettled.
    """
    running = wallet.session_of(subscription_id)
    if running is None:
        return wallet
    session = sessions.get(running.session_id)
    if work.now < session.expires_at:
        return wallet
    if session.quantity:
        settlement = settle_session(wallet, session, work.now)
        if settlement.entry is not None:
            work.put(settlement.entry)
        work.put(settlement.session, settlement.event)
        return settlement.wallet
    work.put(
        replace(session, status=SessionStatus.RELEASED, ended_at=work.now),
        SessionReleased(
            session.id, wallet.id, wallet.customer_id, subscription_id, session.asset_id
        ),
    )
    return wallet.released(session.id)


def _started(session: Session) -> SessionStarted:
    return SessionStarted(
        session.id,
        session.wallet_id,
        session.customer_id,
        session.subscription_id,
        session.asset_id,
        session.hold,
        session.lease,
        session.terms.meter,
        session.expires_at,
    )
