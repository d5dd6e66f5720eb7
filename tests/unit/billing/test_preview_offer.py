"""An offer is priced as an order of the same day would be, in every detail an order has."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from tests.offer_fakes import CITY_FLAT, MONTHLY, STATION, MemoryCoupons, OfferWorld, euros
from umlauf.billing.errors import VatIdMissing
from umlauf.billing.model import LineKind
from umlauf.billing.sellers import SellersBySite
from umlauf.billing.use_cases.preview_offer import Offer, OfferRequest, preview_offer
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.errors import UnknownCoupon
from umlauf.catalog.model import BaseFee, MeteredItem, Plan
from umlauf.catalog.policies import BillingTiming, Phase
from umlauf.catalog.price_models.chosen_amount import ChosenAmount
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price
from umlauf.catalog.use_cases.publish_coupon import publish_coupon
from umlauf.customers.errors import BadBillingDetails
from umlauf.inventory.errors import UnknownStation
from umlauf.inventory.model import Station
from umlauf.inventory.use_cases.register_station import register_station
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.errors import UmlaufError
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work
from umlauf.subscriptions.errors import AddOnNotTaken, CouponNotUsable, NotPossibleThen

NEW_YEAR = date(2027, 1, 1)
NOW = datetime(2026, 11, 23, 11, tzinfo=UTC)
REQUEST = OfferRequest(plan_id=CITY_FLAT.plan_id, currency="EUR", time_zone="Europe/Berlin")
DUTCH_SITE = Station(id="sta_ams", name="Centraal", country="NL", time_zone="Europe/Amsterdam")
WELCOME = Coupon(id="welcome", name="Welcome", percent=Decimal(10), periods=2, is_open=True)
GOODWILL = Coupon(id="goodwill", name="Goodwill", percent=Decimal(90))
FOR_OTHERS = Coupon(
    id="boxes-only", name="Boxes", percent=Decimal(50), plans=("box",), is_open=True
)


def priced(minor: int, phase: str) -> Price:
    return Price("EUR", PerUnit(Decimal(minor)), phase=phase)


INTRODUCED = replace(
    CITY_FLAT,
    phases=(
        Phase("trial", Interval(IntervalUnit.DAY, 14), is_free=True),
        Phase("introduction", Interval(IntervalUnit.MONTH, 2)),
        Phase("regular"),
    ),
    items=(
        BaseFee(
            id="base-fee",
            name="Bike",
            prices=(priced(0, "trial"), priced(2_900, "introduction"), priced(5_900, "regular")),
        ),
    ),
)


def _publish(coupon: Coupon, coupons: MemoryCoupons, work: Work) -> None:
    publish_coupon(coupon, work=work, coupons=coupons)


def _register(station: Station, world: OfferWorld, work: Work) -> None:
    register_station(station, work=work, stations=world.stations)


def offered(draft: Plan = CITY_FLAT, *, now: datetime = NOW, **wanted: Any) -> Offer:
    world = OfferWorld()
    world.publish(draft, now=now)
    coupons = MemoryCoupons(world.store)
    for coupon in (WELCOME, GOODWILL, FOR_OTHERS):
        world.store.run(partial(_publish, coupon, coupons), now)
    for station in (STATION, DUTCH_SITE):
        world.store.run(partial(_register, station, world), now)
    return preview_offer(
        replace(REQUEST, **wanted),
        plans=world.plans,
        coupons=coupons,
        sellers=SellersBySite(world.stations),
        now=now,
    )


def amounts(offer: Offer) -> list[tuple[date, int]]:
    return [
        (bill.bills_on, sum(one.gross.amount_minor for one in bill.documents))
        for bill in offer.bills
    ]


@pytest.mark.parametrize(
    ("now", "minor"),
    [
        pytest.param(datetime(2026, 12, 31, 22, 59, tzinfo=UTC), 5_900, id="before"),
        pytest.param(datetime(2026, 12, 31, 23, 0, tzinfo=UTC), 6_400, id="from local midnight"),
    ],
)
def test_an_offer_has_the_price_of_its_local_day(now: datetime, minor: int) -> None:
    (until,), (since,) = euros("59.00"), euros("64.00")
    fee = replace(
        CITY_FLAT.items[0],
        prices=(replace(until, valid_until=NEW_YEAR), replace(since, valid_from=NEW_YEAR)),
    )
    offer = offered(replace(CITY_FLAT, items=(fee,)), now=now)
    assert offer.due_at_start == Money(minor, "EUR")


def test_the_schedule_leads_through_trial_and_introduction_to_the_price_that_stays() -> None:
    offer = offered(INTRODUCED)
    assert offer.due_at_start == Money(0, "EUR")
    assert amounts(offer) == [
        (date(2026, 12, 7), 2_900),
        (date(2027, 1, 7), 2_900),
        (date(2027, 2, 7), 5_900),
    ]
    assert offer.next_charge_on == date(2026, 12, 7)


def test_what_is_paid_in_arrears_is_shown_until_a_whole_period_is_at_the_price_that_stays() -> None:
    (fee,) = INTRODUCED.items
    assert isinstance(fee, BaseFee)
    late = replace(INTRODUCED, items=(replace(fee, timing=BillingTiming.ARREARS),))
    assert amounts(offered(late))[-1] == (date(2027, 3, 7), 5_900)


def test_a_coupon_is_shown_until_it_is_over() -> None:
    offer = offered(coupons=("welcome",))
    assert [minor for _, minor in amounts(offer)] == [5_310, 5_310, 5_900]
    assert [one.coupon for one in offer.lines[0].discounts] == ["welcome"]


def test_a_later_start_is_billed_then_at_the_prices_of_today() -> None:
    offer = offered(starts_on=date(2027, 3, 31))
    assert offer.starts_on == date(2027, 3, 31)
    assert amounts(offer) == [(date(2027, 3, 31), 5_900), (date(2027, 4, 30), 5_900)]


def test_a_named_price_and_counted_add_ons_are_in_the_offer() -> None:
    gift = BaseFee(
        id="gift", name="Gift", prices=(Price("EUR", ChosenAmount(Decimal(900), Decimal(500))),)
    )
    draft = replace(CITY_FLAT, items=(gift,))
    add_on = draft.add_ons[0].id
    plain = offered(draft, chosen_minor={"gift": 1_234})
    assert plain.due_at_start == Money(1_234, "EUR")
    twice = offered(
        draft, chosen_minor={"gift": 1_234}, add_ons=(add_on,), add_on_quantities={add_on: 2}
    )
    once = offered(draft, chosen_minor={"gift": 1_234}, add_ons=(add_on,))
    (of_twice,), (of_once,) = (
        [line for line in one.lines if line.kind is LineKind.ADD_ON] for one in (twice, once)
    )
    assert [str(of_twice.quantity), str(of_once.quantity)] == ["2", "1"]


def test_who_bills_follows_from_the_site_and_the_tax_from_who_buys() -> None:
    at_home = offered(country="NL")
    at_the_site = offered(country="NL", site="sta_ams")
    assert (at_home.legal_entity, at_the_site.legal_entity) == ("umlauf-de", "umlauf-nl")
    business = offered(country="NL", is_business=True, vat_id="NL123456782B90")
    assert at_home.tax_at_start.amount_minor > 0
    assert business.tax_at_start == Money(0, "EUR")


def test_where_only_use_is_charged_no_bill_can_be_foretold() -> None:
    metered = MeteredItem(
        id="minutes",
        name="Minutes",
        meter="ride_seconds",
        unit="minute",
        meter_units_per_unit=60,
        prices=(Price("EUR", PerUnit(Decimal(19))),),
    )
    offer = offered(replace(CITY_FLAT, interval=MONTHLY, items=(metered,)))
    assert (offer.bills, offer.next_charge_on) == ((), None)


@pytest.mark.parametrize(
    ("wanted", "refusal", "field"),
    [
        pytest.param({"coupons": ("nowhere",)}, UnknownCoupon, "coupons", id="no such coupon"),
        pytest.param({"coupons": ("goodwill",)}, UnknownCoupon, "coupons", id="staff's to grant"),
        pytest.param(
            {"coupons": ("boxes-only",)}, CouponNotUsable, "coupon_id", id="for other plans"
        ),
        pytest.param(
            {"add_on_quantities": {"theft-cover": 2}},
            AddOnNotTaken,
            "add_on_quantities",
            id="two of nothing",
        ),
        pytest.param(
            {"starts_on": date(2026, 11, 22)}, NotPossibleThen, "starts_on", id="yesterday"
        ),
        pytest.param({"site": "sta_gone"}, UnknownStation, "site", id="no such site"),
        pytest.param(
            {"country": "NL", "is_business": True}, VatIdMissing, "vat_id", id="no VAT id"
        ),
        pytest.param(
            {"country": "NL", "is_business": True, "vat_id": "DE136695976"},
            BadBillingDetails,
            "vat_id",
            id="another country's VAT id",
        ),
    ],
)
def test_an_offer_that_cannot_be_ordered_is_refused(
    wanted: dict[str, Any], refusal: type[UmlaufError], field: str
) -> None:
    with pytest.raises(refusal) as found:
        offered(**wanted)
    assert found.value.field == field
