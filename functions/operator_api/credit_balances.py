"""What customers have to their credit: paid in, paid out, and used for an invoice."""

from typing import Final

from groups import LOOK_UP, RUN
from umlauf.billing.contracts import entity_of as entity_of_contract
from umlauf.billing.errors import UnknownInvoice
from umlauf.billing.terms import entity_for, entity_of
from umlauf.billing.use_cases.apply_credit import apply_credit
from umlauf.billing.use_cases.pay_out_credit import PayOut, pay_out_credit
from umlauf.billing.use_cases.record_prepayment import Prepayment, record_prepayment
from umlauf.kernel.errors import InvalidInput
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.credit_balances import (
    CreditBalanceOut,
    CreditBalancesOut,
    CreditEntriesOut,
    CreditEntryOut,
)
from umlauf_http.representations.invoices import ReceivableOut
from umlauf_http.wire import Day, Identifier, In, PageQuery, PositiveMoneyIn, ShortText
from wiring import CREDIT_BALANCES, CUSTOMERS, INVOICES, SUBSCRIPTIONS, credit_desk

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)

_MOST_CONTRACTS: Final = 50


class PrepaymentIn(In):
    """`reference` names the transfer at the bank; each is recorded once.

    `legal_entity` is the company that got the money: it pays that one's invoices alone. It may be
    left out for a customer whose contracts are all with one.
    """

    amount: PositiveMoneyIn
    reference: ShortText
    received_on: Day
    legal_entity: Identifier | None = None


class PayOutIn(In):
    """`reference` names the transfer at the bank, `legal_entity` the company that paid."""

    amount: PositiveMoneyIn
    reference: ShortText
    paid_on: Day
    legal_entity: Identifier | None = None


class CreditApplicationIn(In):
    """Left out, `amount` is as much as there is and is open."""

    amount: PositiveMoneyIn | None = None


@endpoint(routes, "/v1/operator/customers/{customer_id}/credit-balances")
def list_customers_credit_balances(customer_id: str) -> CreditBalancesOut:
    """List what a customer has to their credit, per legal entity and currency."""
    balances = CREDIT_BALANCES.of_customer(CUSTOMERS.get(customer_id).id)
    return CreditBalancesOut(items=[CreditBalanceOut.of(balance) for balance in balances])


@endpoint(routes, "/v1/operator/credit-balances/{balance_id}/entries")
def list_credit_entries(balance_id: str, query: PageQuery) -> CreditEntriesOut:
    """List the movements of a balance, the newest first."""
    page = CREDIT_BALANCES.entries(balance_id, limit=query.limit, cursor=query.cursor)
    return CreditEntriesOut.of(page, CreditEntryOut.of)


@endpoint(
    routes,
    "/v1/operator/customers/{customer_id}/prepayments",
    method="POST",
    status=201,
    errors=(404,),
    groups=RUN,
)
def record_a_prepayment(customer_id: str, body: PrepaymentIn, call: Call) -> CreditEntryOut:
    """Record money that arrived for no invoice in particular: it pays the next one."""
    order = Prepayment(
        customer_id=customer_id,
        legal_entity=_legal_entity(customer_id, body.legal_entity),
        amount=body.amount.money(),
        reference=body.reference,
        received_on=body.received_on,
    )
    return CreditEntryOut.of(record_prepayment(order, work=call.work, desk=credit_desk()))


@endpoint(
    routes,
    "/v1/operator/customers/{customer_id}/pay-outs",
    method="POST",
    status=201,
    errors=(404,),
    groups=RUN,
)
def pay_out_a_customers_credit(customer_id: str, body: PayOutIn, call: Call) -> CreditEntryOut:
    """Record that credit was transferred back to the customer."""
    order = PayOut(
        customer_id=customer_id,
        legal_entity=_legal_entity(customer_id, body.legal_entity),
        amount=body.amount.money(),
        reference=body.reference,
        paid_on=body.paid_on,
    )
    return CreditEntryOut.of(pay_out_credit(order, work=call.work, desk=credit_desk()))


@endpoint(
    routes,
    "/v1/operator/invoices/{invoice_id}/credit-applications",
    method="POST",
    status=201,
    errors=(404,),
    groups=RUN,
)
def apply_credit_to_an_invoice(
    invoice_id: str, body: CreditApplicationIn, call: Call
) -> ReceivableOut:
    """Let the customer's credit pay an invoice that is open already."""
    invoice = INVOICES.get(invoice_id)
    if invoice is None:
        raise UnknownInvoice(
            f"there is no invoice {invoice_id}; list the customer's invoices to find its id"
        )
    most = None if body.amount is None else body.amount.money()
    return ReceivableOut.of(apply_credit(invoice, most, work=call.work, desk=credit_desk()))


def _legal_entity(customer_id: str, named: str | None) -> str:
    """The entity that is named, or the only one the customer has contracts with.

    Raises UnknownCustomer, NotInvoiceable, and InvalidInput when there are several.
    """
    customer = CUSTOMERS.get(customer_id)
    if named is not None:
        return entity_of(named).id
    page = SUBSCRIPTIONS.list_of_customer(customer.id, limit=_MOST_CONTRACTS)
    entities = {entity_of_contract(one, customer).id for one in page.items}
    if len(entities) > 1:
        names = " and ".join(sorted(entities))
        raise InvalidInput(
            f"{customer.id} has contracts with {names}; name one as legal_entity",
            field="legal_entity",
        )
    return entities.pop() if entities else entity_for(customer.country).id
