"""template.yaml as plain data: as written, and as CloudFormation gets it from the SAM transform."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

from cfnlint.decode import decode
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

Resource = Mapping[str, Any]
CODE_PROPERTIES = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
}
SUBSTITUTED = re.compile(r"\$\{([A-Za-z0-9]+)")


@dataclass(frozen=True)
class Template:
    written: Mapping[str, Any]
    deployed: Mapping[str, Any]

    def resources(self, kind: str) -> Iterator[tuple[str, Resource]]:
        """The resources of one type as deployed, by logical id."""
        yield from _of_type(self.deployed, kind)

    def written_resources(self, kind: str) -> Iterator[tuple[str, Resource]]:
        """The resources of one type as written, where Metadata and SAM's own types still are."""
        yield from _of_type(self.written, kind)


def read_template(path: Path, uploads: Mapping[str, str] | None = None) -> Template:
    """The template of `path`; `uploads` are the keys of uploaded code where they matter."""
    decoded, matches = decode(str(path))
    if decoded is None:
        raise AssertionError([match.message for match in matches])
    text = json.dumps(decoded)
    return Template(written=json.loads(text), deployed=_transform(json.loads(text), uploads or {}))


def referenced(value: Any) -> set[str]:
    """Every logical id that `value` mentions by Ref, GetAtt or Sub."""
    if isinstance(value, list):
        return set().union(*(referenced(item) for item in value))
    if not isinstance(value, dict):
        return set()
    found: set[str] = set()
    for key, item in value.items():
        if key == "Ref":
            found.add(item)
        elif key == "Fn::GetAtt":
            found.add(item.split(".")[0] if isinstance(item, str) else item[0])
        elif key == "Fn::Sub":
            text = item if isinstance(item, str) else item[0]
            found |= set(SUBSTITUTED.findall(text)) | referenced(item)
        else:
            found |= referenced(item)
    return found


def as_list(value: Any) -> list[Any]:
    """CloudFormation lets a list of one be written without its brackets."""
    return value if isinstance(value, list) else [value]


def _of_type(template: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Resource]]:
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == kind:
            yield logical_id, {"Properties": {}, **resource}


def _transform(template: dict[str, Any], uploads: Mapping[str, str]) -> dict[str, Any]:
    for logical_id, resource in template["Resources"].items():
        where = CODE_PROPERTIES.get(resource["Type"])
        if where is not None and isinstance(resource["Properties"].get(where), str):
            # The transform accepts only what `sam deploy` has uploaded, named by its content.
            key = uploads.get(logical_id, "code")
            resource["Properties"][where] = {"Bucket": "uploaded", "Key": key}
    parameters = {
        name: parameter["Default"]
        for name, parameter in template.get("Parameters", {}).items()
        if "Default" in parameter
    }
    # AWS-managed policies are named, not described, so an empty map of them will do.
    translator = Translator({}, Parser(), boto_session=MagicMock(region_name="eu-central-1"))
    deployed: dict[str, Any] = translator.translate(template, parameters)
    return deployed
