"""The template's rules route to each function the events it reads: no more, and no fewer.

A rule for an event that its function ignores costs an invocation each time, and one that refuses it
fills the dead letters; an event that a function could read but never gets is a promise not kept.
"""

import re
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, Final

import pytest

from tests.conftest import read_template
from tests.functions.loading import loaded
from umlauf_adapters.kernel.event_schemas import event_classes

RESOURCES: Final[dict[str, Any]] = read_template()["Resources"]
TYPES: Final = frozenset(str(cls.TYPE) for cls in event_classes())  # type: ignore[attr-defined]
LIKE_A_TYPE: Final = re.compile(r"[a-z_]+\.[a-z_]+\.v[0-9]+")


def of_type(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, resource in RESOURCES.items():
        if resource["Type"] == kind:
            yield name, resource["Properties"]


def named(reference: dict[str, Any]) -> str:
    """The resource whose ARN it is."""
    return str(reference["Fn::GetAtt"][0])


def readers() -> dict[str, str]:
    """The folder of the function that reads each queue."""
    return {
        named(source["Properties"]["Queue"]): function["CodeUri"].removeprefix("functions/")
        for _, function in of_type("AWS::Serverless::Function")
        for source in function.get("Events", {}).values()
        if source["Type"] == "SQS"
    }


def routed() -> dict[str, set[str]]:
    """The event types that the rules bring to each function."""
    functions, found = readers(), dict[str, set[str]]()
    for _, rule in of_type("AWS::Events::Rule"):
        for target in rule["Targets"]:
            types = found.setdefault(functions[named(target["Arn"])], set())
            types.update(rule["EventPattern"]["detail-type"])
    return found


def read_by(app: ModuleType) -> set[str]:
    """The event types a function knows: its events' classes, and the keys of its tables."""
    found: set[str] = set()
    for value in vars(app).values():
        if isinstance(value, type) and getattr(value, "TYPE", None) in TYPES:
            found.add(str(value.TYPE))  # type: ignore[attr-defined]
        elif isinstance(value, Mapping):
            found.update(str(key) for key in value if LIKE_A_TYPE.fullmatch(str(key)))
    return found


@pytest.mark.parametrize("function", sorted(routed()))
def test_a_function_gets_exactly_the_events_it_reads(function: str) -> None:
    with loaded(function) as app:
        assert routed()[function] == read_by(app)


def test_every_routed_event_exists() -> None:
    assert set().union(*routed().values()) <= TYPES
