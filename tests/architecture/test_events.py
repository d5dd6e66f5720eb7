"""Every event has a schema and a sample that show what really travels."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.architecture.tree import ROOT, contexts, name
from umlauf.kernel.events import EventEnvelope
from umlauf_adapters.kernel.documents import decode, encode
from umlauf_adapters.kernel.event_schemas import event_classes, schema_of

SCHEMAS = ROOT / "events" / "schemas"
SAMPLES = ROOT / "events" / "samples"
TYPES: dict[str, Any] = {str(cls.TYPE): cls for cls in event_classes()}  # type: ignore[attr-defined]
TYPE = re.compile(r"([a-z_]+)\.[a-z]+(?:_[a-z]+)*\.v[1-9][0-9]*")


def load(path: Path) -> Any:
    return json.loads(path.read_text())


@pytest.mark.parametrize("event_type", TYPES)
def test_an_event_is_named_context_fact_and_version(event_type: str) -> None:
    named = TYPE.fullmatch(event_type)
    assert named
    assert named.group(1) in {context.name for context in contexts()}
    assert TYPES[event_type].__module__ == f"umlauf.{named.group(1)}.events"


@pytest.mark.parametrize("event_type", TYPES)
def test_the_committed_schema_is_the_codes(event_type: str) -> None:
    path = SCHEMAS / f"{event_type}.json"
    assert path.is_file(), "run `make schemas`"
    assert load(path) == schema_of(TYPES[event_type]), "run `make schemas`; is it a new version?"


@pytest.mark.parametrize("event_type", TYPES)
def test_an_events_sample_is_an_envelope_that_the_code_reads_and_writes(event_type: str) -> None:
    path = SAMPLES / f"{event_type}.json"
    assert path.is_file(), f"{name(path)} is missing"
    sample = load(path)
    Draft202012Validator(
        schema_of(TYPES[event_type]), format_checker=Draft202012Validator.FORMAT_CHECKER
    ).validate(sample["data"])

    envelope = decode(EventEnvelope, sample)
    assert envelope.type == event_type
    assert envelope.id.startswith(f"{envelope.aggregate}:{envelope.version}.")
    assert encode(decode(TYPES[event_type], sample["data"])) == sample["data"]


def test_no_schema_or_sample_is_left_of_an_event_that_is_gone() -> None:
    left = [
        name(path)
        for folder in (SCHEMAS, SAMPLES)
        for path in folder.glob("*.json")
        if path.stem not in TYPES and not path.stem.startswith("device.")
    ]
    assert left == []
