"""What dunning tells the other contexts."""

from dataclasses import dataclass
from typing import ClassVar

from umlauf.dunning.model import Channel, Outcome, StepKind, StepOutcome
from umlauf.kernel.money import Money


@dataclass(frozen=True, slots=True)
class CaseOpened:
    TYPE: ClassVar[str] = "dunning.case_opened.v1"

    case_id: str
    invoice_id: str
    subscription_id: str
    customer_id: str
    plan_id: str
    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class StepTaken:
    TYPE: ClassVar[str] = "dunning.step_taken.v1"

    case_id: str
    invoice_id: str
    customer_id: str
    step: str
    step_number: int
    kind: StepKind
    outcome: StepOutcome
    channel: Channel | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class FeeCharged:
    """At most the documented cost, and never VAT: a fee is damages, not a supply.

    `legal_entity` is the company the invoice, and so the fee, is owed to.
    """

    TYPE: ClassVar[str] = "dunning.fee_charged.v1"

    case_id: str
    invoice_id: str
    legal_entity: str
    customer_id: str
    amount: Money
    documented_cost: Money
    reason: str


@dataclass(frozen=True, slots=True)
class RestrictionRequested:
    """Asks for a restriction; the policy engine decides."""

    TYPE: ClassVar[str] = "dunning.restriction_requested.v1"

    case_id: str
    subscription_id: str
    customer_id: str
    restriction: str
    reason: str


@dataclass(frozen=True, slots=True)
class RestrictionReleased:
    TYPE: ClassVar[str] = "dunning.restriction_released.v1"

    case_id: str
    subscription_id: str
    customer_id: str
    restriction: str


@dataclass(frozen=True, slots=True)
class CaseClosed:
    TYPE: ClassVar[str] = "dunning.case_closed.v1"

    case_id: str
    invoice_id: str
    subscription_id: str
    customer_id: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class HandedToPeople:
    TYPE: ClassVar[str] = "dunning.handed_to_people.v1"

    case_id: str
    invoice_id: str
    subscription_id: str
    customer_id: str
    reason: str
