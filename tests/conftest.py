"""What every test may use: a fixed environment, and the template's tables in moto."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Models read their table's name when they are imported, clients their region when they are made.
os.environ.update(
    TABLE_PREFIX="umlauf-test",
    STAGE="test",
    EVENT_BUS_NAME="umlauf-test",
    AWS_DEFAULT_REGION="eu-central-1",
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_EC2_METADATA_DISABLED="true",
    POWERTOOLS_SERVICE_NAME="test",
    POWERTOOLS_METRICS_NAMESPACE="umlauf",
    POWERTOOLS_METRICS_FUNCTION_NAME="test",
    POWERTOOLS_TRACE_DISABLED="true",
)

import pytest
import yaml
from botocore.session import get_session
from hypothesis import HealthCheck, settings
from moto import mock_aws

from umlauf_adapters.kernel import aws_clients

ROOT = Path(__file__).resolve().parents[1]

# Properties are about values. How long they take, on however busy a machine, benchmarks say. The
# suite tries the same examples each time, so that a red run is red again; `make explore` tries new.
_QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("house", _QUIET, derandomize=True)
settings.register_profile("explore", _QUIET, derandomize=False, print_blob=True)
settings.load_profile("house")


class _TemplateLoader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as their long forms."""


def _long_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_TemplateLoader.add_multi_constructor("!", _long_form)


def read_template(path: Path = ROOT / "template.yaml") -> dict[str, Any]:
    """The SAM template with its intrinsic functions in long form."""
    return dict(yaml.load(path.read_text(), _TemplateLoader))  # noqa: S506 - a safe loader


def create_tables() -> None:
    """Create the tables of template.yaml in whatever DynamoDB the environment points at."""
    dynamodb = get_session().create_client("dynamodb")
    for resource in read_template()["Resources"].values():
        if resource["Type"] != "AWS::DynamoDB::Table":
            continue
        wanted = resource["Properties"]
        name = wanted["TableName"]["Fn::Sub"].replace("${AWS::StackName}", "umlauf-test")
        keys = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
        dynamodb.create_table(TableName=name, **{key: wanted[key] for key in keys if key in wanted})


@pytest.fixture
def aws() -> Iterator[None]:
    """An empty AWS account in moto."""
    with mock_aws():
        aws_clients.client.cache_clear()
        yield
    aws_clients.client.cache_clear()


@pytest.fixture
def tables(aws: None) -> None:
    """The template's tables, empty."""
    create_tables()
