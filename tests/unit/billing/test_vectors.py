"""The published cases of tax, billing runs and late usage."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.billing_fakes import BillingWorld
from tests.offer_fakes import CITY_FLAT, MONTHLY
from umlauf.billing.allocation import Arrears, allocate
from umlauf.billing.model import LineKind, PriceBasis, TaxTreatment
from umlauf.billing.rating import rate_difference, rate_usage
from umlauf.billing.tax import Parties, TaxableAmount, TaxSplit, split_taxes, treatment_of
from umlauf.catalog.model import BaseFee, MeteredItem, Plan, Supply, TaxCategory
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price, PriceModel
from umlauf.catalog.price_models.tiers import Tier
from umlauf.kernel.calendar import Period, start_of_day
from umlauf.kernel.money import Money
from umlauf.subscriptions.model import Subscription

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "billing.json").read_text(encoding="utf-8")
)
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))


def money(major: str) -> Money:
    return Money(int(Decimal(major) * 100), "EUR")


def major(amount: Money) -> str:
    return f"{Decimal(amount.amount_minor) / 100:.2f}"


def taxed(amounts: list[str], rate: str, basis: PriceBasis) -> TaxSplit:
    treatment = TaxTreatment("DE", "standard", Decimal(rate.rstrip("%")))
    taxable = [TaxableAmount(money(amount), treatment) for amount in amounts]
    return split_taxes(taxable, basis, "EUR")


def tax_of(amount: str, rate: str, basis: PriceBasis = PriceBasis.NET) -> Money:
    (tax,) = taxed([amount], rate, basis).taxes
    return tax.tax


def tax_per_category(inputs: Any, expected: Any) -> None:
    assert [major(tax_of(base, inputs["rate"])) for base in inputs["base"]] == expected


def half_cent(inputs: Any, expected: Any) -> None:
    """The case lists another system's truncation too; commercial rounding is the rule."""
    net = money(inputs["net"]) - money(inputs["discount"])
    tax = tax_of(major(net), inputs["rate"])
    assert major(tax) == expected["half_up_vat"]
    assert major(net + tax) == expected["half_up_total"]


def tax_from_gross(inputs: Any, expected: Any) -> None:
    (tax,) = taxed([inputs["gross"]], inputs.get("rate", "21"), PriceBasis.GROSS).taxes
    assert {"net": major(tax.net), "vat": major(tax.tax)} == expected


def not_per_line(inputs: Any, expected: Any) -> None:
    split = taxed(inputs["line_net"], inputs["rate"], PriceBasis.NET)
    (tax,) = split.taxes
    assert major(tax.net) == expected["BT-109"]
    assert major(tax.tax) == expected["BT-117"]
    assert major(tax.net + tax.tax) == expected["BT-112"]


def reverse_charge(inputs: Any, expected: Any) -> None:
    vat_id = inputs["customer_vat_id"].split()[0]
    parties = Parties("DE", vat_id[:2], is_business=True, vat_id=vat_id)
    treatment = treatment_of(Supply.SERVICE, TaxCategory.STANDARD, parties, date(2026, 3, 1))
    assert treatment.category == "reverse_charge"
    assert major(tax_of(inputs["net"], str(treatment.rate))) == expected["vat"]


def two_runs(inputs: Any, expected: Any) -> None:
    world = BillingWorld()
    starts_on = date.fromisoformat(inputs["runs"][0]["period"][1])
    started = start_of_day(starts_on, "Europe/Berlin")
    subscription = world.active_subscription(CITY_FLAT, now=started)
    for run in inputs["runs"]:
        world.bill(subscription, now=datetime.fromisoformat(run["at"]).replace(tzinfo=UTC))
    assert len(world.invoices()) == expected


def metered(model: PriceModel) -> MeteredItem:
    return MeteredItem(
        id="use",
        name="Use",
        meter="ride_seconds",
        unit="unit",
        meter_units_per_unit=1,
        prices=(Price("EUR", model),),
    )


def tiers(rows: list[list[Any]]) -> Graduated:
    """Rows of (up to, unit price, flat fee?) in major units."""
    return Graduated(
        tuple(
            Tier(
                None if up_to is None else Decimal(up_to),
                Decimal(unit) * 100,
                Decimal(flat[0] if flat else 0) * 100,
            )
            for up_to, unit, *flat in rows
        )
    )


def late_usage(inputs: Any, expected: Any) -> None:
    model = tiers(inputs["tiers"]) if inputs["tiers"] else PerUnit(Decimal(inputs["unit"]) * 100)
    item, subscription = metered(model), BillingWorld().active_subscription()
    first = rate_usage(item, MARCH, inputs["invoiced_units"], subscription)
    assert first.usage is not None
    in_all = inputs["invoiced_units"] + inputs["late_units"]
    late = rate_difference(first.usage, item, in_all, "EUR")
    assert late is not None
    names = ("first", "correction") if "first" in expected else ("invoice", None)
    assert major(first.charge.amount) == expected[names[0]]
    correction = expected[names[1] or "correction_line_next_invoice"]
    assert major(late.charge.amount) == correction
    assert late.charge.kind is LineKind.USAGE_DIFFERENCE
    assert late.charge.period == MARCH


def advance_and_arrears(inputs: Any, expected: Any) -> None:
    world = BillingWorld()
    base = BaseFee(
        id="base", name="Base", prices=(Price("EUR", Flat(Decimal(inputs["base"]) * 100)),)
    )
    plan = Plan(
        plan_id="base-and-use",
        name="Base and use",
        interval=MONTHLY,
        items=(base, metered(tiers(inputs["tiers"]))),
        asset_model=CITY_FLAT.asset_model,
    )
    first, second = (date.fromisoformat(day) for day in expected)
    subscription: Subscription = world.active_subscription(
        plan, now=start_of_day(first, "Europe/Berlin")
    )
    world.rollups.ride(subscription.id, first, inputs["q"])
    for day in (first, second):
        world.bill(subscription, now=start_of_day(day, "Europe/Berlin"))
    billed = {str(i.issued_on): major(i.gross) for i in world.invoices()}
    assert billed == expected


def part_payment(inputs: Any, expected: Any) -> None:
    arrears = Arrears(money(inputs["costs"]), money(inputs["interest"]), money(inputs["principal"]))
    left = allocate(money(inputs["payment"]), arrears)
    assert {name: major(getattr(left, name)) for name in expected} == expected


ADAPTERS: dict[str, Callable[[Any, Any], None]] = {
    "VAT category amount": tax_per_category,
    "half cent after discount": half_cent,
    "VAT from gross": tax_from_gross,
    "NL VAT from gross": tax_from_gross,
    "EN16931 VAT per category, not per line": not_per_line,
    "EU B2B reverse charge": reverse_charge,
    "two billing runs for one period": two_runs,
    "late event after invoice": late_usage,
    "late event crossing a tier": late_usage,
    "base fee in advance, usage in arrears": advance_and_arrears,
    "payment allocation": part_payment,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_the_published_case_holds(case: dict[str, Any]) -> None:
    ADAPTERS[case["topic"]](case["inputs"], case["expected"])
