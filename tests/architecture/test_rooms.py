"""The walls of decision 0001: import-linter knows every room, and its contracts bite."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tree import (
    DOMAIN,
    IMPORT_ROOTS,
    ROOT,
    contexts,
    name,
    packages,
    python_files,
    settings,
)

KERNEL = {"calendar", "errors", "events", "identifiers", "money", "work"}
BANNED_NAMES = {
    *("base", "common", "core", "helper", "helpers", "lib", "manager", "managers"),
    *("misc", "shared", "tools", "util", "utils"),
}


def contract(identity: str) -> dict[str, Any]:
    every: list[dict[str, Any]] = settings()["tool"]["importlinter"]["contracts"]
    return next(entry for entry in every if entry["id"] == identity)


def listed_contexts(identity: str) -> dict[str, bool]:
    """Context name -> whether the contract lets it be absent."""
    layers = contract(identity)["layers"]
    parts = [part.strip() for layer in layers for part in layer.split("|")]
    return {part.strip("()"): part.startswith("(") for part in parts}


def test_every_package_is_on_import_linters_list() -> None:
    found = {package for root in IMPORT_ROOTS for package in packages(root)} | {"functions"}
    assert found == set(settings()["tool"]["importlinter"]["root_packages"])


def test_every_context_is_on_the_context_map() -> None:
    listed = listed_contexts("context-map")
    exist = packages(DOMAIN)
    assert exist <= set(listed)
    absent = {context for context, is_optional in listed.items() if is_optional}
    assert not absent & exist, "drop the parentheses of a context that exists"
    assert set(listed) - absent <= exist, "a context on the map is gone"


def test_an_adapter_package_is_named_for_its_context() -> None:
    adapters = packages(ROOT / "layers/adapters/python/umlauf_adapters")
    assert adapters <= packages(DOMAIN)


def test_the_kernel_is_a_closed_list() -> None:
    assert packages(DOMAIN / "kernel") <= KERNEL


@pytest.mark.parametrize("context", contexts(), ids=lambda path: path.name)
def test_each_context_says_what_it_owns_and_what_not(context: Path) -> None:
    readme = context / "README.md"
    assert readme.is_file(), f"{name(context)} has no README.md"
    text = readme.read_text().lower()
    missing = [word for word in ("owns", "does not own", "invariants") if word not in text]
    assert not missing, f"{name(readme)} does not say: {missing}"
    assert len(text.splitlines()) <= 60, f"{name(readme)} is more than a screen"


@pytest.mark.parametrize("context", contexts(), ids=lambda path: path.name)
def test_a_use_case_file_and_its_public_function_share_a_name(context: Path) -> None:
    strays = []
    for path in sorted((context / "use_cases").glob("*.py")):
        if path.stem == "__init__":
            continue
        defined = [
            node.name
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        ]
        if defined != [path.stem]:
            strays.append(f"{name(path)} defines {defined}")
    assert not strays


def test_no_name_is_a_junk_drawer() -> None:
    def is_banned(path: Path) -> bool:
        parts = path.relative_to(ROOT).parts
        return bool(BANNED_NAMES & {part.split(".")[0].lower() for part in parts})

    assert [name(path) for path in python_files() if is_banned(path)] == []


def test_every_import_is_absolute() -> None:
    relative = [
        name(path)
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]
    assert relative == []


def test_every_tool_has_the_same_import_roots() -> None:
    makefile = (ROOT / "Makefile").read_text()
    line = next(row for row in makefile.splitlines() if row.startswith("ROOTS := "))
    roots = line.removeprefix("ROOTS := ").split()
    assert roots == settings()["tool"]["pytest"]["ini_options"]["pythonpath"]
    # mypy knows no working folder: it names the root instead of ".".
    root, *others = settings()["tool"]["mypy"]["mypy_path"].split(":")
    assert roots == [".", *(entry.removeprefix(f"{root}/") for entry in others)]


# One planted import per contract, under the contract that it must break.
TRESPASSES = {
    "rooms": ("umlauf_adapters/sideways.py", "import umlauf_http\n"),
    "functions-apart": ("functions/one/app.py", "import functions.two.app\n"),
    "deployed-code": ("umlauf_adapters/local.py", "import local\n"),
    "local-cloud": ("local/business.py", "import umlauf\n"),
    "purity": ("umlauf/kernel/impure.py", "import os\n"),
    "inside-a-context": ("umlauf/billing/model.py", "import umlauf.billing.use_cases\n"),
    "context-map": ("umlauf/wallets/upwards.py", "import umlauf.dunning\n"),
    "repositories": ("functions/two/app.py", "import pynamodb\n"),
    "vendors": ("umlauf_http/charge.py", "import stripe\n"),
    "web-framework": ("umlauf_integrations/web.py", "import chalice\n"),
}


@pytest.fixture
def trespassed_house(tmp_path: Path) -> Path:
    """A house of the same layout, empty but for one trespass against each contract."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    roots = settings()["tool"]["importlinter"]["root_packages"]
    contexts_on_map = [
        f"{container}/{context}"
        for container in ("umlauf", "umlauf_adapters")
        for context in listed_contexts("context-map")
    ]
    for package in [
        *(root for root in roots if root != "functions"),
        *contexts_on_map,
        "umlauf/billing/use_cases",
    ]:
        (tmp_path / package).mkdir(parents=True)
        (tmp_path / package / "__init__.py").touch()
    for path, source in [*TRESPASSES.values(), *tolerated_imports()]:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(source)
    return tmp_path


def tolerated_imports() -> Iterator[tuple[str, str]]:
    """What the contracts let pass by name; a name that matches nothing would stop the linter."""
    for entry in settings()["tool"]["importlinter"]["contracts"]:
        for tolerated in entry.get("ignore_imports", []):
            importer, imported = tolerated.split(" -> ")
            yield f"{importer.replace('.', '/')}.py", f"import {imported}\n"
            yield f"{imported.replace('.', '/')}.py", ""


def test_every_contract_bites(trespassed_house: Path) -> None:
    identities = [entry["id"] for entry in settings()["tool"]["importlinter"]["contracts"]]
    assert identities == list(TRESPASSES), "plant a trespass for each contract"

    linted = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"],
        cwd=trespassed_house,
        env={**os.environ, "PYTHONPATH": str(trespassed_house), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    names = [entry["name"] for entry in settings()["tool"]["importlinter"]["contracts"]]
    kept = [contract for contract in names if f"{contract} BROKEN" not in linted.stdout]
    assert not kept, linted.stdout + linted.stderr
