"""Every path, test and command that the map of the billing engine names is there."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.tree import ROOT
from tests.vectors.cases import FURTHER, choices, default_cases, read_cases

MAP: Final = ROOT / "docs" / "engine-map.md"
TEXT: Final = MAP.read_text(encoding="utf-8")
DOMAIN: Final = "layers/domain/python/umlauf"
CODE: Final = re.findall(r"`([^`]+)`", TEXT)
COMMANDS: Final = sorted({one for one in CODE if one.startswith("pytest ")})
PATHS: Final = sorted(
    {one for one in CODE if "/" in one and " " not in one and one not in {".venv/bin", "make"}}
)
EXPRESSION: Final = re.compile(r' -k (?:"([^"]+)"|(\S+))')


def test_the_map_names_enough_to_find_ones_way() -> None:
    assert len(COMMANDS) > 30
    assert len(PATHS) > 30


@pytest.mark.parametrize("path", PATHS)
def test_a_path_leads_somewhere(path: str) -> None:
    assert (ROOT / path.replace("\N{HORIZONTAL ELLIPSIS}", DOMAIN)).exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_runs_tests_that_there_are(command: str) -> None:
    selected = EXPRESSION.search(command)
    paths = EXPRESSION.sub("", command).replace(" --vectors PATH", "").split()[1:]
    names = {name for path in paths for name in _test_names(ROOT / path)}
    assert names
    for word in (selected[1] or selected[2]).split(" or ") if selected else []:
        assert [name for name in names if word in name], f"no test is selected by {word}"


def test_a_target_of_make_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {one.removeprefix("make ") for one in CODE if one.startswith("make ")}
    assert targets
    assert [one for one in targets if not re.search(rf"^{one}:", makefile, re.MULTILINE)] == []


def test_the_map_counts_the_cases_right() -> None:
    further = len(read_cases(FURTHER))
    agreed = len(default_cases()) - further
    assert f"{further} further cases" in TEXT
    told = re.search(r"(\d+) agreed billing cases, (\d+) of the fleet's", TEXT)
    assert told
    assert int(told[1]) + int(told[2]) == agreed + len(choices().elsewhere)


def _test_names(path: Path) -> set[str]:
    files = [path] if path.is_file() else sorted(path.rglob("test_*.py"))
    return {
        node.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
