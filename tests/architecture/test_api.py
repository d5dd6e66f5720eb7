"""Routes, deployed API body and OpenAPI document are one and the same list."""

import json
import os

import pytest

from tests.architecture.template import read_template, referenced
from tests.architecture.tree import ROOT
from umlauf_http.openapi import FUNCTIONS, generated, load_application

Route = tuple[str, str]


@pytest.fixture(scope="module", autouse=True)
def _function_environment() -> None:
    os.environ.setdefault("TABLE_PREFIX", "umlauf-test")


def chalice_routes(folder: str) -> set[Route]:
    """What Chalice itself will answer to, read from its own table."""
    table = load_application(ROOT / "functions" / folder).routes
    return {(path, method) for path, methods in table.items() for method in methods}


def deployed_routes() -> dict[Route, set[str]]:
    """What the gateway lets through, with the functions each integration mentions."""
    (_, api), *others = read_template(ROOT / "template.yaml").resources("AWS::ApiGateway::RestApi")
    assert not others
    return {
        (path, method.upper()): referenced(operation["x-amazon-apigateway-integration"])
        for path, methods in api["Properties"]["Body"]["paths"].items()
        for method, operation in methods.items()
        if method.lower() not in {"options", "parameters"}
    }


@pytest.mark.parametrize("folder", FUNCTIONS)
def test_a_route_is_deployed_in_front_of_the_function_that_answers_it(folder: str) -> None:
    mine = {
        route
        for route, mentioned in deployed_routes().items()
        if any(name.startswith(FUNCTIONS[folder]) for name in mentioned)
    }
    assert mine == chalice_routes(folder)
    assert mine


def test_no_route_is_deployed_that_nobody_answers() -> None:
    answered = set().union(*(chalice_routes(folder) for folder in FUNCTIONS))
    assert set(deployed_routes()) == answered


def test_the_document_describes_every_route_and_no_other() -> None:
    paths = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    described = {(path, method.upper()) for path, methods in paths.items() for method in methods}
    assert described == set(deployed_routes())


def test_what_is_generated_from_the_routes_is_committed() -> None:
    drifted = [path.name for path, text in generated(ROOT).items() if path.read_text() != text]
    assert drifted == [], "run `make openapi`"
