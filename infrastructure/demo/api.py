"""The public HTTP API as the demo's people use it.

Signed in, with idempotency keys, answers checked.
"""

from collections.abc import Mapping
from typing import Any, Final

import httpx

Json = Any
_SECONDS: Final = 60


class Refused(Exception):
    """The API answered with a problem."""

    def __init__(self, status: int, problem: Mapping[str, Any], request: str) -> None:
        super().__init__(f"{request}: {status} {problem.get('code')}: {problem.get('detail')}")
        self.status = status
        self.code = str(problem.get("code"))


class Api:
    """Requests as one person, or as nobody.

    Tokens run out with the platform's clock: sign in anew.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        self._http = httpx.Client(base_url=url, timeout=_SECONDS)
        self._token = token

    def signed_in(self, token: str) -> "Api":
        """The same connection for somebody else."""
        twin = Api.__new__(Api)
        twin._http, twin._token = self._http, token  # noqa: SLF001 - it is the same class
        return twin

    def get(self, path: str, **query: Any) -> Json:
        return self._send("GET", path, params=query)

    def post(self, path: str, body: Json, *, key: str | None = None) -> Json:
        """`key` is the Idempotency-Key: the same one repeats the same act."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._send("POST", path, json=body, headers=headers)

    def put(self, path: str, body: Json) -> Json:
        return self._send("PUT", path, json=body)

    def close(self) -> None:
        self._http.close()

    def _send(self, method: str, path: str, **arguments: Any) -> Json:
        headers = dict(arguments.pop("headers", {}))
        if self._token:
            headers["Authorization"] = self._token
        answer = self._http.request(method, path, headers=headers, **arguments)
        if answer.is_error:
            raise Refused(answer.status_code, _problem(answer), f"{method} {path}")
        return answer.json() if answer.content else None


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        problem = answer.json()
    except ValueError:
        return {"detail": answer.text[:200]}
    return problem if isinstance(problem, dict) else {"detail": str(problem)}
