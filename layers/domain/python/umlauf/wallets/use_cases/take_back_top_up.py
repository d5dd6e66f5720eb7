"""Take a top-up back from the wallet when its payment was returned, once per payment."""

from dataclasses import dataclass

from umlauf.kernel.money import Money
from umlauf.kernel.work import Claim, Work, Works
from umlauf.wallets.errors import TopUpNotCredited
from umlauf.wallets.events import TopUpReturned
from umlauf.wallets.model import EntryKind, Wallet, top_up_claim
from umlauf.wallets.ports import Wallets


@dataclass(frozen=True, slots=True)
class ReturnedPayment:
    payment_id: str
    wallet_id: str
    amount: Money


def take_back_top_up(
    payment: ReturnedPayment, *, work: Work, works: Works, wallets: Wallets
) -> TopUpReturned:
    """Book out what is available; what was spent or is held stays open as the shortfall.

    A return is told apart from its payment and may overtake it: TopUpNotCredited until the payment
    is credited. One that was taken back already ends in AlreadyClaimed. Raises UnknownWallet.
    """
    if works.claimed(top_up_claim(payment.payment_id)) is None:
        raise TopUpNotCredited(f"{payment.payment_id} went back, but is not credited yet")
    wallet = wallets.get(payment.wallet_id)
    taken_back = min(payment.amount, wallet.available)
    returned = TopUpReturned(
        wallet_id=wallet.id,
        customer_id=wallet.customer_id,
        amount=payment.amount,
        taken_back=taken_back,
        shortfall=payment.amount - taken_back,
        payment_id=payment.payment_id,
    )
    work.claim(Claim(f"TOP_UP_RETURN#{payment.payment_id}"))
    work.put(_without(wallet, taken_back, payment, work), returned)
    return returned


def _without(wallet: Wallet, taken: Money, payment: ReturnedPayment, work: Work) -> Wallet:
    if not taken:
        return wallet
    after, entry = wallet.booked(EntryKind.TOP_UP_RETURN, -taken, payment.payment_id, work.now)
    work.put(entry)
    return after
