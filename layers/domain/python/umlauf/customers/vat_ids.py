"""What the register says of a VAT id, and what it means if it says nothing."""

from dataclasses import replace
from datetime import datetime

from umlauf.customers.billing_details import CheckedVatId
from umlauf.customers.errors import VatIdNotRegistered, VatRegisterUnavailable
from umlauf.customers.ports import VatIdChecks


def look_up(vat_id: CheckedVatId, checks: VatIdChecks, now: datetime) -> CheckedVatId:
    """Ask the register. While it is away the id is kept, unchecked, and does not count.

    Raises VatIdNotRegistered, which the customer can put right.
    """
    try:
        is_registered = checks.is_registered(vat_id.number)
    except VatRegisterUnavailable:
        return vat_id
    if not is_registered:
        raise VatIdNotRegistered(
            f"the register of {vat_id.country} does not know {vat_id.number}; correct it, or "
            "leave it out",
            field="vat_id",
        )
    return replace(vat_id, checked_at=now, is_valid=True)


def look_up_again(vat_id: CheckedVatId, checks: VatIdChecks, now: datetime) -> CheckedVatId:
    """Ask the register about an id on record: one that it no longer knows stops counting.

    Raises VatRegisterUnavailable.
    """
    return replace(vat_id, checked_at=now, is_valid=checks.is_registered(vat_id.number))
