"""Note a customer's wish to pay money in; the payment itself is made by payments."""

from typing import Final

from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work
from umlauf.wallets.errors import BadTopUp
from umlauf.wallets.model import TopUp, wallet_id_of
from umlauf.wallets.ports import TopUps, Wallets
from umlauf.wallets.use_cases.open_wallet import open_wallet

MIN_MINOR: Final = 500
MAX_MINOR: Final = 50_000


def request_top_up(
    command_key: str,
    customer_id: str,
    amount: Money,
    *,
    work: Work,
    wallets: Wallets,
    top_ups: TopUps,
) -> TopUp:
    """The top-up this command names; the same command again gives the same one.

    Opens the wallet if there is none. Raises BadTopUp.
    """
    if not MIN_MINOR <= amount.amount_minor <= MAX_MINOR:
        raise BadTopUp(
            f"top up between {Money(MIN_MINOR, amount.currency)} and "
            f"{Money(MAX_MINOR, amount.currency)}, not {amount}",
            field="amount_minor",
        )
    top_up_id = derive_id("top", customer_id, command_key)
    known = top_ups.find(top_up_id)
    if known is not None:
        return known
    open_wallet(customer_id, amount.currency, work=work, wallets=wallets)
    top_up = TopUp(
        id=top_up_id,
        wallet_id=wallet_id_of(customer_id, amount.currency),
        customer_id=customer_id,
        amount=amount,
        requested_at=work.now,
    )
    work.put(top_up)
    return top_up
