"""Customers on the wire."""

from datetime import datetime

from umlauf.customers.model import Consent, Customer
from umlauf_http.wire import Out, PageOut


class ConsentOut(Out):
    purpose: str
    is_given: bool
    changed_at: datetime

    @classmethod
    def of(cls, consent: Consent) -> "ConsentOut":
        return cls(
            purpose=consent.purpose.value,
            is_given=consent.is_given,
            changed_at=consent.changed_at,
        )


class CustomerOut(Out):
    id: str
    email: str
    name: str
    country: str
    language: str
    time_zone: str
    is_business: bool
    status: str
    signed_up_at: datetime
    consents: list[ConsentOut]

    @classmethod
    def of(cls, customer: Customer) -> "CustomerOut":
        return cls(
            id=customer.id,
            email=customer.email,
            name=customer.name,
            country=customer.country,
            language=customer.language.value,
            time_zone=customer.time_zone,
            is_business=customer.is_business,
            status=customer.status.value,
            signed_up_at=customer.signed_up_at,
            consents=[
                ConsentOut.of(consent)
                for consent in sorted(customer.consents, key=lambda each: each.purpose)
            ],
        )


class CustomersOut(PageOut[CustomerOut]):
    """Customers, the latest to sign up first."""
