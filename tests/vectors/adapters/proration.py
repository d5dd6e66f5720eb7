"""What a part of a period costs: stubs, add-ons, trials, arrears, fixed thirty days."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import takewhile
from typing import Any

from tests.offer_fakes import subscribed
from tests.vectors.adapters.anchors import anchor_day, interval_of
from tests.vectors.adapters.registry import adapter
from tests.vectors.cases import Case
from tests.vectors.contracts import Clock, Contract, Stretch
from tests.vectors.shapes import Answer
from tests.vectors.words import (
    A_MONTH,
    QUANTITY,
    currency,
    day,
    day_after,
    each,
    moment,
    period,
    price_of_all,
    zone_of,
)
from umlauf.billing.proration import share
from umlauf.billing.reconciling import prorated
from umlauf.catalog.policies import ProrationBasis
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import total
from umlauf.subscriptions.schedule import Cycle
from umlauf.subscriptions.timeline import schedule

PRICE = "(?:price|cents|amount|fee|full)(?:_cents|_minor)?"
FROM = "add|start|from|begin|starts_on|resume|upgrade_on|activated"
UNTIL_LAST_DAY = "to_inclusive|until_inclusive|last_day"
UNTIL = "to|until"
USED_DAYS = "(?:billed_|used_|active_)?days(?:_left|_used|_billed|_active)?"
DAYS_IN_ALL = "month|quarter|year|of|(?:days_in_)?(?:month|period)(?:_days)?|total_days"


def price_of(case: Case) -> Decimal:
    return price_of_all(case, "price|cents|amount|fee|full")


def basis_of(case: Case) -> ProrationBasis:
    words = str(case.get("basis", "actual days"))
    if words.startswith("30") or words == ProrationBasis.THIRTY_DAYS:
        return ProrationBasis.THIRTY_DAYS
    return ProrationBasis.SECONDS if "second" in words else ProrationBasis.ACTUAL_DAYS


@adapter(PRICE, "stubs?", may=f"denominator|full_period|basis|{QUANTITY}")
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
    PRICE,
    "period",
    f"{FROM}|{UNTIL}|{UNTIL_LAST_DAY}",
    may=f"{FROM}|{UNTIL}|{UNTIL_LAST_DAY}|{QUANTITY}",
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


@adapter(PRICE, USED_DAYS, DAYS_IN_ALL, may=QUANTITY)
def days_of_a_period(case: Case) -> Any:
    days, whole = case.get(USED_DAYS), case.get(DAYS_IN_ALL)
    return prorated(price_of(case), Fraction(days, whole), currency(case))


@adapter(PRICE, "fraction(?:_left|_used)?|share", may=QUANTITY)
def told_share(case: Case) -> Any:
    told = Fraction(str(case.get("fraction(?:_left|_used)?|share")))
    return prorated(price_of(case), told, currency(case))


@adapter("start|from", "end|to", "bcd|anchor", may=f"{PRICE}|{QUANTITY}|interval|basis")
def periods_between(case: Case) -> Any:
    """How many billing periods lie between two days, stubs counted by their share; or the money."""
    start, end = day(case.get("start|from")), day(case.get("end|to"))
    anchor, step = case.get("bcd|anchor"), interval_of(case)
    fixed = anchor_day(start, anchor, step) if isinstance(anchor, int) else day(anchor)
    cycle = Cycle(start, fixed, step, end)
    served = takewhile(lambda one: one.period.start < end, schedule(subscribed(cycle), date.max))
    shares = [share(one.period, one.full_period, basis_of(case)) for one in served]
    if not case.has(PRICE):
        return sum(shares, Fraction(0))
    lines = [prorated(price_of(case), part, currency(case)) for part in shares]
    whole = total(lines, currency(case))
    return Answer(lines if isinstance(case.expected, list) else whole, lines=lines, total=whole)


@adapter("start|from", "end|to", "basis", may=f"{PRICE}|{QUANTITY}|interval")
def share_of_its_own_month(case: Case) -> Any:
    """Of the month (or other interval) that begins on its first day."""
    part = Period(day(case.get("start|from")), day(case.get("end|to")))
    whole = Cycle(part.start, part.start, interval_of(case)).full_period(part.start)
    ratio = share(part, whole, basis_of(case))
    return prorated(price_of(case), ratio, currency(case)) if case.has(PRICE) else ratio
