"""Ask the register about the VAT id on record: one that could not be checked, or long ago."""

from dataclasses import replace

from umlauf.customers.errors import BadBillingDetails
from umlauf.customers.events import BillingDetailsChanged
from umlauf.customers.model import Customer
from umlauf.customers.ports import Customers, VatIdChecks
from umlauf.customers.vat_ids import look_up_again
from umlauf.kernel.work import Work


def check_vat_id(
    customer_id: str, *, work: Work, customers: Customers, checks: VatIdChecks
) -> Customer:
    """Record what the register says now. Raises UnknownCustomer, VatRegisterUnavailable."""
    customer = customers.get(customer_id)
    billing = customer.billing
    if billing.vat_id is None:
        raise BadBillingDetails("there is no VAT id to check; enter one first", field="vat_id")
    checked = replace(billing, vat_id=look_up_again(billing.vat_id, checks, work.now))
    changed = replace(customer, billing=checked)
    told = BillingDetailsChanged(
        customer.id,
        has_valid_vat_id=checked.valid_vat_id is not None,
        wants_consolidated_invoices=checked.wants_consolidated_invoices,
    )
    work.put(changed, told)
    return changed
