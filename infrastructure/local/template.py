"""Reads the SAM template: YAML with intrinsic tags, errors with a line, local folders resolved."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from local.errors import LocalCloudError
from local.lambda_environments import FunctionSource

DEPENDENCIES_LAYER = "dependencies"


class _Loader(yaml.SafeLoader):
    """Safe YAML in which `!Sub x` reads as `{"Fn::Sub": "x"}`."""


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any = None
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)
# Dates in a template are strings to CloudFormation.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> Any:
    """Parse a YAML or JSON file of the template's dialect; a mistake is named with its line."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    except FileNotFoundError as error:
        message = f"{path.name} is missing: looked for {path}"
        raise LocalCloudError(message) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        message = f"{path.name}:{line}: {error.problem}"
        raise LocalCloudError(message) from error


@dataclass
class Template:
    """A template whose local folders have been told apart from what is deployed."""

    root: Path
    body: dict[str, Any]
    functions: dict[str, FunctionSource] = field(default_factory=dict)
    layers: dict[str, Path] = field(default_factory=dict)
    definitions: list[Path] = field(default_factory=list)

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        resources: dict[str, dict[str, Any]] = self.body["Resources"]
        return resources

    def of_type(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The resources of one type, as (logical id, properties)."""
        for name, resource in self.resources.items():
            if resource.get("Type") == kind:
                yield name, resource.setdefault("Properties", {})

    def code_folders(self) -> list[Path]:
        """Every folder whose code is deployed."""
        folders = [source.folder for source in self.functions.values()]
        return sorted({*folders, *self.layers.values()})


def read_template(root: Path, name: str = "template.yaml") -> Template:
    """Read the template and resolve its functions, layers and definitions below `root`."""
    body = read_yaml(root / name)
    if not isinstance(body, dict) or not isinstance(body.get("Resources"), dict):
        message = f"{name}: has no Resources"
        raise LocalCloudError(message)
    for logical_id, resource in body["Resources"].items():
        if not isinstance(resource, dict) or "Type" not in resource:
            message = f"{name}: Resources.{logical_id} has no Type"
            raise LocalCloudError(message)
    template = Template(root, body, definitions=[root / name])
    _find_layers(template)
    _find_functions(template)
    _inline_definitions(template)
    return template


def _find_layers(template: Template) -> None:
    for kind in ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"):
        for name, properties in template.of_type(kind):
            content = properties.get("ContentUri")
            if isinstance(content, str):
                template.layers[name] = _folder(template, name, "ContentUri", content)


def _find_functions(template: Template) -> None:
    shared = template.body.get("Globals", {}).get("Function", {})
    for name, properties in template.of_type("AWS::Serverless::Function"):
        code = properties.get("CodeUri", shared.get("CodeUri"))
        handler = properties.get("Handler", shared.get("Handler"))
        if not isinstance(code, str) or not isinstance(handler, str):
            message = f"template.yaml: Resources.{name} needs a local CodeUri and a Handler"
            raise LocalCloudError(message)
        layers = [*shared.get("Layers", []), *properties.get("Layers", [])]
        template.functions[name] = FunctionSource(
            logical_id=name,
            handler=handler,
            folder=_folder(template, name, "CodeUri", code),
            layers=tuple(_layer_roots(template, layers)),
        )


def _layer_roots(template: Template, references: list[Any]) -> Iterator[Path]:
    """The import roots of a function's layers; third-party wheels come from this environment."""
    for reference in references:
        name = reference.get("Ref") if isinstance(reference, Mapping) else None
        folder = template.layers.get(name) if isinstance(name, str) else None
        if folder is not None and folder.name != DEPENDENCIES_LAYER:
            inside = folder / "python"
            yield inside if inside.is_dir() else folder


def _folder(template: Template, name: str, key: str, value: str) -> Path:
    folder = (template.root / value).resolve()
    if not folder.is_dir():
        message = f"template.yaml: Resources.{name}.Properties.{key}: there is no folder {value}"
        raise LocalCloudError(message)
    return folder


def _inline_definitions(template: Template) -> None:
    for _, properties in template.of_type("AWS::Serverless::StateMachine"):
        location = properties.get("DefinitionUri")
        if isinstance(location, str):
            del properties["DefinitionUri"]
            properties["Definition"] = _definition(template, location)
    for _, properties in template.of_type("AWS::Serverless::Api"):
        location = properties.get("DefinitionUri")
        if isinstance(location, str):
            del properties["DefinitionUri"]
            properties["DefinitionBody"] = _definition(template, location)


def _definition(template: Template, location: str) -> Any:
    template.definitions.append(template.root / location)
    return read_yaml(template.root / location)


def as_json(body: Any) -> str:
    return json.dumps(body, default=str)
