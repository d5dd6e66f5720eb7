"""Changes inside a paid period: of plan, quantity, coupon or interval; pauses and ends.

Every one is billed as the engine bills it: what is wanted now, less what is billed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.vectors.adapters.credits import taxed, use_credit
from tests.vectors.adapters.registry import adapter
from tests.vectors.cases import Case
from tests.vectors.contracts import Bill, Clock, Contract, Stretch, ToldShares
from tests.vectors.shapes import Answer, Given
from tests.vectors.words import (
    QUANTITY,
    amount,
    currency,
    interval,
    is_in_minor,
    minor,
    moment,
    percent,
    price,
    price_of_all,
    share,
    zone_of,
)
from umlauf.billing.discounts import Fee, discount_fees
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.policies import CreditPolicy
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price, rate, rate_exactly
from umlauf.kernel.calendar import Period, nth_period
from umlauf.kernel.money import Money, total

OLD = "old(?:_price)?(?:_cents|_minor)?"
NEW = "new(?:_price)?(?:_cents|_minor)?"
LENGTHS = "day|week|month|quarter|year"
OLD_PER = f"old(?:_price)?_(?:cents|minor)_(?:{LENGTHS})|old_(?:{LENGTHS})"
NEW_PER = f"new(?:_price)?_(?:cents|minor)_(?:{LENGTHS})|new_(?:{LENGTHS})"
LEFT = "fraction_left|share_left|left"
DAYS_LEFT = "days_left|unused_days"
DAYS_IN_ALL = "month|days_in_month|period_days|days"
POLICY = "policy|credit_policy|credit_on_change"
CHANGE = "change|change_at|change_on|changed_at|upgrade|downgrade|switch"
STOP = "pause|cancel(?:_at|_on)?|cancelled(?:_at|_on)?|terminated?|ended?|remove|stop"
BY_HAND = "item_adjusted|adjusted|refunded|already_credited|credited"
PRICE = "(?:price|cents|amount)(?:_cents)?"
BEFORE = "(?:from|old)(?:_quantity|_qty|_seats)?"
AFTER = "(?:to|new)(?:_quantity|_qty|_seats)?"
TAX = "tax_(?:pct|rate)"
RESUME = "resume|resumed|restart"
POLICIES = {
    "none": CreditPolicy.NONE,
    "no_credit": CreditPolicy.NONE,
    "unused": CreditPolicy.UNUSED,
    "credit_unused": CreditPolicy.UNUSED,
    "full": CreditPolicy.FULL,
    "credit_full": CreditPolicy.FULL,
}


def policy_of(case: Case) -> CreditPolicy:
    """The printed policy, or the one the topic names; by default what is unused is given back."""
    printed = case.get(POLICY)
    if printed is not None:
        return POLICIES[str(printed).replace(" ", "_").replace("-", "_")]
    found = re.search(
        r"(no|without|full)[-_ ](any |a )?credit|(credit|policy)[-_: ]+(none|full)",
        case.topic,
        re.IGNORECASE,
    )
    if found is None:
        return CreditPolicy.UNUSED
    return CreditPolicy.FULL if "full" in found.group().lower() else CreditPolicy.NONE


@dataclass(frozen=True, slots=True)
class Paid:
    """A paid period, and the day inside it on which something changes."""

    contract: Contract
    full: Period
    change: date

    @property
    def kept(self) -> Period:
        return Period(self.full.start, self.change)

    @property
    def rest(self) -> Period:
        return Period(self.change, self.full.end)

    def pay(self, full_minor: Decimal) -> Bill:
        return self.contract.bill(Stretch(self.full, full_minor, self.full))

    def switch(self, old: Decimal, new: Decimal, new_full: Period | None = None) -> Bill:
        """From the change on at another price, perhaps of another period from its start on."""
        wanted = []
        if self.full.start < self.change:
            wanted.append(Stretch(self.kept, old, self.full))
        later = self.rest if new_full is None else new_full
        return self.contract.bill(*wanted, Stretch(later, new, new_full or self.full))

    def stop(self, full_minor: Decimal) -> Bill:
        wanted = (
            [Stretch(self.kept, full_minor, self.full)] if self.full.start < self.change else []
        )
        return self.contract.bill(*wanted)


def _paid(case: Case, changes: str = CHANGE) -> Paid:
    """The period and its change, told by a share, by days of a month, or by dates or instants."""
    code, policy = currency(case), policy_of(case)
    left = case.get(LEFT)
    if left is None and case.has(DAYS_LEFT):
        left = Fraction(case.get(DAYS_LEFT), case.get(DAYS_IN_ALL))
    if left is not None:
        told = ToldShares(share(left))
        contract = Contract(code, told.share_of, policy)
        return Paid(contract, Period(told.start, told.end), told.change)
    start, end = (moment(one) for one in _ends(case))
    change = moment(case.get(changes))
    clock = Clock([start, end, change], zone_of(case))
    contract = Contract(code, clock.share_of, policy)
    return Paid(contract, Period(clock.day(start), clock.day(end)), clock.day(change))


def _ends(case: Case) -> Sequence[Any]:
    printed: Sequence[Any] | None = case.get("period|anchor_period|billing_period")
    return printed or (case.inputs["period_start"], case.inputs["period_end"])


def _change(bill: Bill, case: Case) -> Answer:
    """What changes hands in all, or its two lines."""
    lines = [-bill.given_back, bill.charged]
    return Answer(
        lines if isinstance(case.expected, list) else bill.net,
        credit=Given(bill.given_back),
        debit=bill.charged,
        charge=bill.charged,
        net=bill.net,
        credit_cents=Given(bill.given_back),
        debit_cents=bill.charged,
        charge_cents=bill.charged,
        net_cents=bill.net,
    )


@adapter(OLD, NEW, f"{LEFT}|{DAYS_LEFT}|period", may=f"{DAYS_IN_ALL}|{CHANGE}|{POLICY}|{QUANTITY}")
def plan_change(case: Case) -> Any:
    old, new = price_of_all(case, "old(?:_price)?"), price_of_all(case, "new(?:_price)?")
    paid = _paid(case)
    paid.pay(old)
    bill, code = paid.switch(old, new), currency(case)
    next_cycle = rate(Price(code, Flat(new)), 1)
    answer = _change(bill, case)
    answer.update(next_cycle=next_cycle, next_invoice=total([bill.net, next_cycle], code))
    return answer


@adapter(OLD_PER, NEW_PER, "period", CHANGE, may=POLICY)
def interval_change(case: Case) -> Any:
    """A new interval begins a new period on the day of the change, and a new anchor."""
    old, new = _per(case, OLD_PER), _per(case, NEW_PER)
    step = interval(str(case.key(NEW_PER)).rpartition("_")[2])
    paid = _paid(case)
    paid.pay(old)
    begun = nth_period(paid.change, step, 0)
    answer = _change(paid.switch(old, new, begun), case)
    answer["new_period"] = begun
    return answer


def _per(case: Case, pattern: str) -> Decimal:
    name = case.key(pattern) or pattern
    return minor(case.inputs[name], currency(case), in_minor=is_in_minor(name))


@adapter("prices(?:_cents)?", "period", "changes", may=POLICY)
def several_changes(case: Case) -> Any:
    """One after the other: each line rounds on its own, each credit is of the plan being left."""
    name = case.key("prices(?:_cents)?") or ""
    prices = [minor(one, currency(case), in_minor=is_in_minor(name)) for one in case.inputs[name]]
    start, end = (moment(one) for one in case.inputs["period"])
    days = [moment(one) for one in case.inputs["changes"]]
    clock = Clock([start, end, *days], zone_of(case))
    contract = Contract(currency(case), clock.share_of, policy_of(case))
    full = Period(clock.day(start), clock.day(end))
    bounds = [clock.day(start), *map(clock.day, days)]
    lines: list[Money] = []
    named: dict[str, Any] = {}
    for count, _ in enumerate(prices):
        bill = contract.bill(*_in_force(prices, bounds, full, count))
        if count:
            lines.extend([-bill.given_back, bill.charged])
            named[f"credit{count}"] = Given(bill.given_back)
            named[f"charge{count}"] = bill.charged
            named[f"cba{count}"] = bill.surplus
            named[f"net{count}"] = bill.net
    return Answer(lines, **named)


def _in_force(
    prices: Sequence[Decimal], bounds: Sequence[date], full: Period, latest: int
) -> list[Stretch]:
    """The plans up to the latest one, each until the next; the latest to the period's end."""
    ends = [*bounds[1:], full.end]
    last = [*ends[:latest], full.end]
    return [
        Stretch(Period(start, end), minor_, full)
        for start, end, minor_, _ in zip(bounds, last, prices, range(len(last)), strict=False)
        if start < end
    ]


@adapter(
    "(?:price|cents)(?:_cents)?",
    "new_price(?:_cents)?",
    "period",
    CHANGE,
    may=f"(?:{BY_HAND})(?:_cents)?|{POLICY}|{QUANTITY}",
)
def capped_change(case: Case) -> Any:
    """What was given back already is not given back again."""
    old, new = price(case, "price|cents"), price(case, "new_price")
    paid = _paid(case)
    paid.pay(old)
    if case.has(f"(?:{BY_HAND})(?:_cents)?"):
        paid.contract.give_back_by_hand(amount(case, BY_HAND))
    bill = paid.switch(old, new)
    answer = _change(bill, case)
    answer.update(new_charge=bill.charged, balance_credit=bill.surplus, cba=bill.surplus)
    return answer


@adapter(
    PRICE,
    "period",
    f"{STOP}|{CHANGE}",
    may=f"{POLICY}|(?:{BY_HAND})(?:_cents)?|{QUANTITY}|{TAX}",
)
def unused_time(case: Case) -> Any:
    """What an end or a pause gives back; several days are several cases."""
    name = case.key(f"{STOP}|{CHANGE}") or ""
    asked = case.inputs[name]
    if not isinstance(asked, list):
        return _unused(case, name)
    return [_unused(replace(case, inputs={**case.inputs, name: one}), name).main for one in asked]


def _unused(case: Case, name: str) -> Answer:
    full_price = price_of_all(case, "price|cents|amount")
    paid = _paid(case, name)
    charged = paid.pay(full_price).charged
    if case.has(f"(?:{BY_HAND})(?:_cents)?"):
        paid.contract.give_back_by_hand(amount(case, BY_HAND))
    bill = paid.stop(full_price)
    given, used = Given(bill.given_back), replace(bill, charges=(charged,)).net
    tax = taxed(bill.given_back, percent(case.get(TAX))) if case.has(TAX) else {}
    return Answer(
        used if case.topic_says("arrears|used part") else given,
        credit=given,
        credit_note=given,
        unused=given,
        refund=given,
        used=used,
        recognised=used,
        recognised_until_cancel=used,
        **tax,
    )


@adapter(
    "price(?:_cents)?",
    "period_start",
    "period_end",
    f"{CHANGE}|{STOP}",
    may=f"{POLICY}|{QUANTITY}|new_price(?:_cents)?",
)
def second_exact_credit(case: Case) -> Any:
    """What is left unused; with a new price also what the rest of the period costs at that."""
    full_price = price_of_all(case, "price")
    paid = _paid(case, f"{CHANGE}|{STOP}")
    paid.pay(full_price)
    if case.has("new_price(?:_cents)?"):
        return _change(paid.switch(full_price, price_of_all(case, "new_price")), case)
    given = Given(paid.stop(full_price).given_back)
    return Answer(given, credit=given, credit_cents=given)


@adapter("(?:price|cents)(?:_cents)?", "anchor_period|period", RESUME, "credit(?:_cents)?")
def resumed_on_credit(case: Case) -> Any:
    """Charged to the next anchor; what is to the customer's credit pays as far as it goes."""
    paid = _paid(case, RESUME)
    bill = paid.contract.bill(Stretch(paid.rest, price(case, "price|cents"), paid.full))
    used, left, due = use_credit(amount(case, "credit"), bill.charged)
    return Answer(bill.charged, charge=bill.charged, credit_used=used, credit_left=left, due=due)


@adapter(
    OLD,
    NEW,
    f"{LEFT}|{DAYS_LEFT}|period",
    "(?:old|new)_(?:pct|percent|off|off_cents)",
    may=f"{DAYS_IN_ALL}|{CHANGE}|{POLICY}|(?:old|new)_(?:pct|percent|off|off_cents)",
)
def coupon_change(case: Case) -> Any:
    """A coupon lowers the full price of its side, before that is prorated."""
    old = _discounted(case, "old", price(case, "old(?:_price)?"))
    new = _discounted(case, "new", price(case, "new(?:_price)?"))
    paid = _paid(case)
    paid.pay(old)
    return _change(paid.switch(old, new), case)


def _discounted(case: Case, side: str, full_minor: Decimal) -> Decimal:
    terms: dict[str, Any] = {}
    if case.has(f"{side}_(?:pct|percent)"):
        terms["percent"] = percent(case.get(f"{side}_(?:pct|percent)"))
    elif case.has(f"{side}_off(?:_cents)?"):
        # The price beside it says in which units an amount off is written.
        is_minor = is_in_minor(str(case.key(f"{side}(?:_price)?(?:_cents|_minor)?")))
        off = minor(case.get(f"{side}_off(?:_cents)?"), currency(case), in_minor=is_minor)
        terms["amounts"] = (Money(int(off), currency(case)),)
    if not terms or not any(_figures(terms)):
        return full_minor
    coupon = Coupon(id=side, name=side, **terms)
    (fee,) = discount_fees([Fee("fee", full_minor)], [coupon], currency(case))
    return fee.amount_minor


def _figures(terms: Mapping[str, Any]) -> list[Any]:
    return [terms.get("percent"), *(one.amount_minor for one in terms.get("amounts", ()))]


@adapter(
    "unit(?:_price)?(?:_cents)?",
    BEFORE,
    AFTER,
    f"{LEFT}|{DAYS_LEFT}|period",
    may=rf"{DAYS_IN_ALL}|{CHANGE}|{POLICY}|pending_new_unit(?:_price)?(?:_cents)?",
)
def quantity_change(case: Case) -> Any:
    """Priced on the current plan; a plan that waits for the next cycle prices that one.

    Printed are the two sides, or the one by which they differ.
    """
    each_costs = PerUnit(price(case, "unit(?:_price)?"))
    before, after = (Decimal(case.get(name)) for name in (BEFORE, AFTER))
    old, new = rate_exactly(each_costs, before), rate_exactly(each_costs, after)
    paid = _paid(case)
    paid.pay(old)
    bill = paid.switch(old, new)
    pending = "pending_new_unit(?:_price)?"
    next_unit = PerUnit(price(case, pending)) if case.has(f"{pending}(?:_cents)?") else each_costs
    next_cycle = rate(Price(currency(case), next_unit), after)
    answer = _change(bill, case)
    if not {"credit", "debit"} <= {str(name).removesuffix("_cents") for name in case.expected}:
        given = Given(bill.surplus)
        answer.update(debit=bill.net, debit_cents=bill.net, credit=given, credit_cents=given)
    answer.update(next_cycle=next_cycle, next_cycle_cents=next_cycle)
    return answer
