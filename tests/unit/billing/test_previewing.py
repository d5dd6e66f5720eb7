"""A preview bills in memory, day after day, and changes nothing."""

from dataclasses import replace
from datetime import date

import pytest

from tests.engine_world import YEARLY, EngineWorld, flat_plan, price
from umlauf.billing.previewing import MOST_BILLS, bill_day
from umlauf.billing.terms import UMLAUF
from umlauf.catalog.model import MeteredItem
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money
from umlauf.subscriptions.agreements import BeginPause, ChangePlan, ChangeQuantity, ScheduledChange
from umlauf.subscriptions.changing import request_change

NEW_YEAR = date(2026, 1, 1)


def _world() -> EngineWorld:
    return EngineWorld.open([flat_plan("one", 3_100), flat_plan("year", 36_500, YEARLY)], NEW_YEAR)


def _schedule(world: EngineWorld, plan_id: str, day: date) -> None:
    wanted = ScheduledChange("later", ChangePlan(plan_id=plan_id, plan_version=1), day, world.now)
    world.subscription, _ = request_change(
        world.subscription, wanted, plan_of=world.plan_of, now=world.now
    )


def test_a_preview_leaves_the_contract_as_it_is() -> None:
    world = _world()
    before = world.subscription
    assert len(world.ahead(date(2026, 6, 1))) == 6
    assert world.subscription is before
    assert not world.billed


def test_what_is_scheduled_is_shown_on_its_day() -> None:
    world = _world()
    world.bill()
    _schedule(world, "year", date(2026, 1, 16))
    (bill,) = world.ahead(date(2026, 2, 1))
    assert bill.bills_on == date(2026, 1, 16)
    assert sorted(line.amount.amount_minor for line in bill.bill.lines) == [-1_600, 36_500]


def test_what_was_billed_ahead_goes_on_from_there() -> None:
    world = _world()
    (bill,) = world.ahead(NEW_YEAR)
    world.bill()
    assert bill.afterwards.subscription == world.subscription
    assert [one.amount for one in bill.afterwards.billed] == [one.amount for one in world.billed]


def test_what_was_metered_long_ago_brings_no_last_look_that_billing_will_not_take() -> None:
    """An end is looked at once more where something was metered of late, not at any time."""
    rides = MeteredItem(
        id="rides",
        name="Rides",
        prices=price(10),
        meter="rides",
        unit="ride",
        meter_units_per_unit=1,
    )
    metered = flat_plan("metered", 3_100)
    metered = replace(metered, items=(*metered.items, rides))
    world = EngineWorld.open([metered, flat_plan("one", 3_100)], NEW_YEAR)
    world.use("rides", date(2026, 1, 5), 3)
    world.run_until(date(2026, 2, 1))
    world.change(ChangePlan(plan_id="one", plan_version=1))
    world.run_until(date(2026, 12, 1))
    world.end(date(2026, 12, 1))
    ahead = world.ahead(date(2026, 12, 31))
    world.run_until(date(2026, 12, 31))
    assert world.subscription.closing_on is None
    assert [one.bills_on for one in ahead] == [date(2026, 12, 1)]


def test_a_preview_has_an_end() -> None:
    daily = EngineWorld.open([flat_plan("one", 100, Interval(IntervalUnit.DAY))], NEW_YEAR)
    assert len(daily.ahead(date(2026, 3, 31))) == 90
    with pytest.raises(InvalidInput, match=f"shows {MOST_BILLS} bills") as refused:
        daily.ahead(date(2027, 1, 1))
    assert refused.value.field == "until"


def test_a_repair_is_billed_today_and_a_boundary_on_its_own_day() -> None:
    world = _world()
    world.run_until(date(2026, 1, 20))
    world.change(ChangeQuantity(2), date(2026, 1, 11))
    assert bill_day(world.subscription, world.now) == date(2026, 1, 20)
    world.go_to(date(2026, 2, 3))
    assert bill_day(world.subscription, world.now) == date(2026, 2, 1)


def test_every_document_of_a_bill_has_an_id_of_its_own() -> None:
    world = _world()
    (bill,) = world.ahead(NEW_YEAR)
    assert [charge.invoice_id for charge in bill.afterwards.billed] == ["sub@2026-01-01.1"]
    assert bill.documents[0].draft.entity is UMLAUF


def test_a_further_credit_is_shown_with_the_tax_it_will_bear() -> None:
    plan = replace(flat_plan("one", 6_900), prices_include_tax=True)
    world = EngineWorld.open([plan], NEW_YEAR)
    world.bill()
    shown = []
    for starts_on, ends_on in ((3, 10), (12, 15)):
        world.go_to(date(2026, 1, starts_on))
        world.change(BeginPause(date(2026, 1, ends_on)))
        (bill,) = world.ahead(date(2026, 1, starts_on))
        shown += [document.draft for document in bill.documents]
        world.bill()
    assert [draft.gross for draft in shown] == [Money(-1_558, "EUR"), Money(-668, "EUR")]
    # By itself 6.68 bears 1.07; both together, 22.26, bear 3.55.
    assert [draft.tax for draft in shown] == [Money(-249, "EUR"), Money(-106, "EUR")]
