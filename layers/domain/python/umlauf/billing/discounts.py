"""What coupons take off the fees of one bill, fee by fee and to the cent.

Coupons for named items go first, then those for everything; of the same reach percentages before
amounts, then in the order they were applied. Each sees what the ones before it left, an amount is
spread over its fees by what is left of them, and no fee falls below zero.

Two figures come out. Exact shares go from coupon to coupon, so the order of lines changes nothing.
What is charged is whole cents by largest remainder: a coupon of 5.00 takes off 5.00, not three
times 1.67.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil
from types import MappingProxyType
from typing import Final

from umlauf.billing.model import LineDiscount
from umlauf.catalog.coupons import Coupon
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money, round_to_minor, total

_HUNDRED: Final = 100
_NOTHING_USED: Final[Mapping[str, Money]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Fee:
    """The price of one item before discounts, exact, in minor units."""

    item: str
    amount_minor: Decimal


@dataclass(frozen=True, slots=True)
class DiscountedFee:
    """What is left of a fee, and what each coupon took off it. `exact_off` is before rounding."""

    item: str
    amount_minor: Decimal
    discounts: tuple[LineDiscount, ...] = ()
    exact_off: Fraction = Fraction(0)


def discount_fees(
    fees: Sequence[Fee],
    coupons: Iterable[Coupon],
    currency: str,
    *,
    used: Mapping[str, Money] = _NOTHING_USED,
) -> tuple[DiscountedFee, ...]:
    """The fees, in their order, after all coupons.

    `used` says by coupon id what earlier bills took of an amount that is given once. A coupon
    without an amount in the currency takes nothing off. Raises InvalidInput for a negative fee.
    """
    if any(fee.amount_minor < 0 for fee in fees):
        raise InvalidInput("a fee must not be negative to be discounted", field="fees")
    reduced = tuple(DiscountedFee(fee.item, fee.amount_minor) for fee in fees)
    for coupon in sorted(coupons, key=_rank):
        reduced = _take_off(reduced, fees, coupon, currency, used.get(coupon.id))
    return reduced


def taken_off(reduced: Iterable[DiscountedFee], coupon_id: str, currency: str) -> Money:
    """What one coupon took off all fees together."""
    return total(
        (one.amount for fee in reduced for one in fee.discounts if one.coupon == coupon_id),
        currency,
    )


def _rank(coupon: Coupon) -> tuple[bool, bool]:
    return not coupon.items, coupon.percent is None


def _take_off(
    reduced: Sequence[DiscountedFee],
    fees: Sequence[Fee],
    coupon: Coupon,
    currency: str,
    used: Money | None,
) -> tuple[DiscountedFee, ...]:
    """One coupon's turn."""
    left = [
        Fraction(fee.amount_minor) - one.exact_off
        if not coupon.items or one.item in coupon.items
        else Fraction(0)
        for fee, one in zip(fees, reduced, strict=True)
    ]
    exact = _shares(left, coupon, currency, used)
    off = round_to_minor(sum(exact, Fraction(0)), currency)
    caps = [ceil(one.amount_minor) if part else 0 for one, part in zip(reduced, exact, strict=True)]
    cents = _whole_cents(exact, off.amount_minor, caps)
    return tuple(
        _less(one, part, LineDiscount(coupon.id, coupon.name, Money(minor, currency)))
        for one, part, minor in zip(reduced, exact, cents, strict=True)
    )


def _shares(
    left: Sequence[Fraction], coupon: Coupon, currency: str, used: Money | None
) -> list[Fraction]:
    """What the coupon takes off each fee, exactly."""
    if coupon.percent is not None:
        return [part * Fraction(coupon.percent) / _HUNDRED for part in left]
    amount, whole = coupon.amount_in(currency), sum(left, Fraction(0))
    if amount is None or not whole:
        return [Fraction(0)] * len(left)
    if coupon.is_once_amount and used is not None:
        amount -= used
    ratio = min(Fraction(max(amount.amount_minor, 0)) / whole, Fraction(1))
    return [part * ratio for part in left]


def _whole_cents(exact: Sequence[Fraction], whole: int, caps: Sequence[int]) -> list[int]:
    """Whole parts that add up to `whole`, as far as the caps allow: largest remainder."""
    cents = [min(int(part), cap) for part, cap in zip(exact, caps, strict=True)]
    missing = whole - sum(cents)
    order = sorted(range(len(exact)), key=lambda index: (cents[index] - exact[index], index))
    for most in (1, missing):  # a second round only where caps stopped the first
        for index in order:
            more = min(most, missing, caps[index] - cents[index])
            cents[index] += more
            missing -= more
    return cents


def _less(fee: DiscountedFee, exact: Fraction, discount: LineDiscount) -> DiscountedFee:
    if not exact:
        return fee
    off = Decimal(discount.amount.amount_minor)
    return replace(
        fee,
        amount_minor=max(fee.amount_minor - off, Decimal(0)),
        discounts=(*fee.discounts, discount) if discount.amount else fee.discounts,
        exact_off=fee.exact_off + exact,
    )
