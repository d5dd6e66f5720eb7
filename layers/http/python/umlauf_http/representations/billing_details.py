"""Billing details on the wire. A VAT id's check digits are verified before anything else is."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from umlauf.customers.billing_details import CheckedVatId, FormerHome, PostalAddress
from umlauf.customers.model import Customer
from umlauf_http.wire import Country, Day, Email, In, Out, ShortText


def _checked_digits(number: str) -> str:
    """The id as it is printed, without blanks. VIES is asked later: digits alone prove little."""
    try:
        return str(vat.validate(number))
    except ValidationError:
        raise ValueError(
            "is no VAT id of an EU country: check its digits, and that it begins with the country"
        ) from None


VatNumber = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z]{2}[0-9A-Za-z+*. -]{2,18}$", max_length=20),
    AfterValidator(_checked_digits),
]
PostalCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z][0-9A-Z -]{2,9}$", max_length=10)]


class AddressIn(In):
    street: ShortText
    extra: ShortText | None = None
    postal_code: PostalCode
    city: ShortText
    country: Country

    def address(self) -> PostalAddress:
        """Raises BadBillingDetails."""
        return PostalAddress(
            street=self.street,
            postal_code=self.postal_code,
            city=self.city,
            country=self.country,
            extra=self.extra,
        )


class AddressOut(Out):
    street: str
    extra: str | None
    postal_code: str
    city: str
    country: str

    @classmethod
    def of(cls, address: PostalAddress) -> "AddressOut":
        return cls(
            street=address.street,
            extra=address.extra,
            postal_code=address.postal_code,
            city=address.city,
            country=address.country,
        )


class VatIdOut(Out):
    """`checked_at` is null while the register could not be asked; until then the id is not used."""

    number: str
    country: str
    checked_at: datetime | None
    is_valid: bool

    @classmethod
    def of(cls, vat_id: CheckedVatId) -> "VatIdOut":
        return cls(
            number=vat_id.number,
            country=vat_id.country,
            checked_at=vat_id.checked_at,
            is_valid=vat_id.is_valid,
        )


class FormerHomeOut(Out):
    """`until` is the day of the move: the first one elsewhere."""

    until: date
    country: str

    @classmethod
    def of(cls, home: FormerHome) -> "FormerHomeOut":
        return cls(until=home.until, country=home.country)


class BillingDetailsIn(In):
    """All details as they shall be: what is left out is forgotten."""

    company_name: ShortText | None = None
    address: AddressIn | None = None
    vat_id: VatNumber | None = None
    invoice_email: Email | None = None
    wants_consolidated_invoices: bool = False
    moved_on: Day | None = Field(
        None, description="the first day in another country, if the address lies in one"
    )

    def postal_address(self) -> PostalAddress | None:
        return None if self.address is None else self.address.address()


class BillingDetailsOut(Out):
    country: str
    is_business: bool
    company_name: str | None
    address: AddressOut | None
    vat_id: VatIdOut | None
    invoice_email: str | None
    wants_consolidated_invoices: bool
    former_homes: list[FormerHomeOut]

    @classmethod
    def of(cls, customer: Customer) -> "BillingDetailsOut":
        billing = customer.billing
        return cls(
            country=customer.country,
            is_business=customer.is_business,
            company_name=billing.company_name,
            address=None if billing.address is None else AddressOut.of(billing.address),
            vat_id=None if billing.vat_id is None else VatIdOut.of(billing.vat_id),
            invoice_email=billing.invoice_email,
            wants_consolidated_invoices=billing.wants_consolidated_invoices,
            former_homes=[FormerHomeOut.of(home) for home in customer.former_homes],
        )
