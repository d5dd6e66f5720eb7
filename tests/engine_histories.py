"""Random plans, and random stories of contracts on them, for laws that hold whatever happens."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from hypothesis import strategies as st

from tests.engine_world import EngineWorld
from umlauf.catalog.model import (
    AddOn,
    BaseFee,
    Delivery,
    Deposit,
    MeteredItem,
    OneOffFee,
    Plan,
    PlanItem,
)
from umlauf.catalog.policies import (
    BillingTiming,
    ChangePolicy,
    Commitment,
    CreditPolicy,
    PausePolicy,
    Phase,
    ProrationBasis,
)
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.package import Package
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price, PriceModel
from umlauf.catalog.price_models.tiers import Tier
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.errors import UmlaufError
from umlauf.subscriptions.agreements import (
    AddAddOn,
    BeginPause,
    Change,
    ChangePlan,
    ChangeQuantity,
    RemoveAddOn,
    Resume,
)

FIRST_DAY: Final = date(2024, 1, 1)
PERIODS_AFTERWARDS: Final = 2
BY_DAYS: Final = (ProrationBasis.ACTUAL_DAYS, ProrationBasis.THIRTY_DAYS)
METER: Final = "ride_seconds"

start_days = st.dates(FIRST_DAY, date(2025, 12, 31)) | st.sampled_from(
    [date(2024, 1, 31), date(2024, 2, 29), date(2024, 12, 31), date(2025, 3, 30), date(2025, 8, 31)]
)
intervals = st.sampled_from(
    [
        Interval(IntervalUnit.DAY, 20),
        Interval(IntervalUnit.WEEK, 5),
        Interval(IntervalUnit.MONTH),
        Interval(IntervalUnit.MONTH, 3),
        Interval(IntervalUnit.YEAR),
    ]
)
amounts = st.integers(0, 9_999).map(Decimal) | st.decimals(1, 999, places=2)


def _prices(model: PriceModel) -> tuple[Price, ...]:
    return (Price("EUR", model),)


@st.composite
def fee_models(draw: st.DrawFn) -> PriceModel:
    if draw(st.booleans()):
        return PerUnit(draw(amounts))
    first, rest = draw(amounts), draw(amounts)
    return Graduated((Tier(Decimal(2), first), Tier(None, rest)))


@st.composite
def minute_prices(draw: st.DrawFn, offer: "Offer") -> Price:
    """None gets cheaper with use, so that laws may say so."""
    models: list[PriceModel] = [
        PerUnit(Decimal(9)),
        PerUnit(Decimal("0.19")),
        Flat(Decimal(300)),
        Graduated((Tier(Decimal(30), Decimal(0)), Tier(None, Decimal(7)))),
        Package(Decimal(199), Decimal(60), Decimal(10)),
    ]
    model = draw(st.sampled_from(models[:1] if offer.is_linear else models))
    if not offer.has_limits:
        return Price("EUR", model)
    least = draw(st.integers(0, 3_000))
    most = draw(st.integers(least, 9_000))
    return Price("EUR", model, minimum_minor=Decimal(least), maximum_minor=Decimal(most))


@st.composite
def commitments(draw: st.DrawFn) -> Commitment:
    least = draw(st.integers(0, 20_000))
    return Commitment("EUR", least, least + draw(st.integers(0, 20_000)))


@dataclass(frozen=True)
class Offer:
    """From what plans are made."""

    intervals: st.SearchStrategy[Interval] = intervals
    bases: Sequence[ProrationBasis] = BY_DAYS
    credits: Sequence[CreditPolicy] = (CreditPolicy.UNUSED,)
    has_limits: bool = False
    is_linear: bool = False
    """Usage costs the same in whatever parts it is rated."""


ANY: Final = Offer()


@st.composite
def plans(draw: st.DrawFn, plan_id: str, offer: Offer = ANY) -> Plan:
    """A plan of every kind of item; plans share the items' ids, as variants of one offer do."""
    items: list[PlanItem] = [
        BaseFee(
            id="base",
            name="Base fee",
            prices=_prices(draw(fee_models())),
            timing=draw(st.sampled_from(BillingTiming)),
        )
    ]
    kinds: list[PlanItem] = [
        BaseFee(id="care", name="Care", prices=_prices(PerUnit(draw(amounts)))),
        Delivery(id="box", name="Box", prices=_prices(PerUnit(draw(amounts)))),
        OneOffFee(id="setup", name="Set-up", prices=_prices(PerUnit(draw(amounts)))),
        Deposit(id="deposit", name="Deposit", prices=_prices(PerUnit(draw(amounts)))),
        MeteredItem(
            id="use",
            name="Minutes",
            prices=(draw(minute_prices(offer)),),
            meter=METER,
            unit="minute",
            meter_units_per_unit=1,
        ),
    ]
    items.extend(item for item in kinds if draw(st.booleans()))
    phases = draw(
        st.sampled_from(
            [
                (),
                (Phase("trial", Interval(IntervalUnit.DAY, 14), is_free=True), Phase("evergreen")),
                (Phase("first", Interval(IntervalUnit.MONTH, 2)), Phase("evergreen")),
            ]
        )
    )
    if phases and not phases[0].is_free:
        items[0] = replace(
            items[0],
            prices=(*items[0].prices, Price("EUR", PerUnit(draw(amounts)), phase="first")),
        )
    return Plan(
        plan_id=plan_id,
        name=plan_id,
        interval=draw(offer.intervals),
        items=tuple(items),
        add_ons=(
            AddOn(
                "extra",
                "Extra",
                (BaseFee(id="extra", name="Extra", prices=_prices(PerUnit(draw(amounts)))),),
            ),
        ),
        phases=phases,
        proration=draw(st.sampled_from(offer.bases)),
        changes=ChangePolicy(credit=draw(st.sampled_from(offer.credits))),
        pauses=PausePolicy(
            stops_clock=draw(st.booleans()), credit=draw(st.sampled_from(offer.credits))
        ),
        commitments=(draw(commitments()),) if offer.has_limits and draw(st.booleans()) else (),
        prices_include_tax=False,
        plan_version=1,
    )


@dataclass(frozen=True)
class Ahead:
    """A change that is asked for now, to begin in some days."""

    days: int
    change: Change


@dataclass(frozen=True)
class Move:
    """The customer lives elsewhere from now on."""

    country: str
    vat_id: str | None = None


@dataclass(frozen=True)
class BilledAgain:
    """The latest invoice is cancelled, and billed again at once."""


@dataclass(frozen=True)
class Nothing:
    """In place of what is left out of a story: the same days pass, the same bills are due."""

    is_billed: bool


Happening = Change | Ahead | Move | BilledAgain | Nothing | None
"""None: the contract ends."""


@dataclass(frozen=True)
class Step:
    """Some days later something happens, perhaps as of a day that is over.

    With `is_down` billing does not run in between.
    """

    wait: int
    is_down: bool
    backdated: int
    change: Happening

    def take(self, world: EngineWorld) -> bool:
        """Tell whether it was possible; a refusal changes nothing."""
        day = max(world.today - timedelta(days=self.backdated), world.subscription.started_on)
        try:
            match self.change:
                case None:
                    world.end(day)
                case Ahead(days, change):
                    world.request(change, world.today + timedelta(days=days))
                case Move(country, vat_id):
                    world.move(country, vat_id)
                case Nothing(is_billed):
                    return is_billed and bool(world.bill())
                case BilledAgain():
                    world.bill()
                    return world.cancel_latest() and bool(world.bill())
                case change:
                    world.request(_as_of(change, day), day)
        except UmlaufError:
            return False
        return True


def _as_of(change: Change, day: date) -> Change:
    """A pause is generated from the first day on; here it moves to where it begins."""
    if isinstance(change, BeginPause) and change.ends_on is not None:
        return BeginPause(day + (change.ends_on - FIRST_DAY))
    return change


changes: st.SearchStrategy[Change] = st.one_of(
    st.sampled_from(["one", "two", "three"]).map(lambda i: ChangePlan(plan_id=i, plan_version=1)),
    st.integers(1, 4).map(ChangeQuantity),
    st.just(AddAddOn("extra")),
    st.just(RemoveAddOn("extra")),
    st.integers(1, 40).map(lambda days: BeginPause(FIRST_DAY + timedelta(days=days))),
    st.just(Resume()),
)

changes_and_ends: st.SearchStrategy[Happening] = changes | st.none()
moves: st.SearchStrategy[Happening] = st.sampled_from([Move("NL"), Move("CH"), Move("DE")])
moves_of_businesses: st.SearchStrategy[Happening] = st.sampled_from(
    [Move("NL", "NL123456782B90"), Move("FR", "FR40303265045"), Move("DE"), Move("CH")]
)
ahead: st.SearchStrategy[Happening] = st.builds(Ahead, st.integers(1, 60), changes)
billed_again: st.SearchStrategy[Happening] = st.builds(BilledAgain)


def steps(kinds: st.SearchStrategy[Happening]) -> st.SearchStrategy[Step]:
    return st.builds(
        Step,
        wait=st.integers(0, 45),
        is_down=st.sampled_from([False, False, True]),
        backdated=st.sampled_from([0, 0, 0, 1, 5, 20, 45]),
        change=kinds,
    )


@dataclass(frozen=True)
class Story:
    plans: tuple[Plan, ...]
    starts_on: date
    quantity: int
    steps: tuple[Step, ...]

    def world(self) -> EngineWorld:
        return EngineWorld.open(self.plans, self.starts_on, quantity=self.quantity)

    def play(self, world: EngineWorld | None = None) -> EngineWorld:
        """Tell it to the end, and let two more periods pass."""
        world = world or self.world()
        for step in self.steps:
            day = world.today + timedelta(days=step.wait)
            if not step.is_down:
                world.run_until(day)
            world.go_to(day)
            step.take(world)
        last = world.subscription.interval.after(world.today, PERIODS_AFTERWARDS)
        world.run_until(last)
        return world


@st.composite
def stories(
    draw: st.DrawFn,
    *,
    kinds: st.SearchStrategy[Happening] = changes_and_ends,
    offer: Offer = ANY,
    most_steps: int = 5,
) -> Story:
    return Story(
        plans=tuple(draw(plans(one, offer)) for one in ("one", "two", "three")),
        starts_on=draw(start_days),
        quantity=draw(st.integers(1, 3)),
        steps=tuple(draw(st.lists(steps(kinds), max_size=most_steps))),
    )
