"""What starting a Lambda function costs: its modules and CPU time, measured in a fresh process.

The process sees what Lambda would: the function's folder, the layers that the template gives it and
its environment variables. The dependencies layer is this environment's packages.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.architecture.template import Template
from tests.architecture.tree import ROOT

# Nothing of its own is loaded before the function is, json neither.
MEASURE = """
import importlib, resource, sys
if len(sys.argv) > 1:
    importlib.import_module(sys.argv[1])
spent = resource.getrusage(resource.RUSAGE_SELF)
print((spent.ru_utime + spent.ru_stime) * 1000, *sorted(sys.modules), sep="\\n")
"""


@dataclass(frozen=True)
class Start:
    modules: frozenset[str]
    cpu_ms: float

    def imports(self, module: str) -> bool:
        return module in self.modules

    def imported_from(self, package: str) -> set[str]:
        """The direct children of `package` that were loaded, by name."""
        prefix = f"{package}."
        return {name.split(".")[1] for name in self.modules if name.startswith(prefix)}


@dataclass(frozen=True)
class Function:
    logical_id: str
    folder: str
    handler: str
    layers: tuple[str, ...]
    variables: Mapping[str, str]

    @property
    def is_http(self) -> bool:
        return "layers/http" in self.layers


def functions(template: Template) -> list[Function]:
    layer_folders = {
        logical_id: layer["Properties"]["ContentUri"].strip("./")
        for logical_id, layer in template.written_resources("AWS::Serverless::LayerVersion")
    }
    shared: Mapping[str, Any] = template.written.get("Globals", {}).get("Function", {})
    found = []
    for logical_id, resource in template.written_resources("AWS::Serverless::Function"):
        properties = {**shared, **resource["Properties"]}
        variables = {
            **shared.get("Environment", {}).get("Variables", {}),
            **resource["Properties"].get("Environment", {}).get("Variables", {}),
        }
        found.append(
            Function(
                logical_id=logical_id,
                folder=properties["CodeUri"].strip("./"),
                handler=properties["Handler"],
                layers=tuple(layer_folders[layer["Ref"]] for layer in properties["Layers"]),
                variables={name: _text(template, value) for name, value in variables.items()},
            )
        )
    return found


def _text(template: Template, value: Any) -> str:
    """What stands in a variable at its start: a parameter's default, or any name."""
    if isinstance(value, str):
        return value
    parameters: Mapping[str, Any] = template.written.get("Parameters", {})
    return str(parameters.get(value.get("Ref"), {}).get("Default", "named-at-deployment"))


def start(function: Function | None) -> Start:
    """Start `function` once, or the interpreter alone: what an empty handler costs."""
    import_path: list[str] = []
    arguments: list[str] = []
    variables: Mapping[str, str] = {}
    if function is not None:
        import_path = [str(ROOT / function.folder)]
        import_path += [str(ROOT / layer / "python") for layer in function.layers]
        arguments = [function.handler.rpartition(".")[0]]
        variables = function.variables
    started = subprocess.run(
        [sys.executable, "-c", MEASURE, *arguments],
        capture_output=True,
        check=False,
        text=True,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(import_path),
            "AWS_DEFAULT_REGION": "eu-central-1",
            **variables,
        },
    )
    if started.returncode != 0:
        raise AssertionError(started.stderr)
    cpu_ms, *modules = started.stdout.splitlines()
    return Start(modules=frozenset(modules), cpu_ms=float(cpu_ms))
