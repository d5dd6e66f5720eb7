"""Plans on the wire: items with their price books, add-ons, terms, phases and policies."""

from datetime import datetime

from umlauf.catalog.model import (
    AddOn,
    BaseFee,
    Delivery,
    MeteredItem,
    Plan,
    PlanItem,
    PrepaidItem,
    Terms,
)
from umlauf.catalog.policies import ChangePolicy, Commitment, PausePolicy, Phase
from umlauf_http.representations.prices import IntervalOut, PriceOut
from umlauf_http.wire import Out, PageOut


class ItemOut(Out):
    """What is charged. `kind` is base_fee, one_off_fee, delivery, deposit, metered or prepaid.

    Only metered and prepaid items have a meter, only metered ones an aggregation, only base fees a
    timing (advance or arrears), only deliveries a notice for skipping.
    """

    id: str
    kind: str
    name: str
    meter: str | None
    unit: str | None
    aggregation: str | None
    timing: str | None
    skip_notice_days: int | None
    tax_category: str
    prices: list[PriceOut]

    @classmethod
    def of(cls, item: PlanItem) -> "ItemOut":
        return cls(
            id=item.id,
            kind=item.KIND,
            name=item.name,
            meter=item.meter if isinstance(item, MeteredItem | PrepaidItem) else None,
            unit=item.unit if isinstance(item, MeteredItem | PrepaidItem) else None,
            aggregation=item.aggregation.value if isinstance(item, MeteredItem) else None,
            timing=item.timing.value if isinstance(item, BaseFee) else None,
            skip_notice_days=item.skip_notice_days if isinstance(item, Delivery) else None,
            tax_category=item.tax_category.value,
            prices=[PriceOut.of(price) for price in item.prices],
        )


class AddOnOut(Out):
    id: str
    name: str
    items: list[ItemOut]

    @classmethod
    def of(cls, add_on: AddOn) -> "AddOnOut":
        return cls(
            id=add_on.id, name=add_on.name, items=[ItemOut.of(item) for item in add_on.items]
        )


class PhaseOut(Out):
    """The last phase has no length: it goes on."""

    name: str
    length: IntervalOut | None
    is_free: bool

    @classmethod
    def of(cls, phase: Phase) -> "PhaseOut":
        length = None if phase.length is None else IntervalOut.of(phase.length)
        return cls(name=phase.name, length=length, is_free=phase.is_free)


class TermsOut(Out):
    """With `term_options` the subscriber chooses the minimum term among them."""

    term_options: list[IntervalOut]
    ends_with_period: bool
    credit_on_end: str
    withdrawal_days: int

    @classmethod
    def of(cls, terms: Terms) -> "TermsOut":
        return cls(
            term_options=[IntervalOut.of(option) for option in terms.term_options],
            ends_with_period=terms.ends_with_period,
            credit_on_end=terms.credit_on_end.value,
            withdrawal_days=terms.withdrawal_days,
        )


class ChangesOut(Out):
    """With `grants_trial` whoever changes to the plan gets its trial, counted from their start."""

    upgrade: str
    downgrade: str
    credit: str
    grants_trial: bool

    @classmethod
    def of(cls, policy: ChangePolicy) -> "ChangesOut":
        return cls(
            upgrade=policy.upgrade.value,
            downgrade=policy.downgrade.value,
            credit=policy.credit.value,
            grants_trial=policy.grants_trial,
        )


class PausesOut(Out):
    """With `stops_clock` the minimum term moves on by the paused days."""

    most_days: int | None
    stops_clock: bool
    credit: str
    notice_days: int

    @classmethod
    def of(cls, policy: PausePolicy) -> "PausesOut":
        return cls(
            most_days=policy.most_days,
            stops_clock=policy.stops_clock,
            credit=policy.credit.value,
            notice_days=policy.notice_days,
        )


class CommitmentOut(Out):
    """What a full billing period comes to, at least and at most."""

    currency: str
    minimum_minor: int | None
    maximum_minor: int | None

    @classmethod
    def of(cls, commitment: Commitment) -> "CommitmentOut":
        return cls(
            currency=commitment.currency,
            minimum_minor=commitment.minimum_minor,
            maximum_minor=commitment.maximum_minor,
        )


class PlanOut(Out):
    """A plan as it is sold. One with `pauses` null cannot be paused."""

    id: str
    version: int
    name: str
    product_id: str | None
    interval: IntervalOut
    anchor_day: int | None
    items: list[ItemOut]
    add_ons: list[AddOnOut]
    currencies: list[str]
    asset_model: str | None
    prices_include_tax: bool
    minimum_term: IntervalOut | None
    notice: IntervalOut | None
    terms: TermsOut
    phases: list[PhaseOut]
    proration: str
    changes: ChangesOut
    pauses: PausesOut | None
    commitments: list[CommitmentOut]
    published_at: datetime | None

    @classmethod
    def of(cls, plan: Plan) -> "PlanOut":
        terms = plan.terms
        return cls(
            id=plan.plan_id,
            version=plan.plan_version,
            name=plan.name,
            product_id=plan.product_id,
            interval=IntervalOut.of(plan.interval),
            anchor_day=plan.anchor_day,
            items=[ItemOut.of(item) for item in plan.items],
            add_ons=[AddOnOut.of(add_on) for add_on in plan.add_ons],
            currencies=list(plan.currencies),
            asset_model=plan.asset_model,
            prices_include_tax=plan.prices_include_tax,
            minimum_term=IntervalOut.of(terms.minimum_term) if terms.minimum_term else None,
            notice=IntervalOut.of(terms.notice) if terms.notice else None,
            terms=TermsOut.of(terms),
            phases=[PhaseOut.of(phase) for phase in plan.phases],
            proration=plan.proration.value,
            changes=ChangesOut.of(plan.changes),
            pauses=None if plan.pauses is None else PausesOut.of(plan.pauses),
            commitments=[CommitmentOut.of(one) for one in plan.commitments],
            published_at=plan.published_at,
        )


class PlansOut(PageOut[PlanOut]):
    """Plans on sale."""
