"""The customer's own profile, billing details and consents."""

from typing import Self

from pydantic import Field, model_validator

from umlauf.customers.model import Language, Purpose
from umlauf.customers.use_cases.change_billing_details import (
    BillingDetailsChange,
    change_billing_details,
)
from umlauf.customers.use_cases.change_consent import change_consent
from umlauf.customers.use_cases.change_profile import ProfileChange, change_profile
from umlauf.kernel.errors import NotFound
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.billing_details import BillingDetailsIn, BillingDetailsOut
from umlauf_http.representations.customers import CustomerOut
from umlauf_http.wire import In, ShortText
from wiring import CUSTOMERS, vat_id_checks

routes = Routes(__name__, Access.CUSTOMER)


class ProfileIn(In):
    """What is left out stays as it is."""

    name: ShortText | None = None
    language: Language | None = None
    time_zone: ShortText | None = Field(None, description="for future orders; an IANA name")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give at least one field to change")
        return self


class ConsentIn(In):
    is_given: bool


@endpoint(routes, "/v1/me", errors=(404,))
def get_me(call: Call) -> CustomerOut:
    """Show the caller's profile."""
    customer = CUSTOMERS.get(call.customer_id)
    call.show_version(customer.version)
    return CustomerOut.of(customer)


@endpoint(routes, "/v1/me", method="PATCH", errors=(404,), needs_match=True)
def change_me(body: ProfileIn, call: Call) -> CustomerOut:
    """Change the profile that was read with this ETag."""
    before = CUSTOMERS.get(call.customer_id)
    call.require_version(before.version)
    change = ProfileChange(
        customer_id=call.customer_id,
        name=body.name,
        language=body.language,
        time_zone=body.time_zone,
        expected_version=before.version,
    )
    changed = change_profile(change, work=call.work, customers=CUSTOMERS)
    call.show_version(before.version if call.work.is_empty else before.version + 1)
    return CustomerOut.of(changed)


@endpoint(routes, "/v1/me/billing-details", errors=(404,))
def get_billing_details(call: Call) -> BillingDetailsOut:
    """Show what invoices say of the caller."""
    customer = CUSTOMERS.get(call.customer_id)
    call.show_version(customer.version)
    return BillingDetailsOut.of(customer)


@endpoint(routes, "/v1/me/billing-details", method="PUT", errors=(404,), needs_match=True)
def put_billing_details(body: BillingDetailsIn, call: Call) -> BillingDetailsOut:
    """Replace the billing details; an address in another country needs the day of the move."""
    before = CUSTOMERS.get(call.customer_id)
    call.require_version(before.version)
    change = BillingDetailsChange(
        customer_id=call.customer_id,
        company_name=body.company_name,
        address=body.postal_address(),
        vat_number=body.vat_id,
        invoice_email=body.invoice_email,
        wants_consolidated_invoices=body.wants_consolidated_invoices,
        moved_on=body.moved_on,
        expected_version=before.version,
    )
    changed = change_billing_details(
        change, work=call.work, customers=CUSTOMERS, checks=vat_id_checks()
    )
    call.show_version(before.version if call.work.is_empty else before.version + 1)
    return BillingDetailsOut.of(changed)


@endpoint(routes, "/v1/me/consents/{purpose}", method="PUT", errors=(409,))
def put_consent(purpose: str, body: ConsentIn, call: Call) -> CustomerOut:
    """Give or withdraw a consent."""
    changed = change_consent(
        call.customer_id,
        _purpose(purpose),
        is_given=body.is_given,
        work=call.work,
        customers=CUSTOMERS,
    )
    return CustomerOut.of(changed)


def _purpose(value: str) -> Purpose:
    try:
        return Purpose(value)
    except ValueError:
        raise NotFound(f"there is no such purpose; use one of {', '.join(Purpose)}") from None
