"""Coupons: in their order, spread over what they are for, carried over, taxed by rate."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.engine_world import EngineWorld
from tests.vectors.adapters.registry import adapter
from tests.vectors.cases import Case
from tests.vectors.shapes import Answer, Exact, Given
from tests.vectors.words import (
    A_MONTH,
    SOME_DAY,
    amount,
    currency,
    is_in_minor,
    minor,
    money,
    percent,
    price,
    slug,
)
from umlauf.billing.discounts import DiscountedFee, Fee, discount_fees, taken_off
from umlauf.billing.model import PriceBasis, TaxTreatment
from umlauf.billing.tax import TaxableAmount, split_taxes
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.model import BaseFee, Plan
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.money import Money, round_to_minor, total
from umlauf.subscriptions.agreements import AppliedCoupon

FEE = "(?:fee|subtotal|price|amount|net|invoice)(?:_cents)?"
PERCENTS = ("pct", "percent", "percent_off", "off_pct", "percentage")
AMOUNTS = (
    "off",
    "value",
    "amount",
    "fixed",
    "amount_off",
    "off_cents",
    "amount_cents",
    "fixed_cents",
)
PERCENT = "pct|percent|off_pct|percent_off"
DURATION = "duration_in_(?:months|periods)|(?:duration_|for_)?(?:months|cycles)|frequency_duration"
PERIODS = "periods|count|invoices"
EVERYTHING = {"all", "invoice", "everything", None}


def fees_of(case: Case) -> list[Fee]:
    if case.has("fees(?:_cents)?"):
        name = case.key("fees(?:_cents)?") or ""
        return [
            Fee(slug(item), minor(value, currency(case), in_minor=is_in_minor(name)))
            for item, value in case.inputs[name].items()
        ]
    return [Fee("fee", price(case, "fee|subtotal|price|amount|net|invoice"))]


def coupons_of(case: Case, fees: Sequence[Fee]) -> list[Coupon]:
    """In the order they are printed, which is the order they were applied in."""
    return [
        _coupon(f"coupon-{number}", row, case, fees)
        for number, row in enumerate(case.inputs["coupons"])
    ]


def _coupon(name: str, row: Mapping[str, Any], case: Case, fees: Sequence[Fee]) -> Coupon:
    on = row.get("on", row.get("only", row.get("items")))
    items = () if isinstance(on, str | None) and on in EVERYTHING else _items(on, fees)
    relative = next((row[key] for key in PERCENTS if key in row), None)
    key = next((one for one in AMOUNTS if one in row), "")
    if relative is None and str(row.get("type", "")).startswith("percent"):
        relative = row[key]
    if relative is None and str(row.get(key, "")).endswith("%"):
        relative = row[key]
    if relative is not None:
        return Coupon(id=name, name=name, items=items, percent=percent(relative))
    # Without a unit of its own an amount off is written like the fees.
    in_minor = is_in_minor(key) or case.has("fees_cents|.*_cents")
    off = money(row[key], currency(case), in_minor=in_minor)
    return Coupon(id=name, name=name, items=items, amounts=(off,))


def _items(on: Any, fees: Sequence[Fee]) -> tuple[str, ...]:
    """A list names items; a word names one, or a reach (`plan`) that every printed fee lies in."""
    if isinstance(on, list):
        return tuple(map(slug, on))
    return (slug(on),) if slug(on) in {fee.item for fee in fees} else ()


@adapter(f"fees(?:_cents)?|{FEE}", "coupons")
def discounted_fees(case: Case) -> Any:
    fees = fees_of(case)
    code = currency(case)
    coupons = coupons_of(case, fees)
    reduced = discount_fees(fees, coupons, code)
    off = total((taken_off(reduced, coupon.id, code) for coupon in coupons), code)
    net = round_to_minor(sum((one.amount_minor for one in reduced), Decimal(0)), code)
    by_fee = {fee.item: Exact(one.exact_off, code) for fee, one in zip(fees, reduced, strict=True)}
    return Answer(
        net,
        **by_fee,
        total_off=Given(off),
        discount=Given(off),
        net=net,
        due=net,
        total=net,
        lines=[_left(one, code) for one in reduced],
    )


def _left(fee: DiscountedFee, code: str) -> Money:
    return round_to_minor(fee.amount_minor, code)


@adapter(f"fees(?:_cents)?|{FEE}", "coupons", "rates")
def discounted_fees_with_tax(case: Case) -> Any:
    """Taxed once per rate; `others` names the rate of every fee that has none of its own."""
    fees, code, rates = fees_of(case), currency(case), case.inputs["rates"]
    own = {slug(item): value for item, value in rates.items()}
    reduced = discount_fees(fees, coupons_of(case, fees), code)
    taxable = [
        TaxableAmount(
            _left(one, code),
            TaxTreatment("DE", "standard", percent(own.get(one.item, own.get("others")))),
        )
        for one in reduced
    ]
    split = split_taxes(taxable, PriceBasis.NET, code)
    tax = total((one.tax for one in split.taxes), code)
    return Answer(tax, rounded_per_rate=tax, tax=tax, vat=tax)


@adapter("coupon(?:_cents)?", "invoices(?:_cents)?")
def carried_over(case: Case) -> Any:
    """An amount given once, until it is used up."""
    code, whole = currency(case), amount(case, "coupon")
    once = Coupon(id="once", name="Once", amounts=(whole,), is_once_amount=True)
    used, due = Money(0, code), []
    name = case.key("invoices(?:_cents)?") or ""
    for value in case.inputs[name]:
        fee = Fee("fee", minor(value, code, in_minor=is_in_minor(name)))
        (reduced,) = discount_fees([fee], [once], code, used={once.id: used})
        used = total([used, taken_off([reduced], once.id, code)], code)
        due.append(_left(reduced, code))
    return Answer(due, due=due, left=total([whole, -used], code), used=used)


@adapter(FEE, PERCENT, DURATION, PERIODS)
def for_some_periods(case: Case) -> Any:
    """A coupon of so many periods, on a contract that is billed month by month."""
    code, first = currency(case), SOME_DAY
    ends_on = A_MONTH.after(first, case.get(DURATION))
    fee = BaseFee(id="fee", name="Fee", prices=(Price(code, Flat(fees_of(case)[0].amount_minor)),))
    coupon = Coupon(id="percent", name="Percent", percent=percent(case.get(PERCENT)))
    plan = Plan(plan_id="plan", name="Plan", interval=A_MONTH, items=(fee,), plan_version=1)
    applied = (AppliedCoupon(coupon, first, ends_on),)
    world = EngineWorld.open([plan], first, currency=code, coupons=applied)
    starts = [A_MONTH.after(first, number) for number in range(case.get(PERIODS))]
    bills = [world.run_until(one) for one in starts]
    due = [total((line.amount for line in lines), code) for lines in bills]
    return Answer(due, due=due, invoices=due, total=world.total)


@adapter(
    FEE,
    PERCENT,
    "(?:fixed|off|amount_off)(?:_cents)?",
    may="order",
)
def percent_and_fixed(case: Case) -> Any:
    fees, code = fees_of(case), currency(case)
    relative = Coupon(
        id="percent",
        name="Percent",
        percent=percent(case.get(PERCENT)),
    )
    fixed = Coupon(id="fixed", name="Fixed", amounts=(amount(case, "fixed|off|amount_off"),))
    reduced = discount_fees(fees, [fixed, relative], code)
    net = round_to_minor(sum((Fraction(one.amount_minor) for one in reduced), Fraction(0)), code)
    return Answer(net, net=net, due=net, total=net)
