"""What somebody asked to go wrong: declines, returned debits, outages, webhook trouble."""

from dataclasses import asdict, dataclass, field

from local.stripe_standin.wire import Json

OUTAGES = ("refuse", "lose_answer", "hang")
# What Stripe says a debit typically takes.
SEPA_BUSINESS_DAYS = 5
WEBHOOK_TROUBLES = ("drop", "repeat", "reorder")


@dataclass(slots=True)
class PlannedDecline:
    times: int
    decline_code: str


@dataclass(slots=True)
class PlannedReturn:
    times: int
    after_days: int
    reason: str


@dataclass(slots=True)
class Outage:
    """How to be out of order for some requests.

    `refuse` answers 500 before acting, `lose_answer` acts and hangs up, `hang` acts and waits.
    """

    requests: int = 0
    mode: str = "refuse"
    seconds: float = 0.0


@dataclass(slots=True)
class WebhookTrouble:
    """What happens to the next `deliveries` of the given event types (none given: of any type)."""

    deliveries: int = 0
    types: list[str] = field(default_factory=list)

    def take(self, event_type: str) -> bool:
        if self.deliveries < 1 or (self.types and event_type not in self.types):
            return False
        self.deliveries -= 1
        return True


class Switches:
    """All of them, by customer where they belong to one. The account's lock guards them."""

    def __init__(self) -> None:
        self.declines: dict[str, PlannedDecline] = {}
        self.returns: dict[str, PlannedReturn] = {}
        self.outage = Outage()
        self.sepa_business_days = SEPA_BUSINESS_DAYS
        self.webhooks = {name: WebhookTrouble() for name in WEBHOOK_TROUBLES}

    def take_decline(self, customer: str | None) -> str | None:
        """Use up one planned decline of the customer; None lets the card decide."""
        planned = self.declines.get(customer or "")
        if planned is None:
            return None
        planned.times -= 1
        if planned.times < 1:
            del self.declines[customer or ""]
        return planned.decline_code

    def take_return(self, customer: str | None) -> PlannedReturn | None:
        planned = self.returns.get(customer or "")
        if planned is None:
            return None
        planned.times -= 1
        if planned.times < 1:
            del self.returns[customer or ""]
        return planned

    def take_outage(self) -> Outage | None:
        if self.outage.requests < 1:
            return None
        self.outage.requests -= 1
        return self.outage

    def state(self) -> Json:
        return {
            "declines": {customer: asdict(plan) for customer, plan in self.declines.items()},
            "returns": {customer: asdict(plan) for customer, plan in self.returns.items()},
            "outage": asdict(self.outage),
            "sepa_business_days": self.sepa_business_days,
            "webhooks": {name: asdict(trouble) for name, trouble in self.webhooks.items()},
        }

    def restore(self, state: Json) -> None:
        self.declines = {key: PlannedDecline(**plan) for key, plan in state["declines"].items()}
        self.returns = {key: PlannedReturn(**plan) for key, plan in state["returns"].items()}
        self.outage = Outage(**state["outage"])
        self.sepa_business_days = state["sepa_business_days"]
        self.webhooks = {
            name: WebhookTrouble(**trouble) for name, trouble in state["webhooks"].items()
        }
