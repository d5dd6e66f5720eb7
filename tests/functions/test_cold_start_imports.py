"""No function pays at its start for what it does not use."""

import pytest

from tests.architecture.template import Template, read_template, referenced
from tests.architecture.tree import ROOT
from tests.functions.cold_start import Function, Start, functions, start

TEMPLATE = read_template(ROOT / "template.yaml")
FUNCTIONS = functions(TEMPLATE)

# What no function may load at its start, and why.
NEVER = {
    "boto3": "plain botocore clients do the same for less",
    "boto3.resources": "the resource layer builds classes at run time",
    "aws_xray_sdk": "costs half a second even when disabled; Lambda traces by itself",
    "stripe": "loaded at the first call, not at the first request",
    "requests": "only Stripe's library needs it",
    "moto": "a test's package",
    "hypothesis": "a test's package",
}
# What costs much and belongs to some functions only: module -> the layer that brings its use.
COSTLY = {"chalice": "layers/http", "umlauf_integrations": "layers/integrations"}


@pytest.fixture(scope="module", params=FUNCTIONS, ids=lambda function: function.logical_id)
def function(request: pytest.FixtureRequest) -> Function:
    chosen: Function = request.param
    return chosen


@pytest.fixture(scope="module")
def started(function: Function) -> Start:
    return start(function)


def test_a_function_loads_nothing_it_does_not_use(function: Function, started: Start) -> None:
    assert {module for module in NEVER if started.imports(module)} == set()
    strays = {
        module
        for module, layer in COSTLY.items()
        if started.imports(module) and layer not in function.layers
    }
    assert strays == set()


def test_a_function_loads_only_the_contexts_whose_tables_it_may_read(
    function: Function, started: Start
) -> None:
    readable = {name.removesuffix("Table").lower() for name in _tables_of(TEMPLATE, function)}
    contexts = started.imported_from("umlauf_adapters") - {"kernel"}
    assert contexts <= readable


def test_a_layer_is_given_only_to_functions_that_load_something_of_it(
    function: Function, started: Start
) -> None:
    packages = {
        "layers/domain": "umlauf",
        "layers/adapters": "umlauf_adapters",
        "layers/http": "umlauf_http",
    }
    unused = {
        layer
        for layer, package in packages.items()
        if layer in function.layers and not started.imports(package)
    }
    assert unused == set()


def _tables_of(template: Template, function: Function) -> set[str]:
    role = template.deployed["Resources"][f"{function.logical_id}Role"]
    return {name for name in referenced(role["Properties"]["Policies"]) if name.endswith("Table")}
