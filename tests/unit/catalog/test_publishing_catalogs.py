"""A whole catalog: reviewed before, published at once, and again without effect."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from tests.fakes import MemoryStore
from tests.offer_fakes import CITY_FLAT, CITY_METERED, NOW, OfferWorld, euros
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.differences import Difference
from umlauf.catalog.document.catalog import Catalog
from umlauf.catalog.errors import TooManyChanges, UnknownCoupon
from umlauf.catalog.events import CouponPublished, PlanPublished
from umlauf.catalog.model import Plan
from umlauf.catalog.reviews import Change, ReviewedEntry
from umlauf.catalog.use_cases.publish_catalog import publish_catalog
from umlauf.catalog.use_cases.review_catalog import review_catalog
from umlauf.kernel.money import Money

WELCOME = Coupon(id="welcome", name="Welcome", percent=Decimal(10))
DEARER = replace(CITY_FLAT, items=(replace(CITY_FLAT.items[0], prices=euros("69", usd="64")),))


@dataclass
class MemoryCoupons:
    store: MemoryStore

    def get(self, coupon_id: str) -> Coupon:
        coupon = self.find(coupon_id)
        if coupon is None:
            raise UnknownCoupon(coupon_id)
        return coupon

    def find(self, coupon_id: str) -> Coupon | None:
        return self.store.get(Coupon, coupon_id)

    def list_all(self) -> Sequence[Coupon]:
        return sorted(self.store.all(Coupon), key=lambda coupon: coupon.id)


@pytest.fixture
def world() -> OfferWorld:
    return OfferWorld()


def publish(world: OfferWorld, catalog: Catalog) -> tuple[Plan, ...]:
    coupons = MemoryCoupons(world.store)
    return world.store.run(
        lambda work: publish_catalog(catalog, work=work, plans=world.plans, coupons=coupons), NOW
    )


def review(world: OfferWorld, catalog: Catalog) -> tuple[ReviewedEntry, ...]:
    return review_catalog(catalog, plans=world.plans, coupons=MemoryCoupons(world.store))


def test_a_review_says_what_publishing_then_does(world: OfferWorld) -> None:
    publish(world, Catalog((CITY_FLAT, CITY_METERED), (WELCOME,)))
    new = replace(CITY_METERED, plan_id="city-new")
    dearer = Catalog((DEARER, new), (replace(WELCOME, percent=Decimal(20)),))

    assert review(world, dearer) == (
        ReviewedEntry(
            "plan",
            "city-flat",
            Change.CHANGED,
            2,
            (Difference("items[base-fee].prices.EUR.flat", "59.00", "69.00"),),
        ),
        ReviewedEntry("plan", "city-new", Change.NEW, 1),
        ReviewedEntry("coupon", "welcome", Change.CHANGED, 2, (Difference("percent", "10", "20"),)),
        ReviewedEntry("plan", "city-metered", Change.LEFT_OUT, 1),
    )
    published = publish(world, dearer)
    assert [plan.id for plan in published] == ["city-flat:2", "city-new:1"]
    assert {entry.change for entry in review(world, dearer)} == {Change.UNCHANGED, Change.LEFT_OUT}


def test_reviewing_changes_nothing(world: OfferWorld) -> None:
    review(world, Catalog((CITY_FLAT,), (WELCOME,)))
    assert world.store.commits == 0


def test_what_a_catalog_leaves_out_stays_on_sale(world: OfferWorld) -> None:
    publish(world, Catalog((CITY_FLAT, CITY_METERED), (WELCOME,)))
    publish(world, Catalog((CITY_FLAT,)))
    assert [plan.id for plan in world.plans.list_on_sale()] == ["city-flat:1", "city-metered:1"]
    assert MemoryCoupons(world.store).get("welcome").as_draft() == WELCOME


def test_a_catalog_published_again_writes_nothing(world: OfferWorld) -> None:
    catalog = Catalog((CITY_FLAT,), (WELCOME,))
    publish(world, catalog)
    commits, events = world.store.commits, len(world.store.events)
    publish(world, catalog)
    assert (world.store.commits, len(world.store.events)) == (commits, events)
    assert world.store.events == [PlanPublished("city-flat", 1), CouponPublished("welcome")]


def test_more_than_one_transaction_holds_is_refused_whole(world: OfferWorld) -> None:
    plans = tuple(replace(CITY_FLAT, plan_id=f"plan-{n}") for n in range(31))
    with pytest.raises(TooManyChanges, match="two documents"):
        publish(world, Catalog(plans))
    assert world.plans.list_on_sale() == []
    assert len(publish(world, Catalog(plans[:30]))) == 30


def test_a_coupon_has_its_amount_in_each_currency() -> None:
    coupon = Coupon(id="ten", name="Ten off", amounts=(Money(1000, "EUR"), Money(1100, "USD")))
    assert coupon.amount_in("USD") == Money(1100, "USD")
    assert coupon.amount_in("CHF") is None
    assert WELCOME.amount_in("EUR") is None
