"""From which prepaid grants a charge is taken: the order is a rule, not a choice.

Lower priority numbers first; then what expires earliest; then promotional money before paid money;
then the oldest. So a gift that would lapse is used before money the customer could have back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from umlauf.kernel.calendar import require_aware
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money

LOWEST_PRIORITY: Final = 100
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Prepaid money with conditions of its own. At `expires_at` it can no longer be used."""

    id: str
    left: Money
    granted_at: datetime
    priority: int = 50
    expires_at: datetime | None = None
    is_promotional: bool = False

    def __post_init__(self) -> None:
        require_aware(self.granted_at)
        if self.expires_at is not None:
            require_aware(self.expires_at)
        if self.left.amount_minor < 0:
            raise InvalidInput(f"grant {self.id} cannot hold {self.left}", field="left")
        if not 0 <= self.priority <= LOWEST_PRIORITY:
            raise InvalidInput(
                f"priority must be 0 to {LOWEST_PRIORITY}, not {self.priority}", field="priority"
            )

    def is_usable(self, now: datetime) -> bool:
        return self.granted_at <= now and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Draw:
    """What is taken from one grant."""

    grant_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Drawdown:
    """Draws and what they could not cover add up to the charge.

    `grants` are all grants as they stand afterwards, in the order they were given.
    """

    draws: tuple[Draw, ...]
    grants: tuple[Grant, ...]
    uncovered: Money

    def drawn_from(self, grant_id: str) -> Money:
        nothing = Money(0, self.uncovered.currency)
        return next((draw.amount for draw in self.draws if draw.grant_id == grant_id), nothing)


def draw_down(grants: Iterable[Grant], charge: Money, now: datetime) -> Drawdown:
    """Take a charge from the usable grants, in their order, as far as they reach.

    Raises InvalidInput for a negative charge, CurrencyMismatch for a grant in another currency.
    """
    if charge.amount_minor < 0:
        raise InvalidInput(f"a charge must not be negative: {charge}", field="charge")
    given = tuple(grants)
    uncovered = charge
    draws = []
    for grant in sorted(given, key=_place):
        amount = min(grant.left, uncovered)
        if amount and grant.is_usable(now):
            draws.append(Draw(grant.id, amount))
            uncovered -= amount
    taken = {draw.grant_id: draw.amount for draw in draws}
    after = tuple(
        replace(grant, left=grant.left - taken[grant.id]) if grant.id in taken else grant
        for grant in given
    )
    return Drawdown(tuple(draws), after, uncovered)


def _place(grant: Grant) -> tuple[int, datetime, bool, datetime, str]:
    """Where a grant stands in the queue; the id only makes the order total."""
    return (
        grant.priority,
        grant.expires_at or _NEVER,
        not grant.is_promotional,
        grant.granted_at,
        grant.id,
    )
