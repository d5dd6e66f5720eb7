"""What the service says of itself."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import Out

routes = Routes(__name__, Access.PUBLIC)


class HealthOut(Out):
    status: str


@endpoint(routes, "/v1/health")
def check_health() -> HealthOut:
    """Say that the API answers."""
    return HealthOut(status="ok")


@endpoint(routes, "/v1/openapi.json")
def get_openapi() -> dict[str, Any]:
    """Give this description of the API."""
    return _document()


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("openapi.json").read_text())
    return found
