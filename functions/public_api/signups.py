"""Signing up: a customer record and a login that carries its id."""

from pydantic import Field

from umlauf.customers.model import Language, Purpose
from umlauf.customers.use_cases.sign_up_customer import SignUp, sign_up_customer
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.customers import CustomerOut
from umlauf_http.wire import Country, Email, In, Password, ShortText
from wiring import CUSTOMERS, customer_accounts

routes = Routes(__name__, Access.PUBLIC)


class SignUpIn(In):
    """`consents` are the purposes that were ticked; without one there is none."""

    email: Email
    password: Password
    name: ShortText
    country: Country
    language: Language
    time_zone: ShortText | None = None
    is_business: bool = False
    consents: list[Purpose] = Field([], max_length=len(Purpose))


@endpoint(
    routes,
    "/v1/signups",
    method="POST",
    status=201,
    errors=(409,),
    secret=("password",),
    named_by="email",
)
def sign_up(body: SignUpIn, call: Call) -> CustomerOut:
    """Sign up as a new customer; then ask for a token and order."""
    command = SignUp(
        command_key=call.command_id,
        email=body.email,
        name=body.name,
        country=body.country,
        language=body.language,
        time_zone=body.time_zone,
        is_business=body.is_business,
        consents=frozenset(body.consents),
    )
    customer = sign_up_customer(command, work=call.work, customers=CUSTOMERS)
    if not call.work.is_empty:
        # The login first, for it may be made again: should the commit fail, the same command
        # repairs it. A customer on record has one, and nobody may set its password from here.
        customer_accounts().open(customer.id, customer.email, body.password)
    return CustomerOut.of(customer)
