"""Give or withdraw a consent."""

from umlauf.customers.events import ConsentChanged
from umlauf.customers.model import Customer, Purpose
from umlauf.customers.ports import Customers
from umlauf.kernel.work import Work


def change_consent(
    customer_id: str, purpose: Purpose, *, is_given: bool, work: Work, customers: Customers
) -> Customer:
    """Record the customer's latest word; saying the same again is no new word."""
    customer = customers.get(customer_id)
    if customer.has_consented(purpose) == is_given:
        return customer
    changed = customer.with_consent(purpose, is_given=is_given, at=work.now)
    work.put(changed, ConsentChanged(customer_id, purpose, is_given=is_given))
    return changed
