"""The dated VAT rates, and in which countries there is VAT at all.

Data: an entry is added, never edited; what is not here refuses to bill. A rate that was abolished
ends with an entry of `None`, so that it cannot be charged afterwards by mistake. Each table begins
with the rate in force on the day it begins, not with the first rate there ever was: an older day is
a gap, and refused.

Sources, each with the changes that fall into the table:

- DE: UStG section 12 (19 and 7 since 2007), section 28 (1) to (3) for the half year of 2020, and
  section 12 (3) for the zero rate since 2023.
- NL: Wet op de omzetbelasting 1968 article 9; 21 since 2012-10-01, 9 since 2019-01-01; the zero
  rate is table II of the same act.
- AT: UStG 1994 section 10 (1) 20, (2) 10, (3) 13 since 2016. The 5 % of July 2020 to December 2021
  (section 28 (52)) and the rate on basic food since July 2026 are for supplies that nobody rents
  out; who sells them adds an entry.
- FR: Code général des impôts articles 278 (20), 278 bis to 279 (10 and 5.5) and 281 quater (2.1,
  with the articles around it); 20 and 10 since 2014, before that 19.6 and 7.
- BE: Arrêté royal no. 20 of 1970-07-20 article 1: 21, 12 and 6 since 1996.

Which category a supply falls into is the plan's statement. The names order a country's rates:
`standard`, below it `intermediate` where there is a third one (AT 13, FR 10, BE 12), `reduced`, and
`super_reduced` (FR 2.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from umlauf.catalog.model import TaxCategory


@dataclass(frozen=True, slots=True)
class DatedRate:
    """`rate` per cent from `starts_on` until the next entry of the same country and category."""

    country: str
    category: TaxCategory
    starts_on: date
    rate: Decimal | None


class VatArea(StrEnum):
    """Which rules apply between a seller in the EU and this country."""

    EU = "eu"
    THIRD_COUNTRY = "third_country"
    """Has a tax of its own, which a seller elsewhere does not charge."""
    NO_VAT = "no_vat"
    """Has no VAT: what is supplied there is not subject to it. Stated, never inferred."""


_STANDARD: Final = TaxCategory.STANDARD
_INTERMEDIATE: Final = TaxCategory.INTERMEDIATE
_REDUCED: Final = TaxCategory.REDUCED

DATED_RATES: Final = (
    DatedRate("DE", _STANDARD, date(2007, 1, 1), Decimal(19)),
    DatedRate("DE", _STANDARD, date(2020, 7, 1), Decimal(16)),
    DatedRate("DE", _STANDARD, date(2021, 1, 1), Decimal(19)),
    DatedRate("DE", _REDUCED, date(2007, 1, 1), Decimal(7)),
    DatedRate("DE", _REDUCED, date(2020, 7, 1), Decimal(5)),
    DatedRate("DE", _REDUCED, date(2021, 1, 1), Decimal(7)),
    DatedRate("DE", TaxCategory.ZERO, date(2023, 1, 1), Decimal(0)),
    DatedRate("NL", _STANDARD, date(2001, 1, 1), Decimal(19)),
    DatedRate("NL", _STANDARD, date(2012, 10, 1), Decimal(21)),
    DatedRate("NL", _REDUCED, date(2001, 1, 1), Decimal(6)),
    DatedRate("NL", _REDUCED, date(2019, 1, 1), Decimal(9)),
    DatedRate("NL", TaxCategory.ZERO, date(2001, 1, 1), Decimal(0)),
    DatedRate("AT", _STANDARD, date(1995, 1, 1), Decimal(20)),
    DatedRate("AT", _INTERMEDIATE, date(2016, 1, 1), Decimal(13)),
    DatedRate("AT", _REDUCED, date(1995, 1, 1), Decimal(10)),
    DatedRate("FR", _STANDARD, date(2000, 4, 1), Decimal("19.6")),
    DatedRate("FR", _STANDARD, date(2014, 1, 1), Decimal(20)),
    DatedRate("FR", _INTERMEDIATE, date(2012, 1, 1), Decimal(7)),
    DatedRate("FR", _INTERMEDIATE, date(2014, 1, 1), Decimal(10)),
    DatedRate("FR", _REDUCED, date(2000, 4, 1), Decimal("5.5")),
    DatedRate("FR", TaxCategory.SUPER_REDUCED, date(2000, 4, 1), Decimal("2.1")),
    DatedRate("BE", _STANDARD, date(1996, 1, 1), Decimal(21)),
    DatedRate("BE", _INTERMEDIATE, date(1996, 1, 1), Decimal(12)),
    DatedRate("BE", _REDUCED, date(1996, 1, 1), Decimal(6)),
)

EU_MEMBERS: Final = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
"""Since 2020-02-01. Northern Ireland (XI) counts for goods alone and is not told apart here."""

VAT_AREAS: Final[Mapping[str, VatArea]] = {
    **dict.fromkeys(EU_MEMBERS, VatArea.EU),
    "CH": VatArea.THIRD_COUNTRY,
    "GB": VatArea.THIRD_COUNTRY,
    "NO": VatArea.THIRD_COUNTRY,
    "US": VatArea.NO_VAT,
}
"""Every country that may appear on a document; one that is not here refuses to bill."""
