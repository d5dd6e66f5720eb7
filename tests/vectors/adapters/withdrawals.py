"""What a consumer owes who withdraws from a contract that began already."""

from dataclasses import replace
from typing import Any

from tests.engine_world import EngineWorld
from tests.vectors.adapters.registry import adapter
from tests.vectors.cases import Case
from tests.vectors.shapes import Answer
from tests.vectors.words import A_DAY, SOME_DAY, currency, price
from umlauf.catalog.model import BaseFee, Plan
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.money import Money
from umlauf.subscriptions.withdrawing import withdrawn

WHOLE = "days_month|days_in_month|month_days|period_days"
ASKED = "express_request(?:_and_information)?"


@adapter("(?:month_)?price(?:_cents)?", "days_used", WHOLE, ASKED)
def compensation(case: Case) -> Any:
    """A period of as many days as the month has is billed ahead; then the contract is undone."""
    with_request = _owed(case, is_early_start=True)
    without = _owed(case, is_early_start=False)
    owed = with_request if case.get(ASKED) else without
    return Answer(owed, owed=owed, owed_without_express_request=without)


def _owed(case: Case, *, is_early_start: bool) -> Money:
    code = currency(case)
    fee = BaseFee(
        id="fee", name="Fee", prices=(Price(code, Flat(price(case, "(?:month_)?price"))),)
    )
    plan = Plan(
        plan_id="plan",
        name="Plan",
        interval=Interval(IntervalUnit.DAY, case.get(WHOLE)),
        items=(fee,),
        plan_version=1,
    )
    world = EngineWorld.open([plan], SOME_DAY, currency=code)
    world.subscription = replace(world.subscription, early_start_requested=is_early_start)
    world.run_until(A_DAY.after(SOME_DAY, case.inputs["days_used"]))
    world.subscription = withdrawn(world.subscription, plan, world.now, country="DE")
    world.bill()
    return world.total
