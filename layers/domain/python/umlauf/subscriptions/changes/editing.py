"""What every change of an agreement is told."""

from dataclasses import dataclass
from datetime import date

from umlauf.catalog.model import Plan
from umlauf.catalog.price_books import PriceChoice
from umlauf.kernel.calendar import Interval
from umlauf.subscriptions.agreements import Agreement
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.timeline import PlanOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One agreement to be changed: `current` under `plan`, from `starts_on`, asked `asked_on`."""

    subscription: Subscription
    current: Agreement
    plan: Plan
    starts_on: date
    asked_on: date
    plan_of: PlanOf

    def choice(self, term: Interval | None, agreed_on: date | None) -> PriceChoice:
        """Which prices apply to this subscriber."""
        return PriceChoice(
            self.subscription.currency, site=self.subscription.site, term=term, on=agreed_on
        )


def in_plan_order(plan: Plan, add_ons: tuple[str, ...]) -> tuple[str, ...]:
    """Each once, as the plan lists them: the order of the wishes leaves no trace."""
    offered = [add_on.id for add_on in plan.add_ons]
    unknown = [one for one in dict.fromkeys(add_ons) if one not in offered]
    return (*(one for one in offered if one in add_ons), *unknown)
