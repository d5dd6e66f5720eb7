"""Who has an asset, as inventory, subscriptions and catalog know it together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from umlauf.catalog.ports import Plans
from umlauf.inventory.ports import Holders as AssetHolders
from umlauf.subscriptions.model import Subscription
from umlauf.usage.model import ChargedBy, Holder
from umlauf.usage.use_cases.record_readings import Allotment
from umlauf.wallets.use_cases.settle_usage import PrepaidUsage


@dataclass(frozen=True)
class Tenants:
    """Implements umlauf.usage.ports.Holders, and reads allotments as the wallet's usage."""

    holders: AssetHolders
    subscription: Callable[[str], Subscription]
    plans: Plans

    def holder_at(self, asset_id: str, instant: datetime) -> Holder | None:
        subscription_id = self.holders.holder_at(asset_id, instant)
        if subscription_id is None:
            return None
        subscription = self.subscription(subscription_id)
        plan = self.plans.get(subscription.plan_id, subscription.plan_version)
        charged_by = ChargedBy.WALLET if plan.prepaid_item else ChargedBy.INVOICE
        return Holder(subscription_id, subscription.time_zone, charged_by)

    def prepaid_usage(self, allotment: Allotment) -> PrepaidUsage | None:
        """What the wallet must know of an allotment; None if it is none of its business."""
        if allotment.bucket.charged_by is not ChargedBy.WALLET:
            return None
        subscription = self.subscription(allotment.bucket.owner_id)
        item = self.plans.get(subscription.plan_id, subscription.plan_version).prepaid_item
        if item is None:
            return None  # it was prepaid when it was used, and the correction comes after a change
        return PrepaidUsage(
            subscription_id=subscription.id,
            customer_id=subscription.customer_id,
            currency=subscription.currency,
            quantity=allotment.used.of(item.meter),
            used_at=allotment.at,
            ends_ride=allotment.ends_ride,
            source_id=allotment.source_id,
        )
