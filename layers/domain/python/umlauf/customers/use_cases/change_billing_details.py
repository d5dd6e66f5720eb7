"""Change what invoices say of a customer, and where they live."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from umlauf.customers import events
from umlauf.customers.billing_details import (
    BillingDetails,
    CheckedVatId,
    FormerHome,
    PostalAddress,
    country_of_vat_id,
)
from umlauf.customers.errors import BadMove, ProfileChanged
from umlauf.customers.model import Customer, normalize_email
from umlauf.customers.ports import Customers, VatIdChecks
from umlauf.customers.vat_ids import look_up
from umlauf.kernel.calendar import local_date
from umlauf.kernel.events import Event
from umlauf.kernel.work import Work

CUSTOMERS_GRACE: Final = timedelta(days=31)
"""How far back customers may date their own move; an older one is for staff, who see what was
billed since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingDetailsChange:
    """All details as they shall be; what is None is unknown from now on.

    `moved_on` is the first day in another country. `is_business` is for staff: None leaves it.
    """

    customer_id: str
    company_name: str | None = None
    address: PostalAddress | None = None
    vat_number: str | None = None
    invoice_email: str | None = None
    wants_consolidated_invoices: bool = False
    moved_on: date | None = None
    is_business: bool | None = None
    by_staff: bool = False
    expected_version: int | None = None


def change_billing_details(
    command: BillingDetailsChange, *, work: Work, customers: Customers, checks: VatIdChecks
) -> Customer:
    """Replace the billing details; an address in another country is a move.

    What was billed stays as it was billed: a move that reaches back into billed periods is
    corrected by credit notes, by people. Raises UnknownCustomer, ProfileChanged, BadBillingDetails,
    BadMove, BadProfile, VatIdNotRegistered.
    """
    customer = customers.get(command.customer_id)
    if command.expected_version not in (None, customer.version):
        raise ProfileChanged("the profile was changed meanwhile; load it again")
    moved = _moved(customer, command, local_date(work.now, customer.time_zone))
    email = command.invoice_email
    changed = replace(
        moved,
        is_business=moved.is_business if command.is_business is None else command.is_business,
        billing=BillingDetails(
            company_name=command.company_name,
            address=command.address,
            vat_id=_vat_id(command.vat_number, moved, work, checks),
            invoice_email=None if email is None else normalize_email(email),
            wants_consolidated_invoices=command.wants_consolidated_invoices,
        ),
    )
    if changed != customer:
        work.put(changed, *_told(customer, changed))
    return changed


def _moved(customer: Customer, command: BillingDetailsChange, today: date) -> Customer:
    """The customer at the new home, without the details of the old one."""
    country = command.address.country if command.address else customer.country
    if country == customer.country:
        if command.moved_on is not None:
            raise BadMove(
                "moved_on is for a move to another country; leave it out", field="moved_on"
            )
        return customer
    if command.moved_on is None:
        raise BadMove(
            f"moved_on must say since when the customer lives in {country}", field="moved_on"
        )
    _require_possible(command.moved_on, customer, command, today)
    left = FormerHome(command.moved_on, customer.country, customer.billing.vat_id)
    return replace(
        customer,
        country=country,
        billing=BillingDetails(),
        former_homes=(*customer.former_homes, left),
    )


def _require_possible(
    moved_on: date, customer: Customer, command: BillingDetailsChange, today: date
) -> None:
    if moved_on > today:
        raise BadMove(
            f"{moved_on} is yet to come; say it when the customer has moved", field="moved_on"
        )
    last = customer.former_homes[-1].until if customer.former_homes else date.min
    if moved_on <= last:
        raise BadMove(f"the customer moved on {last} already; give a later day", field="moved_on")
    if not command.by_staff and moved_on < today - CUSTOMERS_GRACE:
        raise BadMove(
            f"a move before {today - CUSTOMERS_GRACE} may touch invoices; ask customer service "
            "to enter it",
            field="moved_on",
        )


def _vat_id(
    number: str | None, customer: Customer, work: Work, checks: VatIdChecks
) -> CheckedVatId | None:
    """The id with the register's word on it; one that is known to be valid is not asked again."""
    if number is None:
        return None
    known = customer.billing.vat_id
    if known is not None and known.number == number and known.is_valid:
        return known
    unchecked = CheckedVatId(number, country_of_vat_id(number), None, is_valid=False)
    return look_up(unchecked, checks, work.now)


def _told(before: Customer, after: Customer) -> tuple[Event, ...]:
    changed = events.BillingDetailsChanged(
        after.id,
        has_valid_vat_id=after.billing.valid_vat_id is not None,
        wants_consolidated_invoices=after.billing.wants_consolidated_invoices,
    )
    if after.country == before.country:
        return (changed,)
    moved_on = after.former_homes[-1].until
    return (
        events.CustomerMoved(after.id, before.country, after.country, moved_on),
        changed,
    )
