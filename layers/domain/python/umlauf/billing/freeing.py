"""What a cancelled invoice charged, as if it had never been billed: the next bill charges it again.

Time counts as not paid for any more. Usage needs more care, for a stretch is rated as a whole: when
late usage of it stands on another invoice, only this invoice's part of the stretch is not rated any
more, and comes again as a difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from umlauf.billing.charges import BilledCharge
from umlauf.billing.errors import NotCancellable
from umlauf.billing.model import Invoice, InvoiceLine, LineKind
from umlauf.billing.rating import rate_no_more
from umlauf.billing.reconciling import GIVEN_BEFORE
from umlauf.kernel.money import Money, total

_OUTDATED: Final = "cancelled"
"""The fingerprint of no figure, so that the stretch is rated again."""


def freed(
    invoice: Invoice, charges: Mapping[int, BilledCharge], of_stretches: Sequence[BilledCharge]
) -> tuple[BilledCharge, ...]:
    """The charges given back by line number, and those that rate what the invoice billed late.

    `of_stretches` holds at least the charges of the stretches whose late usage is on the invoice.
    Raises NotCancellable where what rates it is not on record.
    """
    after = {one.id: one for one in of_stretches}
    after.update((one.id, one) for one in charges.values())
    touched = dict.fromkeys(charge.id for charge in charges.values())
    for number, charge in charges.items():
        line = invoice.lines[number - 1]
        if charge.kind is LineKind.USAGE_DIFFERENCE:
            rating = _rating(charge, after.values(), invoice)
            after[charge.id] = charge.give_back(charge.amount)
            after[rating.id] = _rated_less(rating, line)
            touched[rating.id] = None
        elif charge.usage is not None and charge.usage.amount != _listed(line):
            after[charge.id] = _rated_less(charge.give_back(charge.amount), line)
        else:
            after[charge.id] = _unpaid(charge, line)
    return tuple(after[charge_id] for charge_id in touched)


def _unpaid(charge: BilledCharge, line: InvoiceLine) -> BilledCharge:
    """Its time is charged again, less what had been given away of it before it was billed."""
    given = charge.give_back(charge.amount, charge.period)
    gifts = [one.amount for one in line.discounts if one.coupon == GIVEN_BEFORE]
    if gifts:
        given = replace(given, withheld=total(gifts, charge.amount.currency))
    late = rate_no_more(given)
    return given if late is None else late.charge


def _rating(
    difference: BilledCharge, known: Iterable[BilledCharge], invoice: Invoice
) -> BilledCharge:
    """The charge that stands for all usage of a difference's stretch."""
    stretch = _stretch(difference)
    for one in known:
        if one.usage is not None and one.covered and _stretch(one) == stretch:
            return one
    raise NotCancellable(
        f"invoice {invoice.number} bills late usage of a stretch that is not on record; cancel "
        "without billing again",
        field="is_billed_again",
    )


def _rated_less(charge: BilledCharge, line: InvoiceLine) -> BilledCharge:
    """Without what a line billed of its stretch; how much was counted is told again by the next."""
    usage = charge.usage
    if usage is None:
        return charge
    left = replace(
        usage,
        counted=usage.counted - line.quantity * usage.meter_units_per_unit,
        amount=usage.amount - _listed(line),
        fingerprint=_OUTDATED,
        corrections=usage.corrections + 1,
    )
    return replace(charge, usage=left)


def _listed(line: InvoiceLine) -> Money:
    """What usage came to before coupons over an amount."""
    return line.amount + total((one.amount for one in line.discounts), line.amount.currency)


def _stretch(charge: BilledCharge) -> tuple[object, ...]:
    return charge.subscription_id, charge.item, charge.period
