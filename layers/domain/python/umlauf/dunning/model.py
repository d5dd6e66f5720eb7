"""Plans, cases and what a case did so far.

A plan is data and never edited once a case follows it: a change is a new version under a new id. A
case keeps the plan's id, the steps it took and the restrictions it asked for, so that closing it
can lift every one of them.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import ClassVar, Final

from umlauf.dunning.errors import CustomerNotAtFault, FeeAboveCost, UnlawfulPlan
from umlauf.kernel.calendar import local_date, zone
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.money import Money
from umlauf.payments.reasons import Retry

OFFICE_OPENS: Final = time(9)
"""Steps are taken in the morning of their day, in the customer's zone, never at night."""


class StepKind(StrEnum):
    SEND_REMINDER = "send_reminder"
    RETRY_PAYMENT = "retry_payment"
    SEND_LETTER = "send_letter"
    RESTRICT = "restrict"
    HAND_TO_PEOPLE = "hand_to_people"


class Channel(StrEnum):
    EMAIL = "email"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Fee:
    """What the customer is charged for one act, and what that act provably cost.

    Raises FeeAboveCost, CustomerNotAtFault: an unlawful fee cannot be made.
    """

    amount: Money
    documented_cost: Money
    is_customer_fault: bool = True

    def __post_init__(self) -> None:
        if not self.is_customer_fault:
            raise CustomerNotAtFault("a fee needs a customer at fault; bear the cost", field="fee")
        if self.documented_cost < self.amount:
            raise FeeAboveCost(
                f"{self.amount} is above the documented cost of {self.documented_cost}", field="fee"
            )


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a plan, due in the morning `after_days` days after the debt was due.

    Nobody is reminded of what is not due yet; only a retry counts from the day the case opened,
    which for a declined charge may be before. `documented_costs` is what the step costs us in each
    currency; it is passed on as the fee.
    """

    id: str
    kind: StepKind
    after_days: int
    documented_costs: tuple[Money, ...] = ()
    restriction: str | None = None

    @property
    def channel(self) -> Channel | None:
        match self.kind:
            case StepKind.SEND_REMINDER:
                return Channel.EMAIL
            case StepKind.SEND_LETTER:
                return Channel.LETTER
            case StepKind.RETRY_PAYMENT | StepKind.RESTRICT | StepKind.HAND_TO_PEOPLE:
                return None

    def fee(self, currency: str) -> Fee | None:
        """The fee in the invoice's currency; none where the cost in it is not documented."""
        cost = next((cost for cost in self.documented_costs if cost.currency == currency), None)
        return Fee(cost, cost) if cost else None


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a country and segment, in order. `thresholds` are what is not worth a case."""

    id: str
    steps: tuple[Step, ...]
    thresholds: tuple[Money, ...] = ()

    def __post_init__(self) -> None:
        days = [step.after_days for step in self.steps]
        if not days or days != sorted(days) or len({step.id for step in self.steps}) != len(days):
            raise UnlawfulPlan(f"{self.id}: steps must be in order and have names of their own")
        if self.steps[-1].kind is not StepKind.HAND_TO_PEOPLE:
            raise UnlawfulPlan(f"{self.id}: a plan must end with people")
        asking = [step for step in self.steps if step.channel is not None]
        if asking and asking[0].documented_costs:
            raise UnlawfulPlan(f"{self.id}: the first reminder must be free")
        if any(
            step.documented_costs for step in self.steps if step.kind is not StepKind.SEND_LETTER
        ):
            raise UnlawfulPlan(f"{self.id}: only a letter costs anything")

    def step(self, step_id: str) -> Step | None:
        return next((step for step in self.steps if step.id == step_id), None)

    def is_worth_it(self, owed: Money) -> bool:
        """Whether so much is dunned at all: from the currency's threshold on."""
        return all(limit <= owed for limit in self.thresholds if limit.currency == owed.currency)


class CaseState(StrEnum):
    OPEN = "open"
    WITH_PEOPLE = "with_people"
    """The plan is at its end or failed; only a payment or a person moves it on."""
    CLOSED = "closed"


class Outcome(StrEnum):
    PAID = "paid"


class StepOutcome(StrEnum):
    TAKEN = "taken"
    SKIPPED = "skipped"
    """The step was due but would not have helped, e.g. a retry of an account that is closed."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    step_id: str
    outcome: StepOutcome
    at: datetime
    note: str | None = None


@dataclass(frozen=True, slots=True)
class RetryAdvice:
    """What the last failure said about charging the same method again."""

    attempt_id: str
    method_id: str
    retry: Retry
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """The `number`-th dunning of one invoice. Its id is the name of its state machine execution."""

    KIND: ClassVar[str] = "dunning_case"

    id: str
    invoice_id: str
    subscription_id: str
    customer_id: str
    number: int
    plan_id: str
    time_zone: str
    due_on: date
    reason: str
    opened_at: datetime
    state: CaseState = CaseState.OPEN
    records: tuple[StepRecord, ...] = ()
    restrictions: tuple[str, ...] = ()
    advice: RetryAdvice | None = None
    frozen_since: datetime | None = None
    """Disputed: nothing is done and no day counts until it is thawed."""
    days_frozen: int = 0
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    version: int = 0

    @property
    def is_over(self) -> bool:
        return self.state is CaseState.CLOSED

    def has_taken(self, step_id: str) -> bool:
        return any(record.step_id == step_id for record in self.records)

    def due_at(self, step: Step) -> datetime:
        """The morning of the step's day; a retry also waits for what the bank asked for."""
        is_retry = step.kind is StepKind.RETRY_PAYMENT
        opened_on = local_date(self.opened_at, self.time_zone)
        counted_from = opened_on if is_retry else max(opened_on, self.due_on)
        day = counted_from + timedelta(days=step.after_days + self.days_frozen)
        morning = datetime.combine(day, OFFICE_OPENS, tzinfo=zone(self.time_zone)).astimezone(UTC)
        due = max(morning, self.opened_at)
        if is_retry and self.advice and self.advice.not_before:
            return max(due, self.advice.not_before)
        return due

    def record(self, record: StepRecord) -> "Case":
        return replace(self, records=(*self.records, record))

    def frozen(self, now: datetime) -> "Case":
        return self if self.frozen_since else replace(self, frozen_since=now)

    def thawed(self, now: datetime) -> "Case":
        """Go on where it stopped: the days in between do not count."""
        if self.frozen_since is None:
            return self
        frozen = local_date(now, self.time_zone) - local_date(self.frozen_since, self.time_zone)
        return replace(self, frozen_since=None, days_frozen=self.days_frozen + frozen.days)

    def closed(self, outcome: Outcome, now: datetime) -> "Case":
        return replace(
            self, state=CaseState.CLOSED, outcome=outcome, closed_at=now, restrictions=()
        )


@dataclass(frozen=True, slots=True)
class Dossier:
    """All dunning of one invoice: at most one open case, and what a fee was charged for already."""

    KIND: ClassVar[str] = "dunning_dossier"

    id: str  # the invoice's
    cases: int = 0
    open_case_id: str | None = None
    charged_for: tuple[str, ...] = ()
    """Payment attempts whose bank cost was passed on: each once, also across cases."""
    version: int = 0

    @property
    def last_case_id(self) -> str | None:
        return self._case_id(self.cases) if self.cases else None

    def with_new_case(self) -> "Dossier":
        number = self.cases + 1
        return replace(self, cases=number, open_case_id=self._case_id(number))

    def without_case(self) -> "Dossier":
        return replace(self, open_case_id=None)

    def charging_for(self, attempt_id: str) -> "Dossier":
        return replace(self, charged_for=(*self.charged_for, attempt_id))

    def _case_id(self, number: int) -> str:
        return derive_id("cas", self.id, str(number))


@dataclass(frozen=True, slots=True)
class Debt:
    """What dunning needs to know of an invoice, who owes it, and to whom, as it stands now."""

    invoice_id: str
    subscription_id: str
    customer_id: str
    legal_entity: str
    country: str
    is_business: bool
    time_zone: str
    due_on: date
    open: Money
    """All that is still to be paid, fees included."""
    paid: Money
    is_paid: bool
    """The invoice is; a fee that came too late for that payment may be open."""
    is_processing: bool
    """A payment of all that the invoice asks is under way: not paid, and not unpaid either."""
    returned_attempts: tuple[str, ...] = ()
    processing_attempts: tuple[str, ...] = ()
