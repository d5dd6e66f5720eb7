"""Who bills, from which number series, and how long customers have to pay.

Data an operator may change.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class LegalEntity:
    """A company that issues invoices. Its books and number series run in its own zone."""

    id: str
    country: str
    time_zone: str
    series_prefix: str
    payment_days: int


UMLAUF: Final = LegalEntity(
    id="umlauf-de",
    country="DE",
    time_zone="Europe/Berlin",
    series_prefix="RE",
    payment_days=14,
)
