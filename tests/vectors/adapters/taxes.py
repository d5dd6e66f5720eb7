"""Tax by category and rate, from net or gross, with discounts, and where the customer owes it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.vectors.adapters.registry import adapter
from tests.vectors.cases import Case
from tests.vectors.shapes import Answer
from tests.vectors.words import (
    SOME_DAY,
    amount,
    amounts,
    currency,
    day,
    each,
    is_in_minor,
    money,
    percent,
    price,
)
from umlauf.billing.discounts import Fee, discount_fees
from umlauf.billing.model import PriceBasis, TaxTreatment
from umlauf.billing.tax import Parties, TaxableAmount, rate_on, split_taxes, treatment_of
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.model import Supply, TaxCategory
from umlauf.kernel.money import Money, round_to_minor, total
from umlauf.ledger.chart import SKR04

RATE = "rate|rate_pct|tax_rate|tax_pct|tax_percent|vat_rate|vat_pct|vat"
COUNTRY = "country|customer_country"
PERCENT_OFF = "discount_(?:pct|percent)|percent_off"
DATE = "date|day|on|tax_point"
NET_LINES = "(?:line_nets?|nets|lines|net_lines)(?:_cents)?"
GROSS_LINES = "(?:line_gross|gross_lines)(?:_cents)?"


def taxed(lines: Sequence[tuple[Money, Decimal]], basis: PriceBasis, code: str) -> Answer:
    """The whole document: net, tax once per rate, gross."""
    taxable = [TaxableAmount(line, TaxTreatment("DE", "standard", rate)) for line, rate in lines]
    split = split_taxes(taxable, basis, code)
    net = total((one.net for one in split.taxes), code)
    tax = total((one.tax for one in split.taxes), code)
    gross = total([net, tax], code)
    by_rate = {f"{one.treatment.rate.normalize():f}%": one.tax for one in split.taxes}
    return Answer(
        tax,
        **by_rate,
        net=net,
        tax=tax,
        vat=tax,
        gross=gross,
        total=gross,
        rounded_per_rate=tax,
        half_up_vat=tax,
        half_up_total=gross,
        line_nets=list(split.nets),
        nets=list(split.nets),
        **{"BT-106": net, "BT-109": net, "BT-117": tax, "BT-112": gross, "BT-110": tax},
    )


@adapter("base(?:s|_cents)?|net(?:_cents)?", f"{RATE}|{COUNTRY}", may=f"{COUNTRY}|{DATE}")
def tax_on_net(case: Case) -> Any:
    """Each base is a document of its own."""
    name = case.key("base(?:s|_cents)?|net(?:_cents)?") or ""
    rate = _rate_of(case)
    found = [taxed([(one, rate)], PriceBasis.NET, currency(case)) for one in amounts(case, name)]
    return [one.main for one in found] if isinstance(case.inputs[name], list) else found[0]


@adapter("gross(?:_cents)?", may=f"{RATE}|{COUNTRY}|{DATE}")
def tax_in_gross(case: Case) -> Any:
    rate = _rate_of(case)
    name = case.key("gross(?:_cents)?") or ""
    found = [taxed([(one, rate)], PriceBasis.GROSS, currency(case)) for one in amounts(case, name)]
    return found if isinstance(case.inputs[name], list) else found[0]


def _rate_of(case: Case) -> Decimal:
    """The rate is printed, or that of the country which inputs or topic name."""
    if case.has(RATE):
        return percent(case.get(RATE))
    words = [str(case.get(COUNTRY, "")), *case.topic.split()]
    country = next((word for word in words if len(word) == len("NL") and word.isupper()), "")
    printed = case.get(DATE)
    return rate_on(country, TaxCategory.STANDARD, SOME_DAY if printed is None else day(printed))


@adapter("net(?:_cents)?", f"discount(?:_cents)?|{PERCENT_OFF}", RATE)
def tax_after_discount(case: Case) -> Any:
    code = currency(case)
    coupon = Coupon(id="off", name="Off", **_off(case))
    (reduced,) = discount_fees([Fee("net", price(case, "net"))], [coupon], code)
    net = round_to_minor(reduced.amount_minor, code)
    return taxed([(net, percent(case.get(RATE)))], PriceBasis.NET, code)


def _off(case: Case) -> dict[str, Any]:
    if case.has(PERCENT_OFF):
        return {"percent": percent(case.get(PERCENT_OFF))}
    return {"amounts": (amount(case, "discount"),)}


@adapter(NET_LINES, RATE, may="category")
def tax_on_lines(case: Case) -> Any:
    return _on_lines(case, NET_LINES, PriceBasis.NET)


@adapter(GROSS_LINES, RATE, may="category")
def tax_in_gross_lines(case: Case) -> Any:
    return _on_lines(case, GROSS_LINES, PriceBasis.GROSS)


def _on_lines(case: Case, pattern: str, basis: PriceBasis) -> Any:
    name = case.key(pattern) or ""
    rate = percent(case.get(RATE))
    lines = [(one, rate) for one in amounts(case, name)]
    return taxed(lines, basis, currency(case))


@adapter("lines(?:_cents)?")
def tax_on_lines_of_several_rates(case: Case) -> Any:
    """Rows of an amount and its rate: `{"net": ..., "rate": ...}` or a pair."""
    name = case.key("lines(?:_cents)?") or ""
    rows = [_row(row, name, case) for row in case.inputs[name]]
    basis = PriceBasis.GROSS if any(is_gross for _, _, is_gross in rows) else PriceBasis.NET
    return taxed([(line, rate) for line, rate, _ in rows], basis, currency(case))


def _row(row: Any, name: str, case: Case) -> tuple[Money, Decimal, bool]:
    if not isinstance(row, Mapping):
        value, rate = row
        return money(value, currency(case), in_minor=is_in_minor(name)), percent(rate), False
    key = next(one for one in row if one.split("_")[0] in {"net", "gross", "amount", "base"})
    rate = next(row[one] for one in row if one in RATE.split("|"))
    value = money(row[key], currency(case), in_minor=is_in_minor(key) or is_in_minor(name))
    return value, percent(rate), key.startswith("gross")


@adapter(
    "(?:amount|price)(?:_cents)?", RATE, "inclusive|is_inclusive|prices_include_tax|gross_based"
)
def tax_by_basis(case: Case) -> Any:
    is_gross = case.get("inclusive|is_inclusive|prices_include_tax|gross_based")
    basis = PriceBasis.GROSS if is_gross else PriceBasis.NET
    line = amount(case, "amount|price"), percent(case.get(RATE))
    return taxed([line], basis, currency(case))


@adapter("net(?:_cents)?", "customer_vat_id")
def tax_of_a_business_abroad(case: Case) -> Any:
    vat_id = case.inputs["customer_vat_id"].split()[0]
    parties = Parties("DE", vat_id[:2], is_business=True, vat_id=vat_id)
    treatment = treatment_of(Supply.SERVICE, TaxCategory.STANDARD, parties, SOME_DAY)
    net = amount(case, "net")
    split = split_taxes([TaxableAmount(net, treatment)], PriceBasis.NET, net.currency)
    tax = total((one.tax for one in split.taxes), net.currency)
    codes = {"reverse_charge": "AE", "standard": "S"}
    revenue = SKR04.revenue(treatment.country, treatment.category, treatment.rate)
    return Answer(tax, vat=tax, category=codes[treatment.category], SKR04=revenue.revenue.number)


@adapter("country|countries", DATE, may="category")
def dated_rate(case: Case) -> Any:
    category = TaxCategory(case.get("category", "standard"))
    asked = case.get("country|countries")
    rates = [rate_on(one, category, day(case.get(DATE))) for one in each(asked)]
    return rates if isinstance(asked, list) else rates[0]
