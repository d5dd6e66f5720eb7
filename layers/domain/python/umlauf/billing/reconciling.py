"""What is desired, less what is billed: new charges, and credits for what is not wanted any more.

Pure, and blind to how it came about: an upgrade, a pause, a backdated end and a Storno differ only
in what is desired afterwards. So a change that is undone at the same instant leaves nothing, the
same change twice is the same change, and a preview cannot differ from the bill.

The rules (RULES.md, proration and credits): a credit is reckoned from the full price of what is
left, rounds on its own and is capped at what is still billed; what closes a charge's last paid day
takes the remainder. What the cap keeps back was given away before, by hand or by a coupon. It stays
given: the same thing, charged for that time again, costs so much less.

The last day of what is paid for decides its tax (decision 0022). Where what is left of a charge
ends on a day that is taxed otherwise, it is given back too, and charged anew.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from umlauf.billing.charges import BilledCharge, charge_id, since, without
from umlauf.billing.desired import DesiredFee, ShareOf
from umlauf.billing.model import LineDiscount, LineKind
from umlauf.catalog.policies import CreditPolicy
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money, round_to_minor, total

CreditsOver = Callable[[BilledCharge, Period], Iterable[tuple[Period, CreditPolicy]]]
"""What is given back of a part of a charge that is no longer wanted (`timeline.credits_over`)."""
IsTaxedAlike = Callable[[BilledCharge, date], bool]
"""Whether a charge is taxed as it was when the last day of what it is for is that one."""

_ONE_DAY: Final = timedelta(days=1)
GIVEN_BEFORE: Final = "given_before"
"""Stands for a coupon where what was given away before comes off a fee."""

FEE_KINDS = frozenset(
    {LineKind.BASE_FEE, LineKind.ADD_ON, LineKind.ONE_OFF, LineKind.DELIVERY, LineKind.DEPOSIT}
)


@dataclass(frozen=True, slots=True)
class NewFee:
    """A fee to be charged for a stretch that is not paid for yet.

    `given_before` was given away when the stretch was paid for earlier; it is off the amount.
    """

    id: str
    fee: DesiredFee
    period: Period
    amount: Money
    discounts: tuple[LineDiscount, ...]
    given_before: Money

    @property
    def price(self) -> Money:
        return self.amount + self.given_before


@dataclass(frozen=True, slots=True)
class Credit:
    """What is given back of a charge, for a part of its period. `amount` is above zero.

    `withheld` is what the part cost beyond it.
    """

    charge: BilledCharge
    period: Period
    amount: Money
    withheld: Money


def _whenever(_charge: BilledCharge, _last_day: date) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """How one subscription's time becomes money: shares, credits, currency, identity."""

    subscription_id: str
    currency: str
    share_of: ShareOf
    credits_over: CreditsOver
    is_taxed_alike: IsTaxedAlike = _whenever
    settled_from: date = date.min
    """From which day on what is desired is complete; what is billed before is kept."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """`charges` are the billed ones with their counters moved on by `credits`."""

    fees: tuple[NewFee, ...]
    credits: tuple[Credit, ...]
    charges: tuple[BilledCharge, ...]


def reconcile(
    desired: Sequence[DesiredFee], billed: Sequence[BilledCharge], reckoning: Reckoning
) -> Reconciliation:
    """Bring what is billed in line with what is desired.

    Both must be complete for the time they cover: whatever is billed and not desired is given back.
    """
    wanted: dict[tuple[object, ...], list[Period]] = defaultdict(list)
    for fee in desired:
        wanted[fee.terms].append(fee.period)

    latest = {charge.id: charge for charge in billed}
    given_back: list[Credit] = []
    kept = {charge.id: charge.covered for charge in billed}
    for charge in billed:
        settled = since(charge.covered, reckoning.settled_from)
        unwanted = without(settled, wanted.get(_terms(charge), ()))
        stretches = list(_given_up(charge, unwanted, reckoning))
        left = without(charge.covered, [part for part, _ in stretches])
        is_taken = bool(without(unwanted, [part for part, _ in stretches]))
        if not is_taken and _is_taxed_anew(charge, left, reckoning):
            kept[charge.id] = ()
            stretches.extend((part, CreditPolicy.UNUSED) for part in left)
        for credit in _credits(charge, stretches, reckoning):
            latest[charge.id] = _less(latest[charge.id], credit)
            if credit.amount:
                given_back.append(credit)
    fees = tuple(
        _after_gifts(new, latest, reckoning.currency)
        for new in _new_fees(desired, billed, kept, reckoning)
    )
    changed = tuple(latest[charge.id] for charge in billed if latest[charge.id] is not charge)
    return Reconciliation(fees, tuple(given_back), changed)


def _new_fees(
    desired: Sequence[DesiredFee],
    billed: Sequence[BilledCharge],
    kept: Mapping[str, tuple[Period, ...]],
    reckoning: Reckoning,
) -> Iterator[NewFee]:
    paid: dict[tuple[object, ...], list[Period]] = defaultdict(list)
    for charge in billed:
        paid[_terms(charge)].extend(kept[charge.id])
    sequences = Counter((charge.item, charge.period.start) for charge in billed)
    for fee in desired:
        for part in without([fee.period], paid.get(fee.terms, ())):
            place = fee.item.id, part.start
            yield _new_fee(fee, part, sequences[place], reckoning)
            sequences[place] += 1


def _new_fee(fee: DesiredFee, part: Period, sequence: int, reckoning: Reckoning) -> NewFee:
    ratio = reckoning.share_of(part, fee.full_period, fee.plan.proration)
    discounts = [
        replace(
            one,
            amount=prorated(Decimal(one.amount.amount_minor), ratio, reckoning.currency),
        )
        for one in fee.discounts
    ]
    return NewFee(
        id=charge_id(reckoning.subscription_id, fee.item.id, part.start, sequence),
        fee=fee,
        period=part,
        amount=prorated(fee.full_minor, ratio, reckoning.currency),
        discounts=tuple(discounts),
        given_before=Money(0, reckoning.currency),
    )


def _less(charge: BilledCharge, credit: Credit) -> BilledCharge:
    after = charge.give_back(credit.amount, credit.period)
    if not credit.withheld:
        return after
    before = charge.withheld or Money(0, credit.withheld.currency)
    return replace(after, withheld=before + credit.withheld)


def _after_gifts(new: NewFee, latest: dict[str, BilledCharge], currency: str) -> NewFee:
    """The fee less what was given away of its time before; no longer withheld there."""
    nothing = Money(0, currency)
    off = nothing
    for charge in latest.values():
        if not (charge.withheld and _stood_for(charge, new)):
            continue
        part = min(charge.withheld, new.amount - off)
        latest[charge.id] = replace(charge, withheld=charge.withheld - part)
        off += part
    if not off:
        return new
    return replace(
        new,
        amount=new.amount - off,
        discounts=(*new.discounts, LineDiscount(GIVEN_BEFORE, "Goodwill", off)),
        given_before=off,
    )


def _stood_for(charge: BilledCharge, new: NewFee) -> bool:
    """Whether a charge was for the same thing in the time of a new fee: another price is not it."""
    return _terms(charge) == new.fee.terms and any(
        part.overlaps(new.period) for part in charge.credited_periods
    )


def _given_up(
    charge: BilledCharge, unwanted: Sequence[Period], reckoning: Reckoning
) -> Iterator[tuple[Period, CreditPolicy]]:
    """What of a charge's unwanted time is given back, and how; without what is taken."""
    for part in unwanted:
        for stretch, policy in reckoning.credits_over(charge, part):
            if policy is not CreditPolicy.NONE:
                yield stretch, policy


def _is_taxed_anew(charge: BilledCharge, left: Sequence[Period], reckoning: Reckoning) -> bool:
    """Whether what is left of a charge ends earlier than before, on a day taxed otherwise.

    What was billed before the time that is looked at is left alone, as is what nobody wants.
    """
    if not left or left[-1].end == charge.covered[-1].end:
        return False
    is_in_view = left[0].start >= reckoning.settled_from
    return is_in_view and not reckoning.is_taxed_alike(charge, left[-1].end - _ONE_DAY)


def _credits(
    charge: BilledCharge,
    stretches: Sequence[tuple[Period, CreditPolicy]],
    reckoning: Reckoning,
) -> Iterator[Credit]:
    """One credit for each stretch that is given back under one policy."""
    left, covered = charge.creditable, charge.covered
    price_left = standing(charge, reckoning.share_of)
    for part, policy in stretches:
        covered = without(covered, [part])
        price = min(_price_of(charge, part, reckoning.share_of), price_left)
        if not covered:
            price = price_left
        is_all = policy is CreditPolicy.FULL or not covered
        amount = left if is_all else min(price, left)
        kept = max(price - amount, Money(0, left.currency))
        withheld = Money(0, left.currency) if charge.kind is LineKind.DEPOSIT else kept
        yield Credit(charge, part, amount, withheld)
        left -= amount
        price_left -= price


def standing(charge: BilledCharge, share_of: ShareOf) -> Money:
    """What is charged for the time that is still paid for, by the price of the charge alone.

    As if no coupon over an amount and no credit by hand had been: those change what is paid, not
    what the time costs.
    """
    currency = charge.amount.currency
    left = _price_of(charge, charge.period, share_of)
    if not charge.covered:
        return Money(0, currency)
    for part in charge.credited_periods:
        left -= min(_price_of(charge, part, share_of), left)
    return left


def standing_within(charge: BilledCharge, period: Period, share_of: ShareOf) -> Money:
    """The part of it for a period: what a change took without credit may reach beyond."""
    outside = without(charge.covered, [period])
    if not outside:
        return standing(charge, share_of)
    inside = without(charge.covered, outside)
    parts = (_price_of(charge, part, share_of) for part in inside)
    return total(parts, charge.amount.currency)


def _price_of(charge: BilledCharge, part: Period, share_of: ShareOf) -> Money:
    ratio = share_of(part, charge.full_period, charge.basis)
    return prorated(charge.full_minor, ratio, charge.amount.currency)


def prorated(full_minor: Decimal, part: Fraction, currency: str) -> Money:
    """The share of a full price, rounded half up once: multiplied first, so thirds stay exact."""
    return round_to_minor(full_minor * part.numerator / part.denominator, currency)


def _terms(charge: BilledCharge) -> tuple[object, ...]:
    """As `DesiredFee.terms`."""
    cost = charge.full_period, charge.full_minor, charge.price_basis
    return charge.item, cost, charge.supply, charge.tax_category
