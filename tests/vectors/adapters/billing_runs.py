"""Whole billing runs: one contract, billed by the engine from its store."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.billing_fakes import BillingWorld
from tests.offer_fakes import CITY_FLAT, MONTHLY
from tests.vectors.adapters.pricing import tiered
from tests.vectors.adapters.registry import adapter
from tests.vectors.cases import Case
from tests.vectors.shapes import Answer
from tests.vectors.words import currency, day, instant, price, slug
from umlauf.catalog.model import BaseFee, MeteredItem, Plan
from umlauf.catalog.policies import BillingTiming
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.calendar import start_of_day

ZONE = "Europe/Berlin"
IN_ARREARS = Plan(
    plan_id="in-arrears",
    name="In arrears",
    interval=MONTHLY,
    asset_model=CITY_FLAT.asset_model,
    items=(
        BaseFee(
            id="base",
            name="Base",
            prices=(Price("EUR", Flat(Decimal(1))),),
            timing=BillingTiming.ARREARS,
        ),
    ),
)


@adapter("runs")
def repeated_runs(case: Case) -> Any:
    """How many invoices runs make for periods that are over, whenever and however often they come.

    Each `sub` is a subscription of its own, billed in arrears from its first period's start on.
    """
    world = BillingWorld()
    subscriptions = {}
    for run in case.inputs["runs"]:
        name = slug(str(run["sub"]))
        begins = start_of_day(day(run["period"][0]), ZONE)
        if name not in subscriptions:
            subscriptions[name] = world.active_subscription(IN_ARREARS, name=name, now=begins)
        world.bill(subscriptions[name], now=instant(run["at"]))
    return len(world.invoices())


@adapter(
    "base(?:_cents)?", "q|quantity", "start", "tiers|unit(?:_cents)?", may="tiers|unit(?:_cents)?"
)
def advance_and_arrears(case: Case) -> Any:
    """The base fee ahead, the usage behind; the case names the days it bills on."""
    world = BillingWorld()
    model = tiered(case) if case.has("tiers") else PerUnit(price(case, "unit"))
    code = currency(case)
    plan = Plan(
        plan_id="base-and-use",
        name="Base and use",
        interval=MONTHLY,
        asset_model=CITY_FLAT.asset_model,
        items=(
            BaseFee(id="base", name="Base", prices=(Price(code, Flat(price(case, "base"))),)),
            MeteredItem(
                id="use",
                name="Use",
                meter="ride_seconds",
                unit="unit",
                meter_units_per_unit=1,
                prices=(Price(code, model),),
            ),
        ),
    )
    days = sorted(date.fromisoformat(printed) for printed in case.expected)
    subscription = world.active_subscription(plan, now=start_of_day(days[0], ZONE))
    world.rollups.ride(subscription.id, days[0], int(Decimal(str(case.get("q|quantity")))))
    for one in days:
        world.bill(subscription, now=start_of_day(one, ZONE))
    return Answer(**{str(invoice.issued_on): invoice.gross for invoice in world.invoices()})
