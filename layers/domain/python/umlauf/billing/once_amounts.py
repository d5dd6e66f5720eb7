"""Coupons over an amount that is given once: each bill uses what it can, the rest is carried over.

They come after all other discounts, on what a bill charges: fees and usage, neither deposits nor
what is given back. Nor do they take off more than caps and credits on the same bill leave to be
paid: a coupon makes nothing cheaper than free. What they took off is no part of a full price, so no
credit is reckoned from it; but no credit gives back more than was paid.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from umlauf.billing.assembling import assemble_bill
from umlauf.billing.bill_lines import Bill, BillLine
from umlauf.billing.contract_account import Account
from umlauf.billing.discounts import Fee, discount_fees, taken_off
from umlauf.billing.model import InvoiceLine, LineKind
from umlauf.kernel.money import Money, split, total
from umlauf.subscriptions.agreements import AppliedCoupon
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.timeline import coupons_on


def finished_bill(account: Account, day: date) -> tuple[Bill, Subscription]:
    """A day's bill with all its discounts, and the subscription with its coupons moved on."""
    subscription = account.subscription
    return use_once_amounts(assemble_bill(account, day), subscription, day)


def use_once_amounts(
    bill: Bill, subscription: Subscription, day: date
) -> tuple[Bill, Subscription]:
    """The bill after those in force, and the subscription with what each has given by now."""
    in_force = coupons_on(subscription, day)
    after: list[AppliedCoupon] = []
    for applied in subscription.coupons:
        if applied.coupon.is_once_amount and (applied.restored or applied in in_force):
            bill, used = _use(bill, applied, subscription.currency, is_over=applied not in in_force)
            after.append(used)
        else:
            after.append(applied)
    return bill, replace(subscription, coupons=tuple(after))


def given_again(subscription: Subscription, lines: Iterable[InvoiceLine]) -> Subscription:
    """The subscription with what its coupons gave on the lines of a cancelled bill to give again.

    So the bill that comes in its place has the same coupon, once, also where it is over by then.
    """
    nothing = Money(0, subscription.currency)
    taken: dict[str, Money] = {}
    for line in lines:
        for one in line.discounts:
            taken[one.coupon] = taken.get(one.coupon, nothing) + one.amount
    after = []
    for applied in subscription.coupons:
        used, restored = applied.used or nothing, applied.restored or nothing
        back = min(taken.get(applied.coupon.id, nothing), used)
        taken[applied.coupon.id] = taken.get(applied.coupon.id, nothing) - back
        is_given = applied.coupon.is_once_amount and back
        after.append(
            replace(applied, used=used - back, restored=restored + back) if is_given else applied
        )
    return replace(subscription, coupons=tuple(after))


def _use(
    bill: Bill, applied: AppliedCoupon, currency: str, *, is_over: bool
) -> tuple[Bill, AppliedCoupon]:
    """The bill less what the coupon has left; one that is over has what was restored alone."""
    places = [place for place, line in enumerate(bill.lines) if _is_open_to_discounts(line)]
    fees = _fees([bill.lines[place] for place in places], _given_back(bill, currency))
    used, restored = applied.used or Money(0, currency), applied.restored or Money(0, currency)
    spent = used
    amount = applied.coupon.amount_in(currency)
    if is_over and amount is not None:
        spent = amount - restored
    reduced = discount_fees(fees, [applied.coupon], currency, used={applied.coupon.id: spent})
    off = taken_off(reduced, applied.coupon.id, currency)
    if not off:
        return bill, applied
    lines = list(bill.lines)
    for place, fee in zip(places, reduced, strict=True):
        line = lines[place]
        lines[place] = replace(
            line,
            amount=line.amount - total((one.amount for one in fee.discounts), currency),
            discounts=(*line.discounts, *fee.discounts),
        )
    left = restored - min(off, restored)
    moved = replace(applied, used=used + off, restored=left or None)
    return replace(bill, lines=tuple(lines)), moved


def _is_open_to_discounts(line: BillLine) -> bool:
    return line.kind is not LineKind.DEPOSIT and line.amount.amount_minor > 0


def _given_back(bill: Bill, currency: str) -> Money:
    """What caps and credits take off the bill; below zero."""
    nothing = Money(0, currency)
    amounts = (line.amount for line in bill.lines if line.kind is not LineKind.DEPOSIT)
    return total((min(amount, nothing) for amount in amounts), currency)


def _fees(lines: Sequence[BillLine], given_back: Money) -> list[Fee]:
    """What of each line a coupon may take off: what is given back is borne by all of them alike."""
    amounts = [line.amount for line in lines]
    if amounts and given_back:
        nothing = Money(0, given_back.currency)
        left = max(total(amounts, given_back.currency) + given_back, nothing)
        amounts = list(split(left, [Decimal(one.amount_minor) for one in amounts]))
    return [
        Fee(line.item, Decimal(amount.amount_minor))
        for line, amount in zip(lines, amounts, strict=True)
    ]
