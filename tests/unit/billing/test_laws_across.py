"""Laws of contracts whose customers move, plan ahead, and have invoices billed again."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.engine_histories import (
    METER,
    BilledAgain,
    Move,
    Nothing,
    Offer,
    Story,
    ahead,
    billed_again,
    changes_and_ends,
    moves,
    moves_of_businesses,
    stories,
)
from tests.engine_world import EngineWorld
from umlauf.billing.drafting import corrected_ids
from umlauf.billing.model import TaxTreatment
from umlauf.billing.tax import REVERSE_CHARGE, tax_point_of, treatment_of
from umlauf.catalog.model import Supply
from umlauf.kernel.money import round_to_minor
from umlauf.subscriptions.model import Status
from umlauf.subscriptions.pointer import to_be_repaired

uses = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 900)), max_size=4)
few = settings(max_examples=30)
LIMITED = Offer(has_limits=True)
anything = changes_and_ends | ahead | moves | billed_again


def _played(story: Story, used: list[tuple[int, int]], *, is_business: bool = False) -> EngineWorld:
    """All of it is the hire of vehicles, so a move changes its tax."""
    plans = tuple(
        replace(
            plan,
            items=tuple(replace(item, supply=Supply.TRANSPORT_HIRE) for item in plan.items),
        )
        for plan in story.plans
    )
    story = replace(story, plans=plans)
    world = story.world()
    world.parties = replace(world.parties, is_business=is_business)
    for after, minutes in used:
        world.use(METER, story.starts_on + timedelta(days=after), minutes)
    return story.play(world)


def _without(story: Story, kind: type[Move] | type[BilledAgain]) -> Story:
    """The same days pass, but nothing of the kind happens on them."""
    nothing = Nothing(is_billed=kind is BilledAgain)
    steps = (
        replace(step, change=nothing) if isinstance(step.change, kind) else step
        for step in story.steps
    )
    return replace(story, steps=tuple(steps))


@few
@given(story=stories(kinds=anything, offer=LIMITED), used=uses)
def test_looking_again_at_all_of_it_changes_nothing(
    story: Story, used: list[tuple[int, int]]
) -> None:
    world = _played(story, used)
    assume(world.subscription.status is Status.ACTIVE)
    world.subscription = to_be_repaired(world.subscription, story.starts_on, world.now)
    assert [line for line in world.bill() if line.amount] == []


@few
@given(
    story=stories(kinds=changes_and_ends | moves_of_businesses, offer=LIMITED),
    used=uses,
    is_business=st.booleans(),
)
def test_each_charge_is_taxed_by_where_its_customer_lived_at_its_end(
    story: Story, used: list[tuple[int, int]], *, is_business: bool
) -> None:
    """And every document's tax is that of its lines, rounded once per country and rate.

    But for what the roundings of the invoices leave over that it gives something back of.
    """
    world = _played(story, used, is_business=is_business)
    for _, _, documents in world.bills:
        for document in documents:
            draft = document.draft
            nets: Counter[TaxTreatment] = Counter()
            corrected = corrected_ids(draft.lines)
            slack = len(corrected) + bool(corrected)
            for line, planned in zip(draft.lines, document.lines, strict=True):
                nets[line.treatment] += line.amount.amount_minor
                if line.corrects is None:
                    point = tax_point_of(line.service_period)
                    known = draft.contract.parties
                    assert line.treatment == treatment_of(
                        planned.supply, planned.tax_category, known, point
                    )
            assert {one.treatment: one.net.amount_minor for one in draft.taxes} == nets
            for one in draft.taxes:
                exact = Fraction(one.net.amount_minor) * Fraction(one.treatment.rate) / 100
                rounded = round_to_minor(exact, "EUR").amount_minor
                assert abs(one.tax.amount_minor - rounded) <= slack
                if one.treatment.category == REVERSE_CHARGE:
                    assert (is_business, one.tax.amount_minor) == (True, 0)


@few
@given(story=stories(kinds=changes_and_ends | moves, offer=LIMITED), used=uses)
def test_a_move_changes_no_price(story: Story, used: list[tuple[int, int]]) -> None:
    """But for what the parts of a fee round: taxed anew, they may be more."""
    moved, stayed = _played(story, used), _played(_without(story, Move), used)
    assume(moved.today == stayed.today)
    _require_alike(moved, stayed)


@few
@given(story=stories(kinds=changes_and_ends | billed_again, offer=LIMITED), used=uses)
def test_what_is_cancelled_and_billed_again_comes_to_the_same(
    story: Story, used: list[tuple[int, int]]
) -> None:
    """But for what the parts of a fee round: billed again, they may be fewer."""
    again, once = _played(story, used), _played(_without(story, BilledAgain), used)
    assume(again.today == once.today)
    _require_alike(again, once)
    assert len({charge.id for charge in again.billed}) == len(again.billed)


def _require_alike(one: EngineWorld, other: EngineWorld) -> None:
    """They come to the same, within half a cent for each amount that was rounded."""
    assert abs((one.total - other.total).amount_minor) <= (_sides(one) + _sides(other)) / 2
    assert {charge.item for charge in one.billed} == {charge.item for charge in other.billed}


def _sides(world: EngineWorld) -> int:
    """How many amounts were rounded."""
    return sum(1 + len(charge.credited_periods) for charge in world.billed)


@few
@given(
    story=stories(kinds=changes_and_ends | moves_of_businesses | billed_again, offer=LIMITED),
    used=uses,
    is_business=st.booleans(),
    prices_include_tax=st.booleans(),
)
def test_what_never_was_leaves_neither_net_nor_tax_whatever_happened_before(
    story: Story, used: list[tuple[int, int]], *, is_business: bool, prices_include_tax: bool
) -> None:
    """Storno: all documents together come to nothing, in each country, category and rate."""
    priced = tuple(replace(one, prices_include_tax=prices_include_tax) for one in story.plans)
    world = _played(replace(story, plans=priced), used, is_business=is_business)
    world.void()
    world.bill()
    sums: Counter[tuple[TaxTreatment, str]] = Counter()
    for one in world.taxes:
        sums[one.treatment, "net"] += one.net.amount_minor
        sums[one.treatment, "tax"] += one.tax.amount_minor
    assert not any(sums.values())
