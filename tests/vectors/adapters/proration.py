"""What a part of a period costs: stubs, add-ons, trials, arrears, fixed thirty days."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import takewhile
from typing import Any

from tests.offer_fakes import subscribed
from tests.vectors.adapters.registry import adapter
from tests.vectors.cases import Case
from tests.vectors.contracts import Clock, Contract, Stretch
from tests.vectors.shapes import Answer
from tests.vectors.words import (
    A_MONTH,
    currency,
    day,
    day_after,
    each,
    moment,
    period,
    price,
    zone_of,
)
from umlauf.billing.proration import share
from umlauf.billing.reconciling import prorated
from umlauf.catalog.policies import ProrationBasis
from umlauf.kernel.calendar import Period
from umlauf.subscriptions.schedule import Cycle
from umlauf.subscriptions.timeline import schedule

PRICE = "(?:price|cents|amount|fee|full)(?:_cents|_minor)?"
FROM = "add|start|from|begin|starts_on|resume|upgrade_on|activated"
UNTIL_LAST_DAY = "to_inclusive|until_inclusive|last_day"
UNTIL = "to|until|end|terminated|cancelled_on"


def price_of(case: Case) -> Decimal:
    return price(case, "price|cents|amount|fee|full")


def basis_of(case: Case) -> ProrationBasis:
    words = str(case.get("basis", "actual days"))
    if words.startswith("30") or words == ProrationBasis.THIRTY_DAYS:
        return ProrationBasis.THIRTY_DAYS
    return ProrationBasis.SECONDS if "second" in words else ProrationBasis.ACTUAL_DAYS


@adapter(PRICE, "stubs?", may="denominator|full_period|basis|bcd|anchor")
def stubs(case: Case) -> Any:
    """The full period is printed, or the month from the first stub's start on."""
    asked = case.get("stubs?")
    parts = [period(one) for one in (asked if isinstance(asked[0], list) else [asked])]
    full = case.get("denominator|full_period")
    anchor = min(part.start for part in parts)
    found = []
    for part in parts:
        whole = period(full) if full else Cycle(anchor, anchor, A_MONTH).full_period(part.start)
        found.append(prorated(price_of(case), share(part, whole, basis_of(case)), currency(case)))
    return found if isinstance(asked[0], list) else found[0]


@adapter(
    PRICE, "period", f"{FROM}|{UNTIL}|{UNTIL_LAST_DAY}", may=f"{FROM}|{UNTIL}|{UNTIL_LAST_DAY}"
)
def parts_of_a_period(case: Case) -> Any:
    """From a day or instant on, until one, or between the two; many of them are a list."""
    asked = case.get(FROM)
    found = [_part(case, one) for one in each(asked)]
    return found if isinstance(asked, list) else found[0]


def _part(case: Case, begins: Any) -> Any:
    start, end = (moment(one) for one in case.inputs["period"])
    first = start if begins is None else moment(begins)
    last = end
    if case.has(UNTIL_LAST_DAY):
        last = day_after(case.get(UNTIL_LAST_DAY))
    elif case.has(UNTIL):
        last = moment(case.get(UNTIL))
    clock = Clock([start, end, first, last], zone_of(case))
    full = Period(clock.day(start), clock.day(end))
    served = Period(clock.day(first), clock.day(last))
    contract = Contract(currency(case), clock.share_of)
    return contract.bill(Stretch(served, price_of(case), full)).charged


@adapter(
    PRICE, "(?:billed_|used_|active_)?days(?:_left|_used)?", "month|of|days_in_month|period_days"
)
def days_of_a_month(case: Case) -> Any:
    days = case.get("(?:billed_|used_|active_)?days(?:_left|_used)?")
    whole = case.get("month|of|days_in_month|period_days")
    return prorated(price_of(case), Fraction(days, whole), currency(case))


@adapter(PRICE, "fraction(?:_left|_used)?|share")
def told_share(case: Case) -> Any:
    told = Fraction(str(case.get("fraction(?:_left|_used)?|share")))
    return prorated(price_of(case), told, currency(case))


@adapter("start", "end", "bcd|anchor", may=f"{PRICE}|interval")
def periods_between(case: Case) -> Any:
    """How many billing periods lie between two days, stubs counted by their share; or the money."""
    start, end = day(case.inputs["start"]), day(case.inputs["end"])
    anchor = case.get("bcd|anchor")
    fixed = start.replace(day=anchor) if isinstance(anchor, int) else day(anchor)
    cycle = Cycle(start, fixed, A_MONTH, end)
    served = takewhile(lambda one: one.period.start < end, schedule(subscribed(cycle), date.max))
    shares = [share(one.period, one.full_period) for one in served]
    whole = sum(shares, Fraction(0))
    if not case.has(PRICE):
        return whole
    lines = [prorated(price_of(case), part, currency(case)) for part in shares]
    return Answer(lines, lines=lines)
