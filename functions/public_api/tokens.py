"""Logging in with a password."""

from pydantic import Field

from umlauf_adapters.customers.cognito_accounts import CognitoAccounts, WrongCredentials
from umlauf_http.commands import Idempotency
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.problems import Refusal
from umlauf_http.wire import Email, In, Out, ShortText
from wiring import CUSTOMERS, customer_accounts, staff_accounts

routes = Routes(__name__, Access.PUBLIC)


class LogInIn(In):
    email: Email
    password: str = Field(min_length=1, max_length=256)


class StaffLogInIn(In):
    username: ShortText
    password: str = Field(min_length=1, max_length=256)


class TokensOut(Out):
    """Send `id_token` as `Authorization: Bearer <id_token>`."""

    token_type: str
    id_token: str
    refresh_token: str | None
    expires_in_seconds: int


@endpoint(
    routes,
    "/v1/tokens",
    method="POST",
    errors=(401,),
    idempotency=Idempotency.NONE,
)
def log_in(body: LogInIn) -> TokensOut:
    """Log in as a customer."""
    owner = CUSTOMERS.owner_of_email(body.email)
    # An unknown address is asked for too, so that it takes as long and is answered the same.
    name = body.email if owner is None else owner.customer_id
    return _tokens(customer_accounts(), name, body.password)


@endpoint(
    routes,
    "/v1/staff-tokens",
    method="POST",
    errors=(401,),
    idempotency=Idempotency.NONE,
)
def log_in_as_staff(body: StaffLogInIn) -> TokensOut:
    """Log in as a member of staff."""
    return _tokens(staff_accounts(), body.username, body.password)


def _tokens(accounts: CognitoAccounts, name: str, password: str) -> TokensOut:
    try:
        found = accounts.log_in(name, password)
    except WrongCredentials:
        raise Refusal(
            401, "request.wrong_credentials", "the name or the password is wrong"
        ) from None
    return TokensOut(
        token_type="Bearer",  # noqa: S106 - RFC 6750's name for how it is sent
        id_token=found.id_token,
        refresh_token=found.refresh_token,
        expires_in_seconds=found.expires_in_seconds,
    )
