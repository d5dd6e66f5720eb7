"""template.yaml keeps the promises that hold for every resource, and the rules can fail."""

import pytest

from tests.architecture.template import Template, read_template, referenced
from tests.architecture.template_rules import RULES, Rule
from tests.architecture.tree import ROOT

CARELESS = ROOT / "tests" / "architecture" / "careless_template.yaml"


@pytest.fixture(scope="module")
def template() -> Template:
    return read_template(ROOT / "template.yaml")


@pytest.fixture(scope="module")
def careless() -> Template:
    return read_template(CARELESS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps_every_rule(rule: Rule, template: Template) -> None:
    assert list(rule(template)) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_bites(rule: Rule, careless: Template) -> None:
    assert list(rule(careless)) != []


def test_every_function_folder_is_deployed(template: Template) -> None:
    deployed = {
        function["Properties"]["CodeUri"].strip("./")
        for _, function in template.written_resources("AWS::Serverless::Function")
    }
    folders = {f"functions/{path.parent.name}" for path in ROOT.glob("functions/*/app.py")}
    assert deployed == folders


@pytest.mark.parametrize(
    "layer",
    [
        *("DependenciesLayer", "TypesettingLayer"),
        *("DomainLayer", "AdaptersLayer", "IntegrationsLayer", "HttpLayer"),
    ],
)
def test_a_changed_layer_reaches_the_functions_that_use_it(layer: str, template: Template) -> None:
    # Traffic goes to an alias. Without a new version it would go on to the old layer for ever.
    changed = read_template(ROOT / "template.yaml", uploads={layer: "other code"})
    before = {name for name, _ in template.resources("AWS::Lambda::Version")}
    after = {name for name, _ in changed.resources("AWS::Lambda::Version")}
    users = [
        name
        for name, function in template.written_resources("AWS::Serverless::Function")
        if layer in referenced(function["Properties"]["Layers"])
    ]
    renewed = after - before
    assert users
    assert [name for name in users if not any(v.startswith(name) for v in renewed)] == []


def test_the_template_stays_far_from_cloudformations_limit(template: Template) -> None:
    assert len(template.deployed["Resources"]) <= 400  # of 500
