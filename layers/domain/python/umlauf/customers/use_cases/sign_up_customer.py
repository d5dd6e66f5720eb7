"""Take a new customer on record."""

from dataclasses import dataclass, field

from umlauf.customers.errors import BadProfile, EmailTaken
from umlauf.customers.events import ConsentChanged, CustomerSignedUp
from umlauf.customers.model import (
    COUNTRIES,
    Customer,
    EmailOwner,
    Language,
    Purpose,
    email_owner_id,
    normalize_email,
)
from umlauf.customers.ports import Customers
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """`command_key` names the command: the same one always makes the same customer."""

    command_key: str
    email: str
    name: str
    country: str
    language: Language
    time_zone: str | None = None
    is_business: bool = False
    consents: frozenset[Purpose] = field(default_factory=frozenset)

    @property
    def customer_id(self) -> str:
        return derive_id("cus", self.command_key)


def sign_up_customer(command: SignUp, *, work: Work, customers: Customers) -> Customer:
    """Sign up with one e-mail address each. Only ticked consents are given.

    Repeated, it gives back the customer it made. Raises EmailTaken, BadProfile.
    """
    email = normalize_email(command.email)
    existing = customers.find(command.customer_id)
    if existing is not None and existing.email == email:
        return existing
    if existing is not None or customers.owner_of_email(email) is not None:
        raise EmailTaken("this address has an account already; log in instead", field="email")

    customer = Customer(
        id=command.customer_id,
        email=email,
        name=command.name.strip(),
        country=command.country,
        language=command.language,
        time_zone=command.time_zone or _home_zone(command.country),
        is_business=command.is_business,
        signed_up_at=work.now,
    )
    given = sorted(command.consents)
    for purpose in given:
        customer = customer.with_consent(purpose, is_given=True, at=work.now)
    work.put(
        customer,
        CustomerSignedUp(customer.id, customer.country, customer.language),
        *(ConsentChanged(customer.id, purpose, is_given=True) for purpose in given),
    )
    work.put(EmailOwner(email_owner_id(email), customer.id))
    return customer


def _home_zone(country: str) -> str:
    try:
        return COUNTRIES[country]
    except KeyError:
        raise BadProfile(
            f"we do not sell in {country!r} yet; use one of {', '.join(COUNTRIES)}",
            field="country",
        ) from None
