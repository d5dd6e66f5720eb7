"""What a running contract brings along, priced: what would be billed when, and nothing stored."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.billing_fakes import BillingWorld
from tests.offer_fakes import CITY_FLAT, THEFT_COVER, MemoryCoupons
from umlauf.billing.use_cases.shadow_run import shadow_run
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.model import BaseFee
from umlauf.catalog.policies import Phase
from umlauf.catalog.price_models.chosen_amount import ChosenAmount
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price
from umlauf.catalog.use_cases.publish_coupon import publish_coupon
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.subscriptions.agreements import Pause
from umlauf.subscriptions.importing import RunningContract, RunningCoupon
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.use_cases.import_subscriptions import ImportOutcome

NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
PHASED = replace(
    CITY_FLAT,
    plan_id="phased",
    phases=(Phase("introduction", Interval(IntervalUnit.MONTH, 6)), Phase("regular")),
    items=(
        BaseFee(
            id="base-fee",
            name="Bike",
            prices=(
                Price("EUR", Flat(Decimal(2900)), phase="introduction"),
                Price("EUR", Flat(Decimal(5900)), phase="regular"),
            ),
        ),
    ),
)
GIFT = replace(
    CITY_FLAT,
    plan_id="gift",
    items=(
        BaseFee(
            id="gift", name="Gift", prices=(Price("EUR", ChosenAmount(Decimal(900), Decimal(500))),)
        ),
    ),
)
COVERED = replace(
    CITY_FLAT,
    plan_id="covered",
    items=(BaseFee(id="base-fee", name="Bike", prices=(Price("EUR", PerUnit(Decimal(5900))),)),),
    add_ons=(
        replace(
            THEFT_COVER,
            items=(
                BaseFee(id="cover", name="Cover", prices=(Price("EUR", PerUnit(Decimal(490))),)),
            ),
        ),
    ),
)
WELCOME = Coupon(id="welcome", name="Welcome", percent=Decimal(20), periods=6)


@pytest.fixture
def world() -> BillingWorld:
    world = BillingWorld()
    coupons = MemoryCoupons(world.store)
    for plan in (CITY_FLAT, PHASED, GIFT, COVERED):
        world.publish(plan, now=NOW)
    world.store.run(lambda work: publish_coupon(WELCOME, work=work, coupons=coupons), NOW)
    return world


@pytest.mark.parametrize(
    ("brings", "billed"),
    [
        pytest.param({}, {"12-01": 5900, "01-01": 5900}, id="nothing special"),
        pytest.param(
            {"plan_id": "phased"}, {"12-01": 2900, "01-01": 5900}, id="an introduction under way"
        ),
        pytest.param(
            {"coupons": (RunningCoupon("welcome", periods_left=1),)},
            {"12-01": 4720, "01-01": 5900},
            id="a coupon with a period left",
        ),
        pytest.param(
            {
                "plan_id": "covered",
                "add_ons": ("theft-cover",),
                "add_on_quantities": {"theft-cover": 2},
            },
            {"12-01": 6880, "01-01": 6880},
            id="two of an add-on",
        ),
        pytest.param(
            {"pauses": (Pause(date(2026, 11, 5), date(2027, 1, 1)),)},
            {"01-01": 5900},
            id="a pause under way",
        ),
        pytest.param(
            {"pauses": (Pause(date(2026, 11, 5)),)}, {}, id="a pause under way without end"
        ),
        pytest.param(
            {"plan_id": "gift", "chosen_minor": {"gift": 700}},
            {"12-01": 700, "01-01": 700},
            id="an amount of their own",
        ),
        pytest.param({"ends_on": date(2026, 12, 16)}, {"12-01": 2855}, id="notice given"),
        pytest.param(
            {"plan_id": "covered", "quantity": 3},
            {"12-01": 17700, "01-01": 17700},
            id="three of them",
        ),
        pytest.param(
            {"billed_through": date(2026, 11, 1)},
            {"11-01": 5900, "12-01": 5900, "01-01": 5900},
            id="the other system stopped earlier",
        ),
    ],
)
def test_what_a_contract_brings_along_is_priced_from_the_day_it_is_billed_here(
    world: BillingWorld, brings: Mapping[str, Any], billed: Mapping[str, int]
) -> None:
    running = RunningContract(
        external_id="C-1",
        customer_id=world.sign_up(now=NOW).id,
        plan_id="city-flat",
        plan_version=1,
        currency="EUR",
        starts_on=date(2026, 7, 1),
        billed_through=date(2026, 12, 1),
    )
    (row,) = shadow_run(
        [replace(running, **brings)],
        until=date(2027, 1, 15),
        now=NOW,
        desk=world.desk,
        import_desk=world.import_desk,
    )
    assert (row.row.outcome, row.row.refusal) == (ImportOutcome.IMPORTED, None)
    assert row.forecast is not None
    assert {
        bill.bills_on.isoformat()[5:]: sum(one.gross.amount_minor for one in bill.documents)
        for bill in row.forecast.bills
    } == billed
    assert not list(world.store.all(Subscription))
