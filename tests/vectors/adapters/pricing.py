"""Price models: which one a case means shows in its inputs, or else in its topic."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tests.vectors.adapters.registry import adapter
from tests.vectors.cases import Case
from tests.vectors.shapes import Answer
from tests.vectors.words import (
    amounts,
    currency,
    day,
    day_after,
    each,
    instant,
    interval,
    is_in_minor,
    minor,
    percent,
    price,
)
from umlauf.billing.commitments import adjustment_of
from umlauf.catalog.price_models.amounts import HIGHEST
from umlauf.catalog.price_models.capacity import Capacity, CapacityTier, Limit
from umlauf.catalog.price_models.chosen_amount import ChosenAmount
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.graduated_percentage import GraduatedPercentage, PercentTier
from umlauf.catalog.price_models.intensity import Intensity, Level
from umlauf.catalog.price_models.package import Package
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.percentage import Percentage
from umlauf.catalog.price_models.quantities import ProratedUnits, Quantity
from umlauf.catalog.price_models.rating import Price, PriceModel, rate, rate_as_fraction
from umlauf.catalog.price_models.tiers import Tier
from umlauf.catalog.price_models.volume import Volume
from umlauf.kernel.calendar import Interval, nth_period
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money, round_to_minor, total
from umlauf.usage.aggregation import Measurement, Span, total_of

QUANTITY = "q|quantity|units|qty|usage"
UNIT = "(?:unit|unit_price|price|per_unit)(?:_cents)?"
SIZE = "size|package_size|per|quantity_per_package|block"
AMOUNTS = "(?:amounts?|transactions?|turnover)(?:_cents)?"
TIERS = "tiers(?:_cents)?"
LIMITS = "(?:(?:min|max)(?:imum)?(?:_spend|_amount)?|floor|cap)(?:_cents)?"
LEAST = "(?:min(?:imum)?(?:_spend|_amount)?|floor)"
MOST = "(?:max(?:imum)?(?:_spend|_amount)?|cap)"
MODEL = "(?:charge_|price_|pricing_|tiers_)?(?:model|mode)"
FREE = "free(?:_units|_quantity|_allowance)?|included(?:_units)?|allowance"
SUGGESTED = "(?:suggest(?:ed|ion)|default)(?:_amount)?(?:_cents)?"
CHOSEN = "(?:chosen|pays|paid)(?:_amount)?(?:_cents)?"
UP_TO = ("up_to", "to", "to_value", "last", "last_unit", "max", "upper")
PER_UNIT = ("unit", "unit_price", "per_unit", "per_unit_amount", "unit_amount", "price")
FLAT_FEE = ("flat", "flat_fee", "flat_amount", "flat_price")
PERCENT = ("rate", "rate_pct", "percent", "percentage", "pct")
NOTHING = Decimal(0)
MOST_STEPS = 5_000


def tiers_of(case: Case) -> tuple[Tier, ...]:
    return tuple(_tier(row, case) for row in case.get(TIERS))


def _tier(row: Any, case: Case) -> Tier:
    """`[up to, unit price, flat fee]`, `[up to, "flat 100"]`, `[up to, "10/unit"]`, or by names."""
    if isinstance(row, Mapping):
        up_to, unit, flat = (_first(row, *names) for names in (UP_TO, PER_UNIT, FLAT_FEE))
    else:
        up_to, unit, *rest = row
        flat = rest[0] if rest else 0
    words = str(unit)
    if words.startswith("flat"):
        unit, flat = 0, words.removeprefix("flat").strip()
    elif words.endswith("/unit"):
        unit = words.removesuffix("/unit")
    return Tier(_bound(up_to), _minor(unit or 0, case), _minor(flat or 0, case))


def _first(row: Mapping[str, Any], *names: str) -> Any:
    return next((row[name] for name in names if name in row), None)


def _bound(up_to: Any) -> Decimal | None:
    return None if up_to in {None, "inf", "infinity", "∞"} else Decimal(str(up_to))


def _minor(value: Any, case: Case) -> Decimal:
    return minor(value, currency(case), in_minor=case.has(".*tiers_cents|cents"))


def tiered(case: Case) -> PriceModel:
    """By the printed model, or the one the topic names; graduated where nothing is said."""
    tiers = tiers_of(case)
    named = str(case.get(MODEL, case.topic))
    return Volume(tiers) if "volume" in named.lower() else Graduated(tiers)


def priced(case: Case, model: PriceModel, pattern: str = QUANTITY) -> Any:
    """One amount for one quantity, a list for a list."""
    asked = case.get(pattern)
    found = [_rate(case, model, Decimal(str(one))) for one in each(asked)]
    return found if isinstance(asked, list) else found[0]


def _rate(case: Case, model: PriceModel, quantity: Quantity) -> Money:
    return rate(Price(currency(case), model), quantity)


@adapter(TIERS, QUANTITY, may=MODEL)
def tiered_price(case: Case) -> Any:
    return priced(case, tiered(case))


@adapter(TIERS, QUANTITY, LIMITS, may=f"{LIMITS}|{MODEL}")
def tiered_price_within_limits(case: Case) -> Any:
    return _within_limits(case, tiered(case))


@adapter(UNIT, QUANTITY, LIMITS, may=LIMITS)
def unit_price_within_limits(case: Case) -> Any:
    return _within_limits(case, PerUnit(price(case, "unit|unit_price|price|per_unit")))


def _within_limits(case: Case, model: PriceModel) -> Answer:
    least, most = (_optional(case, name) for name in (LEAST, MOST))
    limited = Price(currency(case), model, minimum_minor=least, maximum_minor=most)
    usage = rate(limited, Decimal(str(case.get(QUANTITY))))
    change = adjustment_of(usage, limited)
    whole = total([usage, change], usage.currency)
    return Answer(whole, usage=usage, adj=change, adjustment=change, total=whole)


@adapter(UNIT, QUANTITY)
def unit_price(case: Case) -> Any:
    return priced(case, PerUnit(price(case, "unit|unit_price|price|per_unit")))


@adapter("flat(?:_cents)?|flat_fee(?:_cents)?", QUANTITY)
def flat_price(case: Case) -> Any:
    return priced(case, Flat(price(case, "flat|flat_fee")))


@adapter(QUANTITY, SIZE, "(?:price|package_price|amount)(?:_cents)?", may="free|free_units")
def package_price(case: Case) -> Any:
    return priced(case, _package(case))


@adapter(
    QUANTITY,
    SIZE,
    "(?:price|package_price|amount)(?:_cents)?",
    LIMITS,
    may=f"{LIMITS}|free|free_units",
)
def package_price_within_limits(case: Case) -> Any:
    return _within_limits(case, _package(case))


def _package(case: Case) -> Package:
    return Package(
        size=Decimal(str(case.get(SIZE))),
        package_price_minor=price(case, "price|package_price|amount"),
        free_units=Decimal(str(case.get("free|free_units", 0))),
    )


@adapter(FREE, UNIT, QUANTITY)
def price_after_an_allowance(case: Case) -> Any:
    """Free units are a first tier that costs nothing; without any there is none."""
    free = Decimal(str(case.get(FREE)))
    beyond = Tier(None, price(case, "unit|unit_price|price|per_unit"))
    return priced(case, Graduated((Tier(free, NOTHING), beyond) if free else (beyond,)))


@adapter(f"{SUGGESTED}|{CHOSEN}", may=f"{SUGGESTED}|{CHOSEN}|{LIMITS}", topic="pay.what.you")
def chosen_price(case: Case) -> Any:
    """What is chosen, else what is suggested; below the minimum it is refused."""
    least = _optional(case, LEAST) or NOTHING
    suggested = max(_optional(case, SUGGESTED) or NOTHING, least)
    model = ChosenAmount(suggested, least)
    asked = case.get(CHOSEN)
    found = [_chosen(case, model, one) for one in each(asked)]
    return found if isinstance(asked, list) else found[0]


def _chosen(case: Case, model: ChosenAmount, chosen: Any) -> Any:
    name = case.key(CHOSEN) or ""
    amount_minor = model.suggestion_minor
    if chosen is not None:
        amount_minor = minor(chosen, currency(case), in_minor=is_in_minor(name))
    try:
        return _rate(case, model, amount_minor)
    except InvalidInput:
        return "refused"


@adapter(
    AMOUNTS,
    "rate(?:_pct|_percent)?|pct|percent",
    may="(?:fixed|fixed_fee|min|max|minimum|maximum|free_amount|per_transaction_(?:min|max)"
    ")(?:_cents)?|free_events",
)
def percentage_price(case: Case) -> Any:
    """All transactions together, or what each adds to those before it."""
    name = case.key(AMOUNTS) or ""
    model = Percentage(
        rate_percent=percent(case.get("rate(?:_pct|_percent)?|pct|percent")),
        fixed_minor=_optional(case, "fixed|fixed_fee") or NOTHING,
        free_events=case.get("free_events"),
        free_amount_minor=_optional(case, "free_amount"),
        minimum_minor=_optional(case, "min|minimum|per_transaction_min"),
        maximum_minor=_optional(case, "max|maximum|per_transaction_max"),
    )
    made = _transactions(case, name)
    return (
        _each_adds(case, model, made)
        if isinstance(case.expected, list)
        else _rate(case, model, made)
    )


def _each_adds(case: Case, model: PriceModel, made: Sequence[Decimal]) -> list[Money]:
    """What each transaction costs, in order of time: free allowances and tiers go on."""
    upto = [rate_as_fraction(model, made[:count]) for count, _ in enumerate(made)]
    upto.append(rate_as_fraction(model, made))
    return [
        round_to_minor(sum((after, -before), Fraction(0)), currency(case))
        for before, after in pairwise(upto)
    ]


@adapter(TIERS, AMOUNTS, may=MODEL)
def graduated_percentage_price(case: Case) -> Any:
    """The sum of all transactions, what each of them adds, or turnovers each by itself."""
    model = GraduatedPercentage(tuple(_percent_tier(row, case) for row in case.get(TIERS)))
    name = case.key(AMOUNTS) or ""
    made = _transactions(case, name)
    if not isinstance(case.expected, list):
        return _rate(case, model, made)
    if name.startswith("turnover"):
        return [_rate(case, model, [one]) for one in made]
    return _each_adds(case, model, made)


def _percent_tier(row: Any, case: Case) -> PercentTier:
    """`[up to, per cent, flat fee]`, or by names."""
    if isinstance(row, Mapping):
        up_to, rate_percent, flat = (_first(row, *names) for names in (UP_TO, PERCENT, FLAT_FEE))
    else:
        up_to, rate_percent, *rest = row
        flat = rest[0] if rest else 0
    bound = _bound(up_to)
    return PercentTier(
        None if bound is None else _minor(bound, case),
        percent(rate_percent),
        _minor(flat or 0, case),
    )


@adapter(TIERS, QUANTITY, may=MODEL, topic="percentage")
def graduated_percentage_of_a_sum(case: Case) -> Any:
    asked = case.get(QUANTITY)
    inputs = {str(case.key(TIERS)): case.get(TIERS), "turnover": each(asked)}
    answers = graduated_percentage_price(
        Case(case.id, case.topic, inputs, each(case.expected), note=case.note)
    )
    return answers if isinstance(asked, list) else answers[0]


def _transactions(case: Case, name: str) -> list[Decimal]:
    return [Decimal(one.amount_minor) for one in amounts(case, name)]


def _optional(case: Case, pattern: str) -> Decimal | None:
    return price(case, pattern) if case.has(f"(?:{pattern})(?:_cents)?") else None


@adapter(TIERS, "events", "prorated")
def prorated_graduated_price(case: Case) -> Any:
    events = [
        ProratedUnits(Decimal(str(units)), Decimal(str(part)))
        for units, part in zip(case.inputs["events"], case.inputs["prorated"], strict=True)
    ]
    return _rate(case, Graduated(tiers_of(case)), events)


@adapter("tier1", "peaks", may=r"tier\d+")
def capacity_tiers(case: Case) -> Any:
    """The tier that each peak alone would need, by its name; beyond all named ones the next."""
    names = sorted(name for name in case.inputs if name.startswith("tier"))
    named = {name: _capacity_tier(case.inputs[name], case) for name in names}
    beyond = CapacityTier((), HIGHEST)
    model = Capacity((*named.values(), beyond))
    by_price = {_rate(case, Flat(tier.price_minor), 1): name for name, tier in named.items()}
    peaks = case.inputs["peaks"]
    return [by_price.get(_rate(case, model, _peak(one)), "next_tier") for one in each(peaks)]


def _capacity_tier(limits: Mapping[str, Any], case: Case) -> CapacityTier:
    return CapacityTier(
        tuple(
            Limit(name, Decimal(str(up_to))) for name, up_to in limits.items() if name != "price"
        ),
        _minor(limits["price"], case),
    )


def _peak(peak: Mapping[str, Any]) -> dict[str, Decimal]:
    return {name: Decimal(str(value)) for name, value in peak.items()}


@adapter(
    "qty|quantity", "unit_price(?:_cents)?", "consumption", "period", may="invoice_on|period_end"
)
def regular_consumption(case: Case) -> Any:
    """So many units each day (week, month) of a period that is printed with its last day."""
    first, last = case.inputs["period"]
    start, end = day(first), day_after(last)
    step = interval(case.inputs["consumption"])
    per_step = Decimal(str(case.get("qty|quantity")))
    used = [
        Measurement(id=str(number), at=instant(begins.isoformat()), quantity=per_step)
        for number, begins in enumerate(_starts(start, end, step))
    ]
    units = total_of(used, Span(instant(start.isoformat()), instant(end.isoformat())))
    amount = _rate(case, PerUnit(price(case, "unit_price")), units)
    return Answer(amount, units=units, amount=amount)


def _starts(start: date, end: date, step: Interval) -> Sequence[date]:
    starts: list[date] = []
    for number in range(MOST_STEPS):
        begins = nth_period(start, step, number).start
        if begins >= end:
            return starts
        starts.append(begins)
    raise ValueError(f"more than {MOST_STEPS} steps")


@adapter("usage|levels", topic="level|intensity")
def intensity_price(case: Case) -> Any:
    return _rate(case, *intensity(case, case.get("usage|levels")))


def intensity(
    case: Case, rows: Sequence[Mapping[str, Any]]
) -> tuple[Intensity, dict[str, Decimal]]:
    """The rates by level, and the minutes used at each."""
    model = Intensity(
        tuple(Level(f"level_{row['level']}", _minor(row["per_min"], case)) for row in rows)
    )
    return model, {f"level_{row['level']}": Decimal(str(row["minutes"])) for row in rows}
