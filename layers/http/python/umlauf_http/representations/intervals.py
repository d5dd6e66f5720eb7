"""Intervals as callers give them."""

from pydantic import Field

from umlauf.catalog.naming import require_interval
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf_http.wire import In


class IntervalIn(In):
    """A number of days, weeks, months or years: `{"unit": "month", "count": 24}`."""

    unit: IntervalUnit
    count: int = Field(1, ge=1, le=3_660)

    def to_interval(self, field: str = "term") -> Interval:
        """Raises BadPlan for one that is longer than ten years."""
        interval = Interval(self.unit, self.count)
        require_interval(interval, field)
        return interval
