"""Credit a wallet with money that has arrived, once per payment."""

from dataclasses import dataclass, replace

from umlauf.kernel.money import Money
from umlauf.kernel.work import Claim, Work
from umlauf.wallets.events import ToppedUp
from umlauf.wallets.model import EntryKind, TopUpStatus, Wallet, top_up_claim
from umlauf.wallets.ports import TopUps, Wallets


@dataclass(frozen=True, slots=True)
class ArrivedPayment:
    payment_id: str
    wallet_id: str
    amount: Money
    top_up_id: str | None = None


def credit_top_up(
    payment: ArrivedPayment, *, work: Work, wallets: Wallets, top_ups: TopUps
) -> Wallet:
    """Book the amount that was paid, whatever was asked for: it is the customer's money.

    A payment that is credited already ends in AlreadyClaimed. Raises UnknownWallet.
    """
    wallet = wallets.get(payment.wallet_id)
    credited, entry = wallet.booked(EntryKind.TOP_UP, payment.amount, payment.payment_id, work.now)
    work.claim(Claim(top_up_claim(payment.payment_id)))
    work.put(entry)
    work.put(
        credited,
        ToppedUp(
            wallet.id, wallet.customer_id, payment.amount, payment.payment_id, payment.top_up_id
        ),
    )
    top_up = top_ups.find(payment.top_up_id) if payment.top_up_id else None
    if top_up is not None:
        work.put(replace(top_up, status=TopUpStatus.CREDITED))
    return credited
