"""What holds of use that is told event by event, on random plans, histories and billing days."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.engine_histories import ANY, Offer, Story, stories
from tests.engine_world import BERLIN, EngineWorld
from tests.unit.billing.test_event_meters import DRILL, FLEET, SALES, SEAT, TURNOVER
from umlauf.catalog.meters import Aggregation
from umlauf.catalog.model import MeteredItem, Plan
from umlauf.catalog.policies import CreditPolicy
from umlauf.catalog.price_models.capacity import Capacity
from umlauf.catalog.price_models.intensity import Intensity
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price, PriceModel
from umlauf.kernel.calendar import start_of_day
from umlauf.subscriptions.model import Status

METER: Final = "told"
PRICED: Final[list[tuple[PriceModel, Aggregation]]] = [
    (SALES, Aggregation.SUM),
    (TURNOVER, Aggregation.SUM),
    (FLEET, Aggregation.MAX),
    (DRILL, Aggregation.SUM),
    *((SEAT, how) for how in Aggregation),
]
few = settings(max_examples=60)


@dataclass(frozen=True)
class Told:
    """An event, so many minutes after the first moment of a story, or of its last period."""

    minutes: int
    quantity: int
    subject: str
    place: int
    """Of its name, among those that the price knows."""


events = st.lists(
    st.builds(
        Told,
        minutes=st.integers(0, 200 * 24 * 60),
        quantity=st.integers(0, 900),
        subject=st.sampled_from("abc"),
        place=st.integers(0, 5),
    ),
    max_size=5,
)


@dataclass(frozen=True)
class EventStory:
    """A story whose plans meter events, each at a price of its own where the model has but one."""

    story: Story
    model: PriceModel
    how: Aggregation

    def world(self, told: Sequence[Told] = ()) -> EngineWorld:
        plans = tuple(
            self._metered(plan, dearer) for dearer, plan in enumerate(self.story.plans, start=1)
        )
        world = replace(self.story, plans=plans).world()
        self.tell(world, told, start_of_day(self.story.starts_on, BERLIN))
        return world

    def tell(self, world: EngineWorld, told: Sequence[Told], since: datetime) -> None:
        model = self.model
        names = model.names if isinstance(model, Capacity | Intensity) else ("",)
        for one in told:
            world.tell(
                METER,
                since + timedelta(minutes=one.minutes),
                one.quantity,
                subject=one.subject,
                name=names[one.place % len(names)],
            )

    def _metered(self, plan: Plan, dearer: int) -> Plan:
        model = PerUnit(Decimal(31 * dearer)) if self.model == SEAT else self.model
        use = MeteredItem(
            id="use",
            name="Use",
            prices=(Price("EUR", model),),
            meter=METER,
            unit="piece",
            meter_units_per_unit=1,
            aggregation=self.how,
        )
        others = tuple(item for item in plan.items if item.id != "use")
        return replace(plan, items=(*others, use))


@st.composite
def event_stories(draw: st.DrawFn, offer: Offer = ANY) -> EventStory:
    return EventStory(draw(stories(offer=offer)), *draw(st.sampled_from(PRICED)))


@few
@given(event_stories(), events, events)
def test_events_that_are_told_late_cost_the_same_in_the_end(
    tale: EventStory, told: list[Told], late: list[Told]
) -> None:
    on_time, delayed = tale.world(told), tale.world(told)
    for world in (on_time, delayed):
        tale.story.play(world)
    period = on_time.subscription.interval
    first = max(period.after(on_time.today, -1), tale.story.starts_on)
    length = (on_time.today - first).days * 24 * 60
    assume(on_time.subscription.status is Status.ACTIVE and length > 0)
    since = start_of_day(first, BERLIN)
    missing = [replace(one, minutes=one.minutes % length) for one in late]
    tale.tell(on_time, missing, since)
    until = period.after(on_time.today, 1)
    on_time.run_until(until)
    delayed.run_until(until)
    tale.tell(delayed, missing, since)
    until = period.after(until, 2)
    on_time.run_until(until)
    delayed.run_until(until)
    assert delayed.standing() == on_time.standing()


@few
@given(event_stories(Offer(credits=tuple(CreditPolicy), has_limits=True)), events)
def test_a_storno_gives_back_exactly_what_events_cost(tale: EventStory, told: list[Told]) -> None:
    world = tale.story.play(tale.world(told))
    assume(world.subscription.status is Status.ACTIVE)
    world.void()
    world.bill()
    assert world.total.amount_minor == 0
    assert [time for time in world.standing() if time[0] == "use"] == []


@few
@given(event_stories(), events, st.data())
def test_the_order_in_which_events_come_changes_no_bill(
    tale: EventStory, told: list[Told], data: st.DataObject
) -> None:
    one, other = tale.world(told), tale.world(told)
    other.events = data.draw(st.permutations(one.events))
    tale.story.play(one)
    tale.story.play(other)
    assert other.lines == one.lines
