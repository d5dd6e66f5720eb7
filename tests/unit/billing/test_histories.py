"""Histories of single customers, with figures reckoned by hand in the test: each was wrong once."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from tests.engine_world import EngineWorld, flat_plan
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.model import MeteredItem, Plan
from umlauf.catalog.policies import Commitment
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.money import Money
from umlauf.subscriptions.agreements import AddAddOn
from umlauf.subscriptions.applying import with_coupon

NEW_YEAR: Final = date(2026, 1, 1)
FEBRUARY: Final = date(2026, 2, 1)
METER: Final = "minutes"
TWENTY_ONCE: Final = Coupon(
    id="twenty", name="Twenty", amounts=(Money(2_000, "EUR"),), is_once_amount=True
)


def _metered(minute_price: Price) -> Plan:
    minutes = MeteredItem(
        id="use",
        name="Minutes",
        prices=(minute_price,),
        meter=METER,
        unit="minute",
        meter_units_per_unit=1,
    )
    return replace(flat_plan("metered", 0), items=(minutes,))


def _give(world: EngineWorld, coupon: Coupon, starts_on: date | None = None) -> None:
    world.subscription = with_coupon(
        world.subscription, coupon, starts_on, plan_of=world.plan_of, now=world.now
    )


class TestCouponsGivenOnce:
    def test_a_cap_holds_beside_a_coupon(self) -> None:
        """1,000 minutes at 0.10 are 100.00, capped at 30.00; 20.00 off leaves 10.00."""
        capped = Price("EUR", PerUnit(Decimal(10)), maximum_minor=Decimal(3_000))
        world = EngineWorld.open([_metered(capped)], NEW_YEAR)
        world.use(METER, date(2026, 1, 5), 1_000)
        _give(world, TWENTY_ONCE, NEW_YEAR)
        world.run_until(FEBRUARY)
        assert world.total == Money(1_000, "EUR")

    def test_a_coupon_turns_no_credit_into_a_larger_one(self) -> None:
        """Capped at 5.00, of which the coupon takes all; undone, nothing was paid to give back."""
        capped = Price("EUR", PerUnit(Decimal(10)), maximum_minor=Decimal(500))
        world = EngineWorld.open([_metered(capped)], NEW_YEAR)
        world.use(METER, date(2026, 1, 5), 1_000)
        _give(world, TWENTY_ONCE, NEW_YEAR)
        world.run_until(FEBRUARY)
        assert world.total == Money(0, "EUR")
        world.void()
        world.bill()
        assert world.total == Money(0, "EUR")

    def test_what_a_coupon_took_off_a_minimum_is_not_charged_at_the_next_look(self) -> None:
        """10.00 + 40.00 to the minimum + 10.00 ahead - 20.00 off, then an add-on over 5.00."""
        bound = replace(flat_plan("bound", 1_000), commitments=(Commitment("EUR", 5_000),))
        world = EngineWorld.open([bound], NEW_YEAR)
        world.run_until(date(2026, 1, 10))
        _give(world, TWENTY_ONCE, FEBRUARY)
        world.run_until(FEBRUARY)
        assert world.total == Money(1_000 + 4_000 + 1_000 - 2_000, "EUR")
        world.change(AddAddOn("extra"))
        world.bill()
        assert world.total == Money(1_000 + 4_000 + 1_000 - 2_000 + 500, "EUR")


class TestCreditByHand:
    def test_what_was_given_back_of_a_minimum_stays_given_back(self) -> None:
        """10.00 of the 40.00 to the minimum are given back; then the period is looked at again."""
        bound = replace(flat_plan("bound", 1_000), commitments=(Commitment("EUR", 5_000),))
        world = EngineWorld.open([bound], NEW_YEAR)
        world.run_until(FEBRUARY)
        goodwill = Money(1_000, "EUR")
        world.billed = tuple(
            one.give_back(goodwill) if one.item.startswith("commitment") else one
            for one in world.billed
        )
        world.change(AddAddOn("extra"))
        assert [(line.item, line.amount.amount_minor) for line in world.bill()] == [("extra", 500)]
