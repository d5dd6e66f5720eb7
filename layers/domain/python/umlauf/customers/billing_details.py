"""What invoices say of a customer: address, company, VAT id, and where they lived before.

The country of the address is the customer's country, which decides whose tax applies. So a move is
dated: a period that ended before it is taxed where the customer lived then.
"""

from dataclasses import dataclass
from datetime import date, datetime
from re import Pattern
from re import compile as pattern
from typing import Final

from umlauf.customers.errors import BadBillingDetails

_LONGEST_LINE: Final = 120
_POSTAL_CODES: Final[dict[str, Pattern[str]]] = {
    "AT": pattern(r"[1-9][0-9]{3}"),
    "BE": pattern(r"[1-9][0-9]{3}"),
    "CH": pattern(r"[1-9][0-9]{3}"),
    "DE": pattern(r"[0-9]{5}"),
    "FR": pattern(r"[0-9]{5}"),
    "NL": pattern(r"[1-9][0-9]{3} ?[A-Z]{2}"),
    "US": pattern(r"[0-9]{5}(-[0-9]{4})?"),
}
_VAT_NUMBER: Final = pattern(r"[A-Z]{2}[0-9A-Z+*]{2,12}")
_VAT_PREFIXES: Final = {"EL": "GR"}
"""Where the prefix of a VAT id is not the country's ISO code."""


@dataclass(frozen=True, slots=True)
class PostalAddress:
    street: str
    postal_code: str
    city: str
    country: str
    extra: str | None = None
    """A second line: the floor, care of whom."""

    def __post_init__(self) -> None:
        for name in ("street", "city", "extra"):
            line = getattr(self, name)
            if line is not None and (
                not line.strip() or len(line) > _LONGEST_LINE or not line.isprintable()
            ):
                raise BadBillingDetails(
                    f"{name} must be 1 to {_LONGEST_LINE} printable characters",
                    field=f"address.{name}",
                )
        shape = _POSTAL_CODES.get(self.country)
        if shape is None:
            raise BadBillingDetails(
                f"we send no invoices to {self.country!r} yet; use one of "
                f"{', '.join(_POSTAL_CODES)}",
                field="address.country",
            )
        if not shape.fullmatch(self.postal_code):
            raise BadBillingDetails(
                f"{self.postal_code!r} is no postal code of {self.country}; correct it",
                field="address.postal_code",
            )


@dataclass(frozen=True, slots=True)
class CheckedVatId:
    """A VAT id, and what its country's register said of it.

    `checked_at` is None while the register could not be asked; until it can, the id does not count.
    """

    number: str
    country: str
    checked_at: datetime | None
    is_valid: bool

    def __post_init__(self) -> None:
        if not _VAT_NUMBER.fullmatch(self.number) or country_of_vat_id(self.number) != self.country:
            raise BadBillingDetails(
                f"{self.number!r} is no VAT id of {self.country}; it begins with the country",
                field="vat_id",
            )


@dataclass(frozen=True, slots=True)
class FormerHome:
    """Where a customer lived before `until`, the day they moved."""

    until: date
    country: str
    vat_id: CheckedVatId | None = None

    @property
    def valid_vat_id(self) -> str | None:
        return valid_number(self.vat_id)


@dataclass(frozen=True, slots=True)
class BillingDetails:
    """What is None was never said: such an invoice shows name, e-mail and country alone."""

    company_name: str | None = None
    address: PostalAddress | None = None
    vat_id: CheckedVatId | None = None
    invoice_email: str | None = None
    wants_consolidated_invoices: bool = False

    def __post_init__(self) -> None:
        name = self.company_name
        if name is not None and (
            not name.strip() or len(name) > _LONGEST_LINE or not name.isprintable()
        ):
            raise BadBillingDetails(
                f"company_name must be 1 to {_LONGEST_LINE} printable characters",
                field="company_name",
            )

    @property
    def valid_vat_id(self) -> str | None:
        return valid_number(self.vat_id)


def valid_number(vat_id: CheckedVatId | None) -> str | None:
    """The number, if the register knew it when it was last asked."""
    return vat_id.number if vat_id is not None and vat_id.is_valid else None


def country_of_vat_id(number: str) -> str:
    """The country a VAT id belongs to, by its first two letters (EL is Greece)."""
    return _VAT_PREFIXES.get(number[:2], number[:2])
