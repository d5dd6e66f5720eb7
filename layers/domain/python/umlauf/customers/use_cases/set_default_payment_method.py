"""Say how a customer pays unless they choose otherwise."""

from dataclasses import replace

from umlauf.customers.events import ProfileChanged
from umlauf.customers.model import Customer
from umlauf.customers.ports import Customers
from umlauf.kernel.work import Work


def set_default_payment_method(
    customer_id: str, payment_method_id: str | None, *, work: Work, customers: Customers
) -> Customer:
    """Remember the method; payments, a row above, knows whether it works. None forgets it."""
    customer = customers.get(customer_id)
    if customer.default_payment_method_id == payment_method_id:
        return customer
    changed = replace(customer, default_payment_method_id=payment_method_id)
    work.put(changed, ProfileChanged(customer_id))
    return changed
