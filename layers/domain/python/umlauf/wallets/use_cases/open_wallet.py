"""Open a customer's wallet in a currency."""

from umlauf.kernel.money import Money
from umlauf.kernel.work import Work
from umlauf.wallets.model import Wallet, wallet_id_of
from umlauf.wallets.ports import Wallets


def open_wallet(customer_id: str, currency: str, *, work: Work, wallets: Wallets) -> Wallet:
    """The customer's one wallet in the currency, empty if it is new."""
    wallet = wallets.find(wallet_id_of(customer_id, currency))
    if wallet is None:
        wallet = Wallet(wallet_id_of(customer_id, currency), customer_id, Money(0, currency))
        work.put(wallet)
    return wallet
