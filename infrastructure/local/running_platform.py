"""The running platform over HTTP on loopback: its control API, and its API as a staff member."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx

LOGINS: Final = Path(".umlauf/logins.json")

Json = Any


class NotRunning(Exception):
    """There is no platform to talk to, or it refused; the message says what to do."""


class Refused(NotRunning):
    """The platform answered, and said no: `problem` is its problem+json."""

    def __init__(self, message: str, problem: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.problem = problem


class Platform:
    """The running platform, over HTTP on loopback."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=600)
        self._token: str | None = None

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Json:
        return self._send("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, Any]) -> Json:
        return self._send("POST", path, json=body)

    def as_staff(self, path: str, **query: Any) -> Json:
        """Read from the operator API."""
        return self._send("GET", path, params=query, headers=self._credentials())

    def send_as_staff(self, path: str, body: Mapping[str, Any]) -> Json:
        """Send a command to the operator API, once."""
        headers = {**self._credentials(), "Idempotency-Key": uuid4().hex}
        return self._send("POST", path, json=body, headers=headers)

    def _credentials(self) -> dict[str, str]:
        if self._token is None:
            self._token = self._sign_in()
        return {"Authorization": self._token}

    def _sign_in(self) -> str:
        try:
            login = json.loads(LOGINS.read_text())["staff"]
        except (OSError, ValueError, KeyError):
            raise NotRunning(
                f"no staff login in {LOGINS}; start the platform with make run"
            ) from None
        answer = self._send(
            "POST",
            "/",
            json={
                "AuthFlow": "USER_PASSWORD_AUTH",
                "ClientId": login["client_id"],
                "AuthParameters": {"USERNAME": login["username"], "PASSWORD": login["password"]},
            },
            headers={
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
            },
        )
        return str(answer["AuthenticationResult"]["IdToken"])

    def _send(self, method: str, path: str, **arguments: Any) -> Json:
        try:
            answer = self._http.request(method, path, **arguments)
        except httpx.TransportError:
            raise NotRunning(
                f"no platform answers at {self._http.base_url}; start it with make run, "
                "or set UMLAUF_HTTP_PORT to its port"
            ) from None
        if answer.is_error:
            raise _refused(answer)
        return answer.json()


def _refused(answer: httpx.Response) -> Refused:
    try:
        problem = answer.json()
        said = problem.get("detail") or problem.get("title") or problem.get("message")
        return Refused(str(said), problem)
    except (ValueError, AttributeError):
        return Refused(f"{answer.status_code} from {answer.request.url.path}", {})
