"""The dated VAT rates. Data: an entry is added, never edited; a gap refuses to bill.

Sources: UStG section 12 and section 28 (the half year of 2020), Wet op de omzetbelasting 1968
article 9.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from umlauf.catalog.model import TaxCategory


@dataclass(frozen=True, slots=True)
class DatedRate:
    """`rate` per cent from `starts_on` until the next entry of the same country and category."""

    country: str
    category: TaxCategory
    starts_on: date
    rate: Decimal


DATED_RATES: Final = (
    DatedRate("DE", TaxCategory.STANDARD, date(2007, 1, 1), Decimal(19)),
    DatedRate("DE", TaxCategory.STANDARD, date(2020, 7, 1), Decimal(16)),
    DatedRate("DE", TaxCategory.STANDARD, date(2021, 1, 1), Decimal(19)),
    DatedRate("DE", TaxCategory.REDUCED, date(2007, 1, 1), Decimal(7)),
    DatedRate("DE", TaxCategory.REDUCED, date(2020, 7, 1), Decimal(5)),
    DatedRate("DE", TaxCategory.REDUCED, date(2021, 1, 1), Decimal(7)),
    DatedRate("NL", TaxCategory.STANDARD, date(2012, 10, 1), Decimal(21)),
    DatedRate("NL", TaxCategory.REDUCED, date(2019, 1, 1), Decimal(9)),
)
