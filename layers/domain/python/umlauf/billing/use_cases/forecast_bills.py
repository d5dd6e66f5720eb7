"""Show the bills of a subscription that lie ahead, as it stands."""

from datetime import date, datetime

from umlauf.billing.forecasting import Forecast, horizon
from umlauf.billing.ports import BillingDesk
from umlauf.billing.use_cases.preview_bills import preview_bills
from umlauf.kernel.calendar import local_date
from umlauf.subscriptions.model import Subscription


def forecast_bills(
    subscription: Subscription, *, as_of: datetime, until: date | None = None, desk: BillingDesk
) -> Forecast:
    """Through the day `until`, or through the next two billing periods; none before it starts.

    Raises what billing would, and InvalidInput for an `until` that has passed or is too far away.
    """
    today = local_date(as_of, subscription.time_zone)
    last = horizon(subscription, until, as_of)
    if subscription.starts_on is None:
        return Forecast(subscription, today, ())
    bills = preview_bills(subscription, as_of=as_of, until=last, desk=desk)
    return Forecast(subscription, today, bills)
