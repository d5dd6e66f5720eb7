"""Changes of a subscription on the wire: one model a kind, told apart by `kind`."""

from typing import Annotated, Literal

from pydantic import Field

from umlauf.catalog.ports import Plans
from umlauf.subscriptions.agreements import (
    AddAddOn,
    BeginPause,
    BindFor,
    Change,
    ChangePlan,
    ChangeQuantity,
    ChooseAmount,
    RemoveAddOn,
    Resume,
)
from umlauf_http.representations.intervals import IntervalIn
from umlauf_http.representations.prices import IntervalOut
from umlauf_http.wire import MAX_AMOUNT_MINOR, Day, Identifier, In, Out

MOST_ADD_ONS = 20
MOST_COUPONS_NAMED = 5

# Bounds are the domain's to refuse, with the remedy; here they are only told.
Quantity = Annotated[int, Field(json_schema_extra={"minimum": 1, "maximum": 10_000})]
ChosenAmount = Annotated[int, Field(ge=0, le=MAX_AMOUNT_MINOR)]
ChosenAmounts = Annotated[dict[Identifier, ChosenAmount], Field(max_length=MOST_ADD_ONS)]

CouponNames = Annotated[list[Identifier], Field(max_length=MOST_COUPONS_NAMED)]


class ChangePlanIn(In):
    """Another plan, or another version of this one; what is left out stays as it is.

    Give `plan_version` to change to what was shown, or to nothing if it was replaced meanwhile.
    """

    kind: Literal["change_plan"]
    plan_id: Identifier
    plan_version: int | None = Field(None, ge=1, le=1_000_000)
    add_ons: list[Identifier] | None = Field(None, max_length=MOST_ADD_ONS)
    quantity: Quantity | None = None
    term: IntervalIn | None = None
    chosen_minor: ChosenAmounts | None = None

    def change(self, plans: Plans) -> Change:
        """Raises UnknownPlan."""
        version = self.plan_version or plans.on_sale(self.plan_id).plan_version
        return ChangePlan(
            plan_id=self.plan_id,
            plan_version=version,
            add_ons=None if self.add_ons is None else tuple(self.add_ons),
            quantity=self.quantity,
            term=None if self.term is None else self.term.to_interval(),
            chosen_minor=self.chosen_minor,
        )


class ChangeQuantityIn(In):
    """Of the plan itself, or of one of its add-ons."""

    kind: Literal["change_quantity"]
    quantity: Quantity
    add_on: Identifier | None = None

    def change(self, _: Plans) -> Change:
        return ChangeQuantity(self.quantity, self.add_on)


class AddAddOnIn(In):
    kind: Literal["add_add_on"]
    add_on: Identifier
    quantity: Quantity = 1

    def change(self, _: Plans) -> Change:
        return AddAddOn(self.add_on, self.quantity)


class RemoveAddOnIn(In):
    kind: Literal["remove_add_on"]
    add_on: Identifier

    def change(self, _: Plans) -> Change:
        return RemoveAddOn(self.add_on)


class ChooseAmountIn(In):
    """What the subscriber wants to pay for an item whose price is theirs to name."""

    kind: Literal["choose_amount"]
    item: Identifier
    amount_minor: ChosenAmount

    def change(self, _: Plans) -> Change:
        return ChooseAmount(self.item, self.amount_minor)


class BindForIn(In):
    """Renew or extend: bound for a further term, which counts from the change's day."""

    kind: Literal["bind_for"]
    term: IntervalIn

    def change(self, _: Plans) -> Change:
        return BindFor(self.term.to_interval())


AnyChangeIn = Annotated[
    ChangePlanIn | ChangeQuantityIn | AddAddOnIn | RemoveAddOnIn | ChooseAmountIn | BindForIn,
    Field(discriminator="kind"),
]

StartsOn = Annotated[
    Literal["at_once", "period_end"] | Day,
    Field(description="a day, at_once, or period_end; without it as the plan's policy has it"),
]


class ChangeOut(Out):
    """What is to be changed; what its kind does not name is null."""

    kind: str
    plan_id: str | None = None
    plan_version: int | None = None
    add_ons: list[str] | None = None
    quantity: int | None = None
    add_on: str | None = None
    item: str | None = None
    amount_minor: int | None = None
    term: IntervalOut | None = None
    chosen_minor: dict[str, int] | None = None

    @classmethod
    def of(cls, change: Change) -> "ChangeOut":
        kind = change.KIND
        match change:
            case ChangePlan():
                return _of_plan(change)
            case ChangeQuantity() | AddAddOn():
                return cls(kind=kind, quantity=change.quantity, add_on=change.add_on)
            case RemoveAddOn():
                return cls(kind=kind, add_on=change.add_on)
            case ChooseAmount():
                return cls(kind=kind, item=change.item, amount_minor=change.amount_minor)
            case BindFor():
                return cls(kind=kind, term=IntervalOut.of(change.term))
            case BeginPause() | Resume():
                return cls(kind=kind)


def _of_plan(change: ChangePlan) -> ChangeOut:
    chosen = change.chosen_minor
    return ChangeOut(
        kind=change.KIND,
        plan_id=change.plan_id,
        plan_version=change.plan_version,
        add_ons=None if change.add_ons is None else list(change.add_ons),
        quantity=change.quantity,
        term=None if change.term is None else IntervalOut.of(change.term),
        chosen_minor=None if chosen is None else dict(chosen),
    )
