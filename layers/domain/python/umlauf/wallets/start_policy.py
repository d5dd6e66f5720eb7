"""How much must lie in a wallet before a session starts, and for how long a start holds."""

from dataclasses import dataclass
from datetime import timedelta

from umlauf.kernel.money import Money
from umlauf.wallets.errors import InsufficientBalance
from umlauf.wallets.model import SessionTerms, Wallet
from umlauf.wallets.pricing import affordable_units, cost


@dataclass(frozen=True, slots=True)
class StartPolicy:
    """Figures in the wallet's minor units.

    Under `minimum_minor` nobody starts. `reserve_minor` stays out of the hold: it pays for the
    minutes a device rides on after its lease, so that a ride seldom costs more than there is.
    """

    minimum_minor: int = 100
    reserve_minor: int = 20
    max_lease_units: int = 120
    lasts: timedelta = timedelta(hours=24)


DEFAULT_POLICY = StartPolicy()


@dataclass(frozen=True, slots=True)
class Lease:
    """How far a start reaches: units of the meter, and the hold that pays for them."""

    quantity: int
    hold: Money


def grant_lease(wallet: Wallet, terms: SessionTerms, policy: StartPolicy) -> Lease:
    """The longest lease the available balance allows. Raises InsufficientBalance."""
    available = wallet.available
    spendable = available - Money(policy.reserve_minor, wallet.currency)
    units = 0
    if available.amount_minor >= max(policy.minimum_minor, policy.reserve_minor):
        units = affordable_units(terms, spendable, policy.max_lease_units)
    if units == 0:
        raise InsufficientBalance(
            f"{available} is not enough to start; top the wallet up", field="wallet"
        )
    quantity = units * terms.meter_units_per_unit
    return Lease(quantity, cost(terms, quantity))
