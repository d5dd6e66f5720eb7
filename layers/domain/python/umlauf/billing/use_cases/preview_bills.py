"""Show what a subscription will be billed, as it is or as a change would make it."""

from datetime import date, datetime

from umlauf.billing.contracts import account_of, contract_of, entity_of
from umlauf.billing.ports import BillingDesk
from umlauf.billing.previewing import PreviewedBill, preview
from umlauf.kernel.calendar import local_date
from umlauf.subscriptions.model import Subscription


def preview_bills(
    subscription: Subscription, *, as_of: datetime, until: date, desk: BillingDesk
) -> tuple[PreviewedBill, ...]:
    """Every bill from `as_of` through the local day `until`, computed by what will charge it.

    To preview a change, carry it out in a work that nobody commits, and give the subscription it
    put. Raises what billing would.
    """
    customer = desk.customers.get(subscription.customer_id)
    entity = entity_of(subscription, customer)
    return preview(
        account_of(subscription, local_date(as_of, subscription.time_zone), desk),
        contract_of(subscription, customer, entity, desk),
        entity,
        as_of=as_of,
        until=until,
    )
