"""API Gateway, in process: find the route, put the token's claims in, call the function."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from umlauf_http.application import Application


@dataclass(frozen=True)
class Reply:
    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The problem's code; fails where the answer is no problem."""
        assert self.headers["Content-Type"] == "application/problem+json", self.text
        return str(self.json["code"])


@dataclass
class Gateway:
    """Several applications behind one address. `claims` stands for the bearer token's."""

    apps: tuple[Application, ...]
    claims: Mapping[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    requests: int = 0

    def as_(self, claims: Mapping[str, Any] | None) -> "Gateway":
        return Gateway(self.apps, claims, self.headers)

    def get(self, path: str, **headers: str) -> Reply:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> Reply:
        if key is not None:
            headers["Idempotency-Key"] = key
        return self.send("POST", path, body, headers)

    def put(self, path: str, body: Any, **headers: str) -> Reply:
        return self.send("PUT", path, body, headers)

    def patch(self, path: str, body: Any, **headers: str) -> Reply:
        return self.send("PATCH", path, body, headers)

    def send(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """`body`: text and bytes as they are, else as JSON. In header names `_` means `-`."""
        parts = urlsplit(path)
        app, resource, path_parameters = self._find(method, parts.path)
        self.requests += 1
        raw = body if isinstance(body, bytes) else None
        if raw is None and body is not None:
            raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        event = {
            "resource": resource,
            "path": parts.path,
            "httpMethod": method,
            "headers": {"Content-Type": "application/json", **self.headers, **named},
            "multiValueHeaders": {},
            "queryStringParameters": None,
            "multiValueQueryStringParameters": parse_qs(parts.query, keep_blank_values=True)
            or None,
            "pathParameters": path_parameters or None,
            "stageVariables": None,
            "body": None if raw is None else b64encode(raw).decode(),
            "isBase64Encoded": raw is not None,
            "requestContext": {
                "resourcePath": resource,
                "httpMethod": method,
                "requestId": f"request-{self.requests}",
                **({"authorizer": {"claims": dict(self.claims)}} if self.claims else {}),
            },
        }
        answer = app(event, None)
        return Reply(answer["statusCode"], answer["body"], answer["headers"])

    def _find(self, method: str, path: str) -> tuple[Application, str, dict[str, str]]:
        """Literal segments win over parameters, as in API Gateway."""
        found = [
            (resource.count("{"), app, resource, match)
            for app in self.apps
            for resource in app.routes
            if (match := _pattern(resource).fullmatch(path))
        ]
        if not found:
            return self.apps[0], path, {}
        fewest = min(count for count, *_ in found)
        best = [(app, resource, match) for count, app, resource, match in found if count == fewest]
        app, resource, match = next(
            (entry for entry in best if method in entry[0].routes[entry[1]]), best[0]
        )
        return app, resource, {name: unquote(value) for name, value in match.groupdict().items()}


def _pattern(resource: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(resource)))


def customer_claims(customer_id: str, pool_id: str = "eu-central-1_customers") -> dict[str, str]:
    return _claims(customer_id, pool_id)


def staff_claims(
    *groups: str, name: str = "staff-1", pool_id: str = "eu-central-1_staff"
) -> dict[str, str]:
    return {**_claims(name, pool_id), "cognito:groups": ",".join(groups)}


def _claims(name: str, pool_id: str) -> dict[str, str]:
    return {
        "sub": name,
        "cognito:username": name,
        "token_use": "id",
        "iss": f"https://cognito-idp.eu-central-1.amazonaws.com/{pool_id}",
    }
