"""What a plan says about time: phases, proration, changes, pauses, and what is given back when.

All of it is data on a plan version, so two subscribers of one version are always treated alike.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from umlauf.catalog.errors import BadPlan
from umlauf.catalog.naming import require_interval, require_slug
from umlauf.kernel.calendar import Interval
from umlauf.kernel.money import minor_digits

MOST_PAUSE_DAYS: Final = 3_660
LONGEST_NOTICE_DAYS: Final = 366


class ProrationBasis(StrEnum):
    """What a part of a period is measured in: its own days, thirty to any month, or seconds."""

    ACTUAL_DAYS = "actual_days"
    THIRTY_DAYS = "thirty_days"
    SECONDS = "seconds"


class CreditPolicy(StrEnum):
    """What an end, a change or a pause gives back of time that is paid for."""

    NONE = "none"
    UNUSED = "unused"
    FULL = "full"


class ChangeTiming(StrEnum):
    AT_ONCE = "at_once"
    PERIOD_END = "period_end"


class BillingTiming(StrEnum):
    """Whether a period is charged on its first day or when it is over."""

    ADVANCE = "advance"
    ARREARS = "arrears"


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a subscription with prices of its own, counted from its start.

    In a free phase (a trial) no base fee and no delivery is charged. Only the last phase has no
    length: it goes on.
    """

    name: str
    length: Interval | None = None
    is_free: bool = False

    def __post_init__(self) -> None:
        require_slug(self.name, "phases")
        require_interval(self.length, "phases")


@dataclass(frozen=True, slots=True)
class ChangePolicy:
    """When a dearer or a cheaper choice begins, and what the paid rest of the old one becomes.

    Whoever changes to the plan keeps what is left of their trial, as far as the plan has one. With
    `grants_trial` they have the plan's own, counted from the subscription's start.
    """

    upgrade: ChangeTiming = ChangeTiming.AT_ONCE
    downgrade: ChangeTiming = ChangeTiming.PERIOD_END
    credit: CreditPolicy = CreditPolicy.UNUSED
    grants_trial: bool = False


@dataclass(frozen=True, slots=True)
class PausePolicy:
    """How a subscriber may pause; a plan without one (None) cannot be paused.

    With `stops_clock` the minimum term and the phases move on by the paused days.
    """

    most_days: int | None = None
    stops_clock: bool = True
    credit: CreditPolicy = CreditPolicy.UNUSED
    notice_days: int = 0

    def __post_init__(self) -> None:
        if self.most_days is not None:
            require_days(self.most_days, "most_days", least=1, most=MOST_PAUSE_DAYS)
        require_days(self.notice_days, "notice_days", most=LONGEST_NOTICE_DAYS)


@dataclass(frozen=True, slots=True)
class Commitment:
    """The least and the most all lines of a subscription come to, in a full billing period."""

    currency: str
    minimum_minor: int | None = None
    maximum_minor: int | None = None

    def __post_init__(self) -> None:
        minor_digits(self.currency)
        if self.minimum_minor is None and self.maximum_minor is None:
            raise BadPlan(
                f"the commitment in {self.currency} needs a minimum or a maximum",
                field="commitments",
            )
        if any(amount is not None and amount < 0 for amount in self._bounds):
            raise BadPlan("a commitment must not be negative", field="commitments")
        if None not in self._bounds and (self.minimum_minor or 0) > (self.maximum_minor or 0):
            raise BadPlan(
                f"the commitment's minimum {self.minimum_minor} is above its maximum "
                f"{self.maximum_minor}",
                field="commitments",
            )

    @property
    def _bounds(self) -> tuple[int | None, int | None]:
        return self.minimum_minor, self.maximum_minor


def require_days(days: int, field: str, *, most: int, least: int = 0) -> None:
    """Refuse a number of days that is out of bounds."""
    if not least <= days <= most:
        raise BadPlan(f"{field} must be {least} to {most} days, not {days}", field=field)


def require_phases(phases: tuple[Phase, ...]) -> None:
    """Refuse phases that do not follow each other up to an open end."""
    names = [phase.name for phase in phases]
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise BadPlan(f"phase {', '.join(doubles)} stands there more than once", field="phases")
    for phase in phases[:-1]:
        if phase.length is None:
            raise BadPlan(
                f"phase {phase.name} has no length, so the next would never begin: give it one",
                field="phases",
            )
    if phases and phases[-1].length is not None:
        raise BadPlan(
            f"the last phase, {phases[-1].name}, must be open: leave its length out",
            field="phases",
        )
