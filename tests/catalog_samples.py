"""Any catalog that could be on sale, for properties over all of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from umlauf.catalog.coupons import Coupon
from umlauf.catalog.document.catalog import Catalog
from umlauf.catalog.meters import Aggregation
from umlauf.catalog.model import (
    AddOn,
    BaseFee,
    Delivery,
    Deposit,
    MeteredItem,
    OneOffFee,
    Plan,
    PlanItem,
    PrepaidItem,
    Supply,
    TaxCategory,
    Terms,
)
from umlauf.catalog.policies import (
    BillingTiming,
    ChangePolicy,
    ChangeTiming,
    Commitment,
    CreditPolicy,
    PausePolicy,
    Phase,
    ProrationBasis,
)
from umlauf.catalog.price_models.capacity import Capacity, CapacityTier, Limit
from umlauf.catalog.price_models.chosen_amount import ChosenAmount
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.graduated_percentage import GraduatedPercentage, PercentTier
from umlauf.catalog.price_models.intensity import Intensity, Level
from umlauf.catalog.price_models.package import Package
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.percentage import Percentage
from umlauf.catalog.price_models.rating import Price, PriceModel
from umlauf.catalog.price_models.tiers import Tier
from umlauf.catalog.price_models.volume import Volume
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.money import Money

YEAR, TWO_YEARS = Interval(IntervalUnit.MONTH, 12), Interval(IntervalUnit.MONTH, 24)
PHASES = (Phase("trial", Interval(IntervalUnit.WEEK, 2), is_free=True), Phase("evergreen"))

figures = st.one_of(st.decimals(0, 1_000, places=4), st.decimals(0, 10**9, places=6))
percents = st.decimals(0, 100, places=3)
_bounds = st.lists(st.decimals("0.5", 5_000, places=1), max_size=3, unique=True).map(sorted)
_intervals = st.builds(Interval, st.sampled_from(IntervalUnit), st.integers(1, 10))
_names = st.text("abc äß'\"#:-{}", min_size=1, max_size=20).map(str.strip).filter(bool)
_site = st.sampled_from(["hamburg", "berlin"])


def _tiers(uppers: Sequence[Decimal]) -> st.SearchStrategy[tuple[Tier, ...]]:
    return st.tuples(*[st.builds(Tier, st.just(up), figures, figures) for up in (*uppers, None)])


def _percent_tiers(uppers: Sequence[Decimal]) -> st.SearchStrategy[tuple[PercentTier, ...]]:
    return st.tuples(
        *[st.builds(PercentTier, st.just(up), percents, figures) for up in (*uppers, None)]
    )


def _capacity(prices: Sequence[Decimal]) -> Capacity:
    limited = [
        CapacityTier((Limit("members", Decimal(100 + n)), Limit("rides", Decimal("1.5"))), price)
        for n, price in enumerate(prices)
    ]
    return Capacity((*limited, CapacityTier((), Decimal(10**6))))


def _chosen_amount(minimum: Decimal, more: Decimal) -> ChosenAmount:
    return ChosenAmount(suggestion_minor=minimum + more, minimum_minor=minimum)


_monotonic = st.one_of(
    st.builds(Flat, figures),
    st.builds(PerUnit, figures),
    _bounds.flatmap(_tiers).map(Graduated),
    st.builds(Package, st.decimals("0.1", 500, places=1), figures, figures),
)
_fee_models = st.one_of(
    _monotonic,
    _bounds.flatmap(_tiers).map(Volume),
    st.builds(_chosen_amount, st.decimals(0, 99, places=2), st.decimals(0, 99, places=2)),
)
_usage_models = st.one_of(_monotonic, _bounds.flatmap(_tiers).map(Volume))
_event_models: st.SearchStrategy[PriceModel] = st.one_of(
    st.builds(
        Percentage,
        percents,
        figures,
        st.none() | st.integers(0, 100),
        st.none() | figures,
        st.none() | st.decimals(0, 10, places=2),
        st.none() | st.decimals(10, 20, places=2),
    ),
    _bounds.flatmap(_percent_tiers).map(GraduatedPercentage),
    st.lists(figures, min_size=1, max_size=3).map(_capacity),
    st.lists(figures, min_size=1, max_size=3).map(
        lambda rates: Intensity(tuple(Level(f"level-{n}", rate) for n, rate in enumerate(rates)))
    ),
)
models: st.SearchStrategy[PriceModel] = st.one_of(_fee_models, _event_models)


@st.composite
def _books(
    draw: st.DrawFn,
    allowed: st.SearchStrategy[PriceModel],
    currencies: Sequence[str],
    *,
    has_spend: bool = False,
) -> tuple[Price, ...]:
    """A price everywhere, and perhaps more special ones that cannot be confused."""
    prices = []
    for currency in currencies:
        price = Price(currency, draw(allowed))
        if has_spend and draw(st.booleans()):
            price = replace(price, minimum_minor=draw(figures), maximum_minor=Decimal(10**9))
        prices.append(price)
        narrowings: list[dict[str, Any]] = [
            {"term": YEAR},
            {"term": TWO_YEARS, "site": draw(_site)},
            {"phase": "evergreen"},
            {"valid_from": date(2026, 1, 1), "valid_until": date(2027, 1, 1)},
        ]
        chosen = draw(st.lists(st.sampled_from(range(4)), max_size=2, unique=True))
        prices += [Price(currency, draw(allowed), **narrowings[index]) for index in chosen]
    return tuple(prices)


@st.composite
def _metering(draw: st.DrawFn, item_id: str, currencies: Sequence[str]) -> dict[str, Any]:
    """A register and its sum; events, counted in any way; or what has more than one number."""
    kind = draw(st.sampled_from(["register", "events", "figures"]))
    if kind == "figures":
        model = draw(_event_models)
        return {
            "meter": f"{item_id}-events",
            "unit": "piece",
            "meter_units_per_unit": 1,
            "prices": tuple(Price(currency, model) for currency in currencies),
            "aggregation": Aggregation.MAX if isinstance(model, Capacity) else Aggregation.SUM,
        }
    prices = draw(_books(_usage_models, currencies, has_spend=True))
    metering = {"unit": "minute", "meter_units_per_unit": 60, "prices": prices}
    if kind == "register":
        return {"meter": "ride_seconds", **metering}
    return {"meter": "seats", "aggregation": draw(st.sampled_from(Aggregation)), **metering}


@st.composite
def _items(draw: st.DrawFn, item_id: str, currencies: Sequence[str]) -> PlanItem:
    make: Callable[..., PlanItem] = draw(
        st.sampled_from([BaseFee, OneOffFee, Delivery, Deposit, MeteredItem, PrepaidItem])
    )
    values: dict[str, Any] = {
        "id": item_id,
        "name": draw(_names),
        "supply": draw(st.sampled_from(Supply)),
    }
    if make is not Deposit:
        values["tax_category"] = draw(st.sampled_from(TaxCategory))
    if make is PrepaidItem:
        values |= {"meter": "ride_seconds", "unit": "minute", "meter_units_per_unit": 60}
    if make is BaseFee:
        values["timing"] = draw(st.sampled_from(BillingTiming))
    if make is Delivery:
        values["skip_notice_days"] = draw(st.integers(0, 60))
    if make is MeteredItem:
        return MeteredItem(**values, **draw(_metering(item_id, currencies)))
    allowed = _monotonic if make is PrepaidItem else _fee_models
    return make(**values, prices=draw(_books(allowed, currencies)))


@st.composite
def _add_ons(draw: st.DrawFn, add_on_id: str) -> AddOn:
    item = draw(_items(f"{add_on_id}-item", ["EUR"]))
    return AddOn(add_on_id, draw(_names), (item,))


@st.composite
def plans(draw: st.DrawFn, plan_id: str = "plan") -> Plan:
    currencies = draw(st.sampled_from([["EUR"], ["EUR", "JPY"], ["KWD"]]))
    count = draw(st.integers(1, 3))
    return Plan(
        plan_id=plan_id,
        name=draw(_names),
        interval=Interval(IntervalUnit.MONTH, draw(st.integers(1, 12))),
        items=tuple(draw(_items(f"item-{n}", currencies)) for n in range(count)),
        add_ons=tuple(draw(_add_ons(one)) for one in draw(st.sampled_from([[], ["extra"]]))),
        terms=Terms(
            notice=draw(st.none() | _intervals),
            ends_with_period=draw(st.booleans()),
            term_options=(YEAR, TWO_YEARS),
            credit_on_end=draw(st.sampled_from(CreditPolicy)),
            withdrawal_days=draw(st.integers(0, 30)),
        ),
        asset_model=draw(st.none() | st.just("city-bike")),
        prices_include_tax=draw(st.booleans()),
        product_id=draw(st.none() | st.just("city")),
        phases=PHASES,
        proration=draw(st.sampled_from(ProrationBasis)),
        changes=draw(
            st.builds(
                ChangePolicy,
                st.sampled_from(ChangeTiming),
                st.sampled_from(ChangeTiming),
                st.sampled_from(CreditPolicy),
            )
        ),
        pauses=draw(
            st.none()
            | st.builds(
                PausePolicy,
                st.none() | st.integers(1, 365),
                st.booleans(),
                st.sampled_from(CreditPolicy),
                st.integers(0, 30),
            )
        ),
        commitments=draw(st.sampled_from([(), (Commitment(currencies[0], 1_050, 2_000),)])),
        anchor_day=draw(st.none() | st.integers(1, 31)),
    )


@st.composite
def _coupons(draw: st.DrawFn, coupon_id: str) -> Coupon:
    is_once, percent = draw(st.booleans()), None
    amounts: tuple[Money, ...] = ()
    if is_once or draw(st.booleans()):
        amounts = (Money(draw(st.integers(1, 10**6)), "EUR"), Money(7, "JPY"))
    else:
        percent = draw(st.decimals("0.01", 100, places=2))
    return Coupon(
        id=coupon_id,
        name=draw(_names),
        percent=percent,
        amounts=amounts,
        items=draw(st.sampled_from([(), ("item-0",)])),
        plans=draw(st.sampled_from([(), ("one",)])),
        is_open=draw(st.booleans()),
        periods=draw(st.none() | st.integers(1, 24)),
        is_once_amount=is_once,
    )


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    names = draw(st.sampled_from([["one"], ["one", "two"]]))
    return Catalog(
        tuple(draw(plans(name)) for name in names),
        tuple(draw(_coupons(name)) for name in draw(st.sampled_from([[], ["welcome"]]))),
    )
