"""Whether a customer may order, and whom to ask if not."""

from collections.abc import Iterable
from datetime import datetime

from umlauf.customers.errors import OrderRefused
from umlauf.customers.model import BlockEntry, Customer, CustomerStatus, live_block


def require_may_order(customer: Customer, entries: Iterable[BlockEntry], now: datetime) -> None:
    """Refuse the order of a blocked or erased customer.

    The refusal is automatic, so it always names the way to a person; it does not repeat the reason,
    which is for staff.
    """
    if customer.status is not CustomerStatus.ACTIVE:
        raise OrderRefused("this account was closed; sign up again to order")
    block = live_block(entries, now)
    if block is not None:
        raise OrderRefused(
            "this order was refused automatically; answer the confirmation mail or call customer "
            f"service, quote {block.id}, and a person will look at it again"
        )
