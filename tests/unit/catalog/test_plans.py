"""Plans: what may be sold, and that a sold version never changes."""

from dataclasses import replace
from typing import Any

import pytest

from tests.offer_fakes import CITY_FLAT, CITY_METERED, MONTHLY, NOW, THEFT_COVER, OfferWorld, euros
from umlauf.catalog.errors import BadPlan, NoPriceInCurrency, UnknownAddOn, UnknownPlan
from umlauf.catalog.events import PlanPublished
from umlauf.catalog.model import AddOn, BaseFee, MeteredItem, Plan, PrepaidItem, Terms, price_in
from umlauf.catalog.policies import Commitment
from umlauf.catalog.price_books import PriceChoice
from umlauf.catalog.price_models.rating import rate
from umlauf.catalog.use_cases.publish_plan import publish_plan
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work

DEARER = replace(CITY_FLAT, items=(replace(CITY_FLAT.items[0], prices=euros("69.00")),))


def test_a_new_price_is_a_new_version_and_the_old_one_stays() -> None:
    world = OfferWorld()
    first, second = world.publish(CITY_FLAT), world.publish(DEARER)

    assert (first.plan_version, second.plan_version) == (1, 2)
    assert world.plans.get("city-flat", 1).as_draft() == CITY_FLAT
    assert world.plans.on_sale("city-flat").as_draft() == DEARER
    assert world.store.events == [PlanPublished("city-flat", 1), PlanPublished("city-flat", 2)]


def test_publishing_what_is_on_sale_changes_nothing() -> None:
    world = OfferWorld()
    world.publish(CITY_FLAT)
    commits = world.store.commits
    assert world.publish(CITY_FLAT).plan_version == 1
    assert world.store.commits == commits


def test_going_back_to_an_old_price_is_a_third_version() -> None:
    world = OfferWorld()
    versions = [world.publish(draft).plan_version for draft in (CITY_FLAT, DEARER, CITY_FLAT)]
    assert versions == [1, 2, 3]


def test_of_two_publishers_at_once_both_get_a_version_of_their_own() -> None:
    world = OfferWorld()
    world.publish(CITY_FLAT)

    def rival(work: Work) -> None:
        world.store.run(
            lambda rivals: publish_plan(DEARER, work=rivals, plans=world.plans), now=NOW
        )

    world.store.before_commit = rival
    mine = world.publish(replace(CITY_FLAT, name="City flat, renamed"))
    assert mine.plan_version == 3
    assert [plan.plan_version for plan in sorted(world.store.all(Plan), key=lambda p: p.id)] == [
        1,
        2,
        3,
    ]


def test_only_what_is_on_sale_is_listed_in_order() -> None:
    world = OfferWorld()
    world.publish(CITY_METERED)
    world.publish(CITY_FLAT)
    world.publish(DEARER)
    assert [plan.id for plan in world.plans.list_on_sale()] == ["city-flat:2", "city-metered:1"]
    with pytest.raises(UnknownPlan):
        world.plans.on_sale("city-gold")


def test_a_price_is_per_currency_and_never_converted() -> None:
    fee = CITY_FLAT.items[0]
    assert rate(price_in(fee, "USD"), 1) == Money(6400, "USD")
    with pytest.raises(NoPriceInCurrency, match="EUR, USD") as refusal:
        price_in(fee, "GBP")
    assert refusal.value.field == "currency"


def test_a_plan_is_sold_in_the_currencies_of_all_its_items() -> None:
    assert CITY_FLAT.currencies == ("EUR", "USD")
    CITY_FLAT.require_priced(PriceChoice("USD"))
    with pytest.raises(NoPriceInCurrency, match="theft-cover"):
        CITY_FLAT.require_priced(PriceChoice("USD"), ("theft-cover",))


def test_an_unknown_add_on_is_refused_with_the_choice() -> None:
    with pytest.raises(UnknownAddOn, match="theft-cover") as refusal:
        CITY_FLAT.items_with(("gold-bell",))
    assert refusal.value.field == "add_ons"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"plan_id": "City Flat"}, "plan_id", id="not a slug"),
        pytest.param({"plan_id": "x" * 61}, "plan_id", id="too long"),
        pytest.param({"name": " "}, "name", id="no name"),
        pytest.param({"name": "x" * 121}, "name", id="endless name"),
        pytest.param({"interval": replace(MONTHLY, count=121)}, "interval", id="endless interval"),
        pytest.param({"items": ()}, "items", id="no item"),
        pytest.param({"items": CITY_FLAT.items * 2}, "items", id="an item twice"),
        pytest.param({"add_ons": (THEFT_COVER, THEFT_COVER)}, "add_ons", id="an add-on twice"),
        pytest.param(
            {"add_ons": (AddOn("extra", "Extra", CITY_FLAT.items),)},
            "items",
            id="an add-on repeats an item of the plan",
        ),
        pytest.param(
            {
                "items": tuple(
                    BaseFee(id=f"fee-{n}", name="Fee", prices=euros("1")) for n in range(41)
                )
            },
            "items",
            id="more items than an invoice holds",
        ),
    ],
)
def test_a_plan_that_could_not_be_sold_is_refused(change: dict[str, object], field: str) -> None:
    with pytest.raises(BadPlan) as refusal:
        replace(CITY_FLAT, **change)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_an_add_on_needs_an_item() -> None:
    with pytest.raises(BadPlan, match="at least one item"):
        AddOn("extra", "Extra", ())


@pytest.mark.parametrize("name", ["minimum_term", "notice"])
def test_terms_are_bounded(name: str) -> None:
    endless: dict[str, Any] = {name: replace(MONTHLY, count=121)}
    with pytest.raises(BadPlan) as refusal:
        Terms(**endless)
    assert refusal.value.field == name


def test_an_item_needs_a_price_once_per_currency() -> None:
    with pytest.raises(BadPlan, match="at least one currency"):
        BaseFee(id="fee", name="Fee", prices=())
    with pytest.raises(BadPlan, match="EUR"):
        BaseFee(id="fee", name="Fee", prices=euros("1") * 2)


@pytest.mark.parametrize(
    ("meter", "meter_units_per_unit", "field"),
    [("ride_seconds", 0, "meter_units_per_unit"), ("ride#seconds", 60, "meter")],
)
def test_a_meter_has_a_name_and_a_scale(meter: str, meter_units_per_unit: int, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        PrepaidItem(
            id="minutes",
            name="Minutes",
            meter=meter,
            unit="minute",
            meter_units_per_unit=meter_units_per_unit,
            prices=euros("1"),
        )
    assert refusal.value.field == field


def test_metered_minutes_are_rated_from_seconds() -> None:
    minutes = CITY_METERED.items[1]
    assert isinstance(minutes, MeteredItem)
    seconds, per = 310 * 60, minutes.meter_units_per_unit
    assert rate(price_in(minutes, "EUR"), seconds, per=per) == Money(85, "EUR")


def test_a_commitment_commits_to_something() -> None:
    with pytest.raises(BadPlan, match="needs a minimum or a maximum"):
        Commitment("EUR")
