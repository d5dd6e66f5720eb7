"""The public HTTP API as the demo's people use it.

Signed in, with idempotency keys, answers checked.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx

Json = Any
_SECONDS: Final = 60
_TRIES: Final = 5


class Refused(Exception):
    """The API answered with a problem."""

    def __init__(self, status: int, problem: Mapping[str, Any], request: str) -> None:
        super().__init__(f"{request}: {status} {problem.get('code')}: {problem.get('detail')}")
        self.status = status
        self.code = str(problem.get("code"))


class Api:
    """Requests as one person, or as nobody.

    `sign_in` gives a token. Tokens run out with the platform's clock: a refused one is renewed.
    """

    def __init__(self, http: httpx.Client, sign_in: Callable[[], str] | None = None) -> None:
        self._http, self._sign_in = http, sign_in
        self._token: str | None = None

    def get(self, path: str, **query: Any) -> Json:
        return self._send("GET", path, params=query)

    def post(self, path: str, body: Json, *, key: str | None = None) -> Json:
        """`key` is the Idempotency-Key: the same one repeats the same act."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._send("POST", path, json=body, headers=headers)

    def replace(self, path: str, body: Json) -> Json:
        """Put a new one in place of the one that is there now."""
        version = self._answer("GET", path).headers["ETag"]
        return self._send("PUT", path, json=body, headers={"If-Match": version})

    def _send(self, method: str, path: str, **arguments: Any) -> Json:
        answer = self._answer(method, path, **arguments)
        return answer.json() if answer.content else None

    def _answer(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        answer = self._request(method, path, **arguments)
        if answer.status_code == httpx.codes.UNAUTHORIZED and self._sign_in and self._token:
            self._token = None
            answer = self._request(method, path, **arguments)
        if answer.is_error:
            raise Refused(answer.status_code, _problem(answer), f"{method} {path}")
        return answer

    def _request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        headers = dict(arguments.pop("headers", {}))
        if self._sign_in and self._token is None:
            self._token = self._sign_in()
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return self._http.request(method, path, headers=headers, **arguments)


class _Patient(httpx.HTTPTransport):
    """Waits and asks again when the API says that it is asked too much."""

    def __init__(self, wait: Callable[[], None]) -> None:
        super().__init__()
        self._wait = wait

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        for _ in range(_TRIES):
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            answer.close()
            self._wait()
            answer = super().handle_request(request)
        return answer


def connect(
    url: str,
    *,
    before_each: Callable[[], object] = lambda: None,
    wait: Callable[[], None] = lambda: None,
) -> httpx.Client:
    """One connection for everybody.

    `before_each` is called before every request; `wait` lets some of the platform's time pass.
    """
    hooks = {"request": [lambda _: before_each()]}
    return httpx.Client(base_url=url, timeout=_SECONDS, event_hooks=hooks, transport=_Patient(wait))


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        problem = answer.json()
    except ValueError:
        return {"detail": answer.text[:200]}
    return problem if isinstance(problem, dict) else {"detail": str(problem)}
