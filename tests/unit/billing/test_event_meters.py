"""What is told event by event is billed as its price takes it: once, whenever it is told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine_world import BERLIN, EngineWorld, flat_plan
from umlauf.billing.bill_lines import BillLine
from umlauf.billing.model import LineDetail, LineKind
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.meters import Aggregation
from umlauf.catalog.model import MeteredItem, Plan
from umlauf.catalog.price_models.capacity import Capacity, CapacityTier, Limit
from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.graduated_percentage import GraduatedPercentage, PercentTier
from umlauf.catalog.price_models.intensity import Intensity, Level
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.percentage import Percentage
from umlauf.catalog.price_models.rating import Price, PriceModel
from umlauf.catalog.price_models.tiers import Tier
from umlauf.kernel.calendar import Interval, IntervalUnit, start_of_day
from umlauf.kernel.errors import InvalidInput
from umlauf.subscriptions.agreements import AppliedCoupon, ChangePlan
from umlauf.usage.admission import MAX_AGE
from umlauf.usage.aggregation import Measurement

NEW_YEAR: Final = date(2026, 1, 1)
FEBRUARY: Final = date(2026, 2, 1)
MARCH: Final = date(2026, 3, 1)
APRIL: Final = date(2026, 4, 1)

SALES: Final = Percentage(rate_percent=Decimal(2), fixed_minor=Decimal(10), free_events=1)
TURNOVER: Final = GraduatedPercentage(
    (PercentTier(Decimal(10_000), Decimal(5)), PercentTier(None, Decimal("2.5")))
)
DRILL: Final = Intensity((Level("boost", Decimal(12)), Level("eco", Decimal(5))))
FLEET: Final = Capacity(
    (
        CapacityTier((Limit("bikes", Decimal(10)), Limit("users", Decimal(50))), Decimal(3_100)),
        CapacityTier((), Decimal(6_200)),
    )
)
SEAT: Final = PerUnit(Decimal(3_100))


def plan_of(
    model: PriceModel, how: Aggregation = Aggregation.SUM, plan_id: str = "plan", **item: Any
) -> Plan:
    known: dict[str, Any] = {"unit": "piece", "meter_units_per_unit": 1}
    priced = {"prices": (Price("EUR", model),), "aggregation": how, "meter": "told"}
    metered = MeteredItem(id="use", name="Use", **(known | priced | item))
    return replace(flat_plan(plan_id, 0), items=(metered,), add_ons=())


def opened(*plans: Plan, **subscription: Any) -> EngineWorld:
    return EngineWorld.open(plans, NEW_YEAR, **subscription)


def at(day: date, hour: int = 12) -> datetime:
    return start_of_day(day, BERLIN) + timedelta(hours=hour)


def january(day: int, hour: int = 12) -> datetime:
    return at(date(2026, 1, day), hour)


def billed(lines: Sequence[BillLine]) -> list[int]:
    return [line.amount.amount_minor for line in lines]


# --- Every model, every aggregation ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "how", "told", "minor"),
    [
        pytest.param(
            SALES,
            Aggregation.SUM,
            [("99900", ""), ("10000", ""), ("5000", "")],
            # The first one is free, whichever is told first.
            300 + 2 * 10,
            id="percentage of each transaction",
        ),
        pytest.param(
            TURNOVER, Aggregation.SUM, [("8000", ""), ("4000", "")], 500 + 50, id="of the turnover"
        ),
        pytest.param(
            FLEET,
            Aggregation.MAX,
            [("8", "bikes"), ("51", "users"), ("3", "users")],
            6_200,
            id="one peak over its limit",
        ),
        pytest.param(
            FLEET, Aggregation.MAX, [("10", "bikes")], 3_100, id="a peak that keeps its limit"
        ),
        pytest.param(FLEET, Aggregation.MAX, [], 3_100, id="no peak"),
        pytest.param(
            DRILL,
            Aggregation.SUM,
            [("10", "eco"), ("3", "boost"), ("2", "eco")],
            12 * 5 + 3 * 12,
            id="levels of intensity",
        ),
        pytest.param(SEAT, Aggregation.SUM, [("2", ""), ("3.5", "")], 17_050, id="sum"),
        pytest.param(SEAT, Aggregation.COUNT, [("7", ""), ("9", "")], 6_200, id="count"),
        pytest.param(SEAT, Aggregation.MAX, [("7", ""), ("9", ""), ("8", "")], 27_900, id="max"),
        pytest.param(SEAT, Aggregation.LATEST, [("7", ""), ("9", ""), ("8", "")], 24_800, id="now"),
    ],
)
def test_each_price_takes_what_it_needs_of_the_events(
    model: PriceModel, how: Aggregation, told: list[tuple[str, str]], minor: int
) -> None:
    world = opened(plan_of(model, how))
    for number, (quantity, name) in reversed(list(enumerate(told))):
        world.tell("told", january(10 + number), quantity, name=name)
    world.run_until(FEBRUARY)
    assert world.total.amount_minor == minor


def test_who_took_part_is_counted_once() -> None:
    world = opened(plan_of(SEAT, Aggregation.UNIQUE))
    for day, rider in enumerate(["ada", "bob", "ada"], 5):
        world.tell("told", january(day), subject=rider)
    world.run_until(FEBRUARY)
    assert world.total.amount_minor == 2 * 3_100


def test_a_register_is_never_asked_for_events_nor_events_for_a_register() -> None:
    world = opened(plan_of(SEAT, meter="ride_seconds"))
    world.use("ride_seconds", NEW_YEAR, 2)
    world.tell("ride_seconds", january(3), 100)
    world.run_until(FEBRUARY)
    assert world.total.amount_minor == 2 * 3_100


# --- Levels over time -----------------------------------------------------------------------------


def test_a_level_lasts_however_long_ago_it_was_told() -> None:
    """Two seats at 31.00 since New Year, longer ago than any late use is looked for."""
    world = opened(plan_of(SEAT, Aggregation.TIME_WEIGHTED_SUM))
    world.tell("told", at(NEW_YEAR, 0), 2)
    world.run_until(date(2026, 12, 31))
    assert world.total.amount_minor == 11 * 6_200


def test_a_level_is_weighted_by_its_time_and_goes_on_over_periods() -> None:
    world = opened(plan_of(SEAT, Aggregation.TIME_WEIGHTED_SUM))
    world.tell("told", january(1, 0), 2)
    world.tell("told", january(11, 0), 1)
    world.tell("told", at(date(2026, 2, 15), 0), -3)
    lines = world.run_until(APRIL)
    assert billed(lines) == [2 * 3_100 + 2_100, 3 * 1_550, 0]
    assert [line.quantity for line in lines[1:]] == [Decimal("1.5"), 0]


def test_the_month_that_loses_an_hour_weighs_by_its_743_hours() -> None:
    world = opened(plan_of(PerUnit(Decimal(74_300)), Aggregation.TIME_WEIGHTED_SUM))
    world.tell("told", at(date(2026, 3, 29), 0))  # that day has 23 hours
    lines = world.run_until(APRIL)
    assert billed(lines) == [0, 0, 7_100]


def test_events_fall_into_the_local_month() -> None:
    world = opened(plan_of(SEAT, Aggregation.COUNT))
    last_of_january = datetime(2026, 1, 31, 22, 59, 59, tzinfo=UTC)
    world.tell("told", last_of_january)
    world.tell("told", last_of_january + timedelta(seconds=1))
    assert billed(world.run_until(MARCH)) == [3_100, 3_100]


def test_what_is_taken_away_before_it_was_told_costs_nothing_rather_than_less() -> None:
    world = opened(plan_of(SEAT, Aggregation.TIME_WEIGHTED_SUM))
    world.tell("told", january(1, 0), -2)
    assert billed(world.run_until(FEBRUARY)) == [0]
    world.tell("told", january(1, 0), 3)
    world.run_until(MARCH)
    assert world.total.amount_minor == 2 * 3_100


# --- Stubs and cuts -------------------------------------------------------------------------------

DEARER: Final = PerUnit(Decimal(6_200))


@pytest.mark.parametrize(
    ("how", "minors"),
    [
        pytest.param(Aggregation.SUM, [2 * 3_100, 6_200], id="what adds up costs all of it"),
        pytest.param(Aggregation.COUNT, [2 * 3_100, 6_200], id="counted"),
        # Ten of 31 days at the old price, 21 at the new one, each of its own events.
        pytest.param(Aggregation.MAX, [1_000, 4_200], id="max"),
        pytest.param(Aggregation.LATEST, [1_000, 4_200], id="latest"),
        pytest.param(Aggregation.UNIQUE, [2 * 1_000, 4_200], id="unique"),
        pytest.param(Aggregation.TIME_WEIGHTED_SUM, [1_400, 12_400], id="time weighted"),
    ],
)
def test_a_price_that_changes_cuts_what_was_told(how: Aggregation, minors: list[int]) -> None:
    world = opened(plan_of(SEAT, how, "old"), plan_of(DEARER, how, "new"))
    world.tell("told", january(2, 0), subject="ada")
    world.tell("told", january(6, 0), subject="bob")
    world.tell("told", january(12, 0), subject="ada")
    world.run_until(date(2026, 1, 11))
    world.change(ChangePlan(plan_id="new", plan_version=1))
    world.run_until(FEBRUARY)
    assert billed(world.lines) == minors


def test_a_level_costs_the_same_however_its_time_is_cut() -> None:
    whole, cut = (
        opened(plan_of(SEAT, Aggregation.TIME_WEIGHTED_SUM)),
        opened(
            plan_of(SEAT, Aggregation.TIME_WEIGHTED_SUM),
            plan_of(PerUnit(Decimal("3100.0001")), Aggregation.TIME_WEIGHTED_SUM, "other"),
        ),
    )
    for world in (whole, cut):
        world.tell("told", january(1, 0), 4)
        world.tell("told", january(21, 0), -1)
    cut.run_until(date(2026, 1, 16))
    cut.change(ChangePlan(plan_id="other", plan_version=1))
    whole.run_until(FEBRUARY)
    cut.run_until(FEBRUARY)
    assert len(cut.lines) == 2
    assert whole.total == cut.total


def test_a_capacity_costs_its_share_of_a_month_that_is_cut_short() -> None:
    world = opened(plan_of(FLEET, Aggregation.MAX))
    world.tell("told", january(3), 11, name="bikes")
    world.run_until(date(2026, 1, 5))
    world.end(date(2026, 1, 11))
    world.run_until(FEBRUARY)
    assert world.total.amount_minor == 2_000


# --- What else applies to use ---------------------------------------------------------------------


def test_coupons_and_a_maximum_hold_for_events_too() -> None:
    ten_off = AppliedCoupon(Coupon(id="ten", name="Ten", percent=Decimal(10)), NEW_YEAR)
    capped = (Price("EUR", SALES, maximum_minor=Decimal(200)),)
    world = opened(plan_of(SALES, prices=capped), coupons=(ten_off,))
    for day in (3, 4):
        world.tell("told", january(day), 20_000)
    world.run_until(FEBRUARY)
    amounts = {line.kind: line.amount.amount_minor for line in world.lines}
    assert amounts == {LineKind.USAGE: 369, LineKind.TRUE_UP: -169}


def test_the_free_tier_is_counted_in_exact_units() -> None:
    tiers = Graduated((Tier(Decimal(1), Decimal(0)), Tier(None, Decimal(100))))
    world = opened(plan_of(tiers, meter_units_per_unit=60))
    for second in range(3):
        world.tell("told", january(3) + timedelta(seconds=second), "30.5")
    assert billed(world.run_until(FEBRUARY)) == [53]  # 31.5 of 60 parts beyond the first


def test_a_preview_shows_the_use_so_far() -> None:
    world = opened(plan_of(DRILL))
    world.tell("told", january(3), 4, name="eco")
    world.run_until(date(2026, 1, 10))
    (bill, *_) = world.ahead(FEBRUARY)
    assert [document.draft.net.amount_minor for document in bill.documents] == [20]


def test_an_event_whose_level_has_no_price_any_more_stops_the_bill_with_its_name() -> None:
    world = opened(plan_of(DRILL))
    world.tell("told", january(3), 4, name="turbo")
    with pytest.raises(InvalidInput, match="'turbo' has no price here; known are boost, eco"):
        world.run_until(FEBRUARY)


def test_the_line_tells_what_its_quantity_is_made_of() -> None:
    drilled = opened(plan_of(DRILL, unit="minute", meter_units_per_unit=60))
    drilled.tell("told", january(3), 720, name="eco")
    drilled.tell("told", january(4), 180, name="boost")
    sold = opened(plan_of(SALES, unit="euro", meter_units_per_unit=100))
    for day in (3, 4):
        sold.tell("told", january(day), 1_250)
    found: list[tuple[Any, ...]] = []
    for world in (drilled, sold):
        world.run_until(FEBRUARY)
        ((_, _, (document,)),) = world.bills[-1:]
        found.extend((line.quantity, line.unit, line.details) for line in document.draft.lines)
    assert found == [
        (
            Decimal(15),
            "minute",
            (LineDetail("boost", Decimal(3), "minute"), LineDetail("eco", Decimal(12), "minute")),
        ),
        (Decimal(25), "euro", (LineDetail("", Decimal(2), "transaction"),)),
    ]


# --- Laws -----------------------------------------------------------------------------------------

PRICED: Final[list[tuple[PriceModel, Aggregation]]] = [
    (SALES, Aggregation.SUM),
    (TURNOVER, Aggregation.SUM),
    (FLEET, Aggregation.MAX),
    (DRILL, Aggregation.SUM),
    *((SEAT, how) for how in Aggregation),
]


@st.composite
def _told(draw: st.DrawFn, model: PriceModel) -> list[Measurement]:
    """Events of two months, as the model's meter takes them."""
    names = model.names if isinstance(model, Capacity | Intensity) else ("",)
    hours = st.integers(0, 58 * 24)
    times = draw(st.lists(hours, max_size=8))
    return [
        Measurement(
            id=f"e-{number}",
            at=at(NEW_YEAR, 0) + timedelta(hours=hour),
            quantity=Decimal(draw(st.integers(0, 80))),
            subject=draw(st.sampled_from("abc")),
            name=draw(st.sampled_from(names)),
        )
        for number, hour in enumerate(times)
    ]


@given(st.sampled_from(PRICED), st.data())
def test_late_is_as_in_time_and_what_is_cancelled_was_never_there(
    priced: tuple[PriceModel, Aggregation], data: st.DataObject
) -> None:
    plan = plan_of(*priced)
    told = data.draw(_told(priced[0]))
    late = data.draw(st.sets(st.sampled_from([one.id for one in told]))) if told else set()
    wrong = [replace(one, id=f"{one.id}-wrong") for one in data.draw(_told(priced[0]))]

    in_time, put_right = opened(plan), opened(plan)
    in_time.events = [("told", one) for one in told]
    put_right.events = [("told", one) for one in (*told, *wrong) if one.id not in late]
    put_right.run_until(MARCH)
    # After two bills the missing are told, and the wrong ones cancelled: in any order.
    put_right.events = [("told", one) for one in data.draw(st.permutations(told))]
    in_time.run_until(APRIL)
    put_right.run_until(APRIL)
    assert put_right.total == in_time.total
    assert _rated(put_right) == _rated(in_time)
    # What was put right once stays so.
    billed_by_then = len(put_right.lines)
    put_right.run_until(APRIL + timedelta(days=20))
    assert put_right.lines[billed_by_then:] == []


def _rated(world: EngineWorld) -> list[tuple[date, Decimal, str]]:
    return sorted(
        (charge.period.start, charge.usage.counted, charge.usage.fingerprint)
        for charge in world.billed
        if charge.usage is not None
    )


def test_a_late_transaction_is_billed_with_the_time_it_belongs_to() -> None:
    world = opened(plan_of(SALES))
    world.tell("told", january(3), 1_000)
    world.tell("told", january(5), 20_000)
    world.run_until(date(2026, 2, 10))
    world.tell("told", january(4), 50_000)  # now the second: what was free stays the first
    lines = world.run_until(MARCH)
    late = [line for line in lines if line.kind is LineKind.USAGE_DIFFERENCE]
    assert [(line.period.start, line.amount.amount_minor) for line in late] == [(NEW_YEAR, 1_010)]


def test_an_earlier_transaction_that_comes_late_takes_the_free_place() -> None:
    world = opened(plan_of(SALES))
    world.tell("told", january(3), 1_000)
    world.run_until(date(2026, 2, 10))
    world.tell("told", january(2), 500)
    world.run_until(MARCH)
    assert world.total.amount_minor == 20 + 10


def test_a_peak_that_changes_nothing_is_no_line() -> None:
    world = opened(plan_of(SEAT, Aggregation.MAX))
    world.tell("told", january(3), 9)
    world.run_until(FEBRUARY)
    world.tell("told", january(2), 5)
    assert [line.kind for line in world.run_until(MARCH)] == [LineKind.USAGE]


def test_a_weekly_contract_finds_all_that_may_still_be_told() -> None:
    plan = replace(plan_of(SEAT, Aggregation.COUNT), interval=Interval(IntervalUnit.WEEK))
    world = opened(plan)
    world.run_until(date(2026, 4, 2))
    world.tell("told", at(date(2026, 4, 3)) - MAX_AGE)  # as early as it may have been
    lines = world.run_until(date(2026, 4, 9))
    assert [line.amount.amount_minor for line in lines if line.amount] == [3_100]
