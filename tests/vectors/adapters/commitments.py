"""Minimum commitment and maximum spend, whole or in a stub."""

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any, Final

from tests.vectors.adapters.credits import taxed
from tests.vectors.adapters.registry import adapter
from tests.vectors.cases import Case
from tests.vectors.shapes import Answer
from tests.vectors.words import (
    currency,
    day,
    interval,
    is_in_minor,
    minor,
    money,
    percent,
    period,
    price,
)
from umlauf.billing.commitments import adjustment_of
from umlauf.billing.proration import share
from umlauf.billing.reconciling import prorated
from umlauf.catalog.policies import Commitment
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money, total

LEAST = "(?:commitment|min|minimum|minimum_commitment|minimum_spend)(?:_cents)?"
MOST = "(?:max|maximum|cap|maximum_spend)(?:_cents)?"
FEES = "(?:fees?|subscription_fee|plan|base)(?:_cents)?(?:_billed)?"
USED = "(?:usage|used|charges?)(?:_cents)?"
DAYS = "(?:week_|month_)?days(?:_active|_used|_served)?|active_days"
WHOLE = "month|quarter|year|of|days_in_(?:month|period)|(?:month|period|quarter|year|total)_days"
_START: Final = date(2001, 1, 1)


@adapter(
    f"{LEAST}|{MOST}",
    f"{FEES}|{USED}",
    may=f"{LEAST}|{MOST}|{FEES}|{USED}|{DAYS}|{WHOLE}|period|from|to|tax_(?:pct|rate)",
)
def true_up(case: Case) -> Any:
    """Fees of a full period shrink with it, like the limits; usage is what was used."""
    code, part = currency(case), served_share(case)
    fees = [prorated(one, part, code) for one in _figures(case, FEES)]
    used = [money(one, code, in_minor=True) for one in _figures(case, USED)]
    charged = total([*fees, *used], code)
    least, most = (int(price(case, name)) if case.has(name) else None for name in (LEAST, MOST))
    change = adjustment_of(charged, Commitment(code, least, most), part)
    net = total([charged, change], code)
    answer = Answer(change, true_up=change, adjustment=change, adj=change, net=net, total=net)
    answer.update(fee=charged, usage=charged, invoice_net=net)
    if case.has("tax_(?:pct|rate)"):
        answer.update(_with_tax(case, change, net))
    return answer


def served_share(case: Case) -> Fraction:
    """Days of a month that is counted, of a period that is dated, or of what the words name."""
    days = case.get(DAYS)
    if days is None:
        return _dated_share(case)
    whole = case.get(WHOLE)
    if whole is None:
        told = re.search(r"\bof (\d+) days", case.topic)
        whole = int(told[1]) if told else _named_length(case).days
    return Fraction(days, whole)


def _named_length(case: Case) -> Period:
    """A week or a year has a length of its own; a month has not."""
    told = re.search("week|year", f"{case.topic} {case.key(DAYS)}", re.IGNORECASE)
    if told is None:
        raise ValueError(f"{case.id} does not say of how many days")
    return Period(_START, interval(told.group().lower()).after(_START, 1))


def _dated_share(case: Case) -> Fraction:
    if not case.has("period"):
        return Fraction(1)
    full = period(case.inputs["period"])
    start = day(case.get("from", full.start.isoformat()))
    return share(Period(start, day(case.get("to", full.end.isoformat()))), full)


def _figures(case: Case, pattern: str) -> Iterator[Any]:
    for name, value in case.inputs.items():
        if re.fullmatch(pattern, name):
            yield minor(value, currency(case), in_minor=is_in_minor(name))


def _with_tax(case: Case, change: Money, net: Money) -> dict[str, Any]:
    rate = percent(case.get("tax_(?:pct|rate)"))
    whole, alone = taxed(net, rate), taxed(change, rate)
    return {
        "true_up_tax": alone["tax"],
        "invoice_tax": whole["tax"],
        "invoice_gross": whole["gross"],
        "tax": whole["tax"],
        "gross": whole["gross"],
    }
