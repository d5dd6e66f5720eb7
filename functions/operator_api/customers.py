"""Customers, looked up, put right for their invoices and, where it must be, blocked."""

from datetime import datetime

from groups import LOOK_UP, RUN
from umlauf.customers.model import BlockEntry
from umlauf.customers.use_cases.block_customer import Block, block_customer
from umlauf.customers.use_cases.change_billing_details import (
    BillingDetailsChange,
    change_billing_details,
)
from umlauf.customers.use_cases.check_vat_id import check_vat_id
from umlauf.customers.use_cases.lift_block import lift_block
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.billing_details import BillingDetailsIn, BillingDetailsOut
from umlauf_http.representations.customers import CustomerOut, CustomersOut
from umlauf_http.wire import Country, In, Instant, Out, PageOut, PageQuery, Text
from wiring import BLOCK_ENTRIES, CUSTOMERS, vat_id_checks

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)


class CustomersQuery(PageQuery):
    country: Country


class StaffBillingDetailsIn(BillingDetailsIn):
    """`is_business` left out stays as it is."""

    is_business: bool | None = None


class BlockIn(In):
    """A block has a reason a person can read, and an end."""

    reason: Text
    expires_at: Instant


class BlockOut(Out):
    id: str
    customer_id: str
    reason: str
    starts_at: datetime
    expires_at: datetime
    lifted_at: datetime | None

    @classmethod
    def of(cls, entry: BlockEntry) -> "BlockOut":
        return cls(
            id=entry.id,
            customer_id=entry.customer_id,
            reason=entry.reason,
            starts_at=entry.starts_at,
            expires_at=entry.expires_at,
            lifted_at=entry.lifted_at,
        )


class BlocksOut(PageOut[BlockOut]):
    """All entries of a customer on the block list, live or not."""


@endpoint(routes, "/v1/operator/customers")
def list_customers(query: CustomersQuery) -> CustomersOut:
    """List a country's customers, the latest to sign up first."""
    page = CUSTOMERS.list_by_country(query.country, limit=query.limit, cursor=query.cursor)
    return CustomersOut.of(page, CustomerOut.of)


@endpoint(routes, "/v1/operator/customers/{customer_id}")
def get_customer(customer_id: str) -> CustomerOut:
    """Show a customer."""
    return CustomerOut.of(CUSTOMERS.get(customer_id))


@endpoint(routes, "/v1/operator/customers/{customer_id}/billing-details")
def get_customer_billing_details(customer_id: str, call: Call) -> BillingDetailsOut:
    """Show what invoices say of a customer, and where they lived."""
    customer = CUSTOMERS.get(customer_id)
    call.show_version(customer.version)
    return BillingDetailsOut.of(customer)


@endpoint(
    routes,
    "/v1/operator/customers/{customer_id}/billing-details",
    method="PUT",
    groups=RUN,
    needs_match=True,
)
def put_customer_billing_details(
    customer_id: str, body: StaffBillingDetailsIn, call: Call
) -> BillingDetailsOut:
    """Replace a customer's billing details; a move may lie further back than they may say."""
    before = CUSTOMERS.get(customer_id)
    call.require_version(before.version)
    change = BillingDetailsChange(
        customer_id=customer_id,
        company_name=body.company_name,
        address=body.postal_address(),
        vat_number=body.vat_id,
        invoice_email=body.invoice_email,
        wants_consolidated_invoices=body.wants_consolidated_invoices,
        moved_on=body.moved_on,
        is_business=body.is_business,
        by_staff=True,
        expected_version=before.version,
    )
    changed = change_billing_details(
        change, work=call.work, customers=CUSTOMERS, checks=vat_id_checks()
    )
    call.show_version(before.version if call.work.is_empty else before.version + 1)
    return BillingDetailsOut.of(changed)


@endpoint(
    routes,
    "/v1/operator/customers/{customer_id}/vat-id-checks",
    method="POST",
    groups=RUN,
)
def check_customer_vat_id(customer_id: str, call: Call) -> BillingDetailsOut:
    """Ask the register about the VAT id on record now."""
    return BillingDetailsOut.of(
        check_vat_id(customer_id, work=call.work, customers=CUSTOMERS, checks=vat_id_checks())
    )


@endpoint(
    routes,
    "/v1/operator/customers/{customer_id}/blocks",
    method="POST",
    status=201,
    groups=RUN,
)
def block(customer_id: str, body: BlockIn, call: Call) -> BlockOut:
    """Refuse the customer's new orders until the block expires or is lifted."""
    command = Block(
        command_key=call.command_id,
        customer_id=customer_id,
        reason=body.reason,
        entered_by=call.identity.principal,
        expires_at=body.expires_at,
    )
    return BlockOut.of(block_customer(command, work=call.work, customers=CUSTOMERS))


@endpoint(routes, "/v1/operator/customers/{customer_id}/blocks")
def list_blocks(customer_id: str) -> BlocksOut:
    """List the customer's entries on the block list."""
    entries = BLOCK_ENTRIES.of_customer(CUSTOMERS.get(customer_id).id)
    return BlocksOut(items=[BlockOut.of(entry) for entry in entries], next_cursor=None)


@endpoint(
    routes,
    "/v1/operator/customers/{customer_id}/blocks/{block_id}/lifting",
    method="POST",
    groups=RUN,
)
def lift(customer_id: str, block_id: str, call: Call) -> BlockOut:
    """Lift a block; one that ended already is left as it is."""
    return BlockOut.of(
        lift_block(customer_id, block_id, work=call.work, block_entries=BLOCK_ENTRIES)
    )
