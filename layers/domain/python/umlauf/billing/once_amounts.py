"""Coupons over an amount that is given once: each bill uses what it can, the rest is carried over.

They come after all other discounts, on what a bill charges: fees and usage, neither deposits nor
what is given back. What they took off is no part of a full price, so no credit is reckoned from it;
but no credit gives back more than was paid.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from umlauf.billing.assembling import Account, Bill, BillLine, assemble_bill
from umlauf.billing.discounts import Fee, discount_fees, taken_off
from umlauf.billing.model import LineKind
from umlauf.kernel.money import Money
from umlauf.subscriptions.agreements import AppliedCoupon
from umlauf.subscriptions.model import Subscription


def finished_bill(account: Account, day: date) -> tuple[Bill, Subscription]:
    """A day's bill with all its discounts, and the subscription with its coupons moved on."""
    subscription = account.subscription
    bill, coupons = use_once_amounts(
        assemble_bill(account, day), subscription.coupons, day, subscription.currency
    )
    return bill, replace(subscription, coupons=coupons)


def use_once_amounts(
    bill: Bill, coupons: Sequence[AppliedCoupon], day: date, currency: str
) -> tuple[Bill, tuple[AppliedCoupon, ...]]:
    """The bill after them, and all coupons with what they have given by now."""
    after: list[AppliedCoupon] = []
    for applied in coupons:
        if applied.coupon.is_once_amount and applied.is_in_force(day):
            bill, used = _use(bill, applied, currency)
            after.append(used)
        else:
            after.append(applied)
    return bill, tuple(after)


def _use(bill: Bill, applied: AppliedCoupon, currency: str) -> tuple[Bill, AppliedCoupon]:
    places = [place for place, line in enumerate(bill.lines) if _is_open_to_discounts(line)]
    fees = [_fee(bill.lines[place]) for place in places]
    used = applied.used or Money(0, currency)
    reduced = discount_fees(fees, [applied.coupon], currency, used={applied.coupon.id: used})
    off = taken_off(reduced, applied.coupon.id, currency)
    if not off:
        return bill, applied
    lines = list(bill.lines)
    for place, fee in zip(places, reduced, strict=True):
        line = lines[place]
        lines[place] = replace(
            line,
            amount=Money(int(fee.amount_minor), currency),
            discounts=(*line.discounts, *fee.discounts),
        )
    return replace(bill, lines=tuple(lines)), replace(applied, used=used + off)


def _is_open_to_discounts(line: BillLine) -> bool:
    return line.corrects is None and line.kind is not LineKind.DEPOSIT and bool(line.amount)


def _fee(line: BillLine) -> Fee:
    return Fee(line.item, Decimal(max(line.amount.amount_minor, 0)))
