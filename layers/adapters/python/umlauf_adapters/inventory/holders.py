"""Who held an asset when, from DynamoDB: one read for the present, one more for the past."""

from collections.abc import Sequence
from datetime import datetime

from umlauf.inventory.model import EndedAssignment
from umlauf_adapters.inventory.assets import DynamoAssets
from umlauf_adapters.inventory.layouts import (
    ASSIGNMENT,
    ENDED_ASSIGNMENTS,
    asset_partition,
    assignment_key,
)


class DynamoHolders:
    """Implements umlauf.inventory.ports.Holders."""

    def __init__(self, assets: DynamoAssets | None = None) -> None:
        self._assets = assets or DynamoAssets()

    def holder_at(self, asset_id: str, instant: datetime) -> str | None:
        # The asset first: an assignment that ends between the two reads is found in the second.
        holder = self._assets.get(asset_id).holder
        if holder is not None and holder.start <= instant:
            return holder.subscription_id
        latest = ENDED_ASSIGNMENTS.page(
            asset_partition(asset_id), up_to=assignment_key(instant), newest_first=True, limit=1
        ).items
        return latest[0].subscription_id if latest and latest[0].contains(instant) else None

    def history(self, asset_id: str) -> Sequence[EndedAssignment]:
        return list(ENDED_ASSIGNMENTS.all(asset_partition(asset_id), prefix=ASSIGNMENT))
