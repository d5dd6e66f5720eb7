"""Logins in a Cognito user pool. A customer's user name is the customer id, so tokens carry it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, cast

from botocore.exceptions import BotoCoreError, ClientError

from umlauf.customers.errors import EmailTaken
from umlauf.kernel.errors import InvalidInput, Transient
from umlauf_adapters.kernel.aws_clients import client

_BUSY: Final = frozenset(
    {"InternalErrorException", "LimitExceededException", "TooManyRequestsException"}
)
_WRONG: Final = frozenset(
    {
        "InvalidParameterException",
        "NotAuthorizedException",
        "PasswordResetRequiredException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    }
)


class WeakPassword(InvalidInput):
    code = "customers.weak_password"


class WrongCredentials(Exception):
    """The name or the password is wrong; which of the two is not told."""


class LoginUnavailable(Transient):
    code = "customers.login_unavailable"


@dataclass(frozen=True, slots=True)
class Tokens:
    id_token: str
    refresh_token: str | None
    expires_in_seconds: int


class CognitoAccounts:
    """The accounts of one user pool, entered through one of its clients."""

    def __init__(self, pool_id: str, client_id: str) -> None:
        self._pool_id = pool_id
        self._client_id = client_id

    def open(self, customer_id: str, email: str, password: str) -> None:
        """Make the login, or set it anew if it was made already: repeating it is safe.

        Raises EmailTaken, WeakPassword, LoginUnavailable.
        """
        with _answerable():
            try:
                self._create(customer_id, email, password)
            except ClientError as error:
                if _code(error) != "UsernameExistsException":
                    raise
            client("cognito-idp").admin_set_user_password(
                UserPoolId=self._pool_id, Username=customer_id, Password=password, Permanent=True
            )

    def _create(self, customer_id: str, email: str, password: str) -> None:
        client("cognito-idp").admin_create_user(
            UserPoolId=self._pool_id,
            Username=customer_id,
            # Given here already, a weak password is refused before there is a user.
            TemporaryPassword=password,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "true"},
            ],
        )

    def log_in(self, name: str, password: str) -> Tokens:
        """Raises WrongCredentials, LoginUnavailable."""
        with _answerable():
            try:
                answer = client("cognito-idp").initiate_auth(
                    ClientId=self._client_id,
                    AuthFlow="USER_PASSWORD_AUTH",
                    AuthParameters={"USERNAME": name, "PASSWORD": password},
                )
            except ClientError as error:
                if _code(error) in _WRONG:
                    raise WrongCredentials from None
                raise
        return _tokens(answer)


def _tokens(answer: Mapping[str, Any]) -> Tokens:
    result = answer.get("AuthenticationResult")
    if not result:
        # A challenge (a new password, a second factor): not answerable here.
        raise WrongCredentials
    return Tokens(result["IdToken"], result.get("RefreshToken"), result["ExpiresIn"])


@contextmanager
def _answerable() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise _named(error) from error
    except BotoCoreError as error:
        raise LoginUnavailable("logins did not answer; try again") from error


def _named(error: Any) -> Exception:
    code = _code(error)
    if code in _BUSY:
        return LoginUnavailable("logins are busy; try again")
    if code == "AliasExistsException":
        return EmailTaken("this address has an account already; log in instead", field="email")
    if code == "InvalidPasswordException":
        return WeakPassword(
            "use at least 10 characters with a digit, a lower-case and an upper-case letter",
            field="password",
        )
    return cast("Exception", error)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code"))
