"""The runner itself: it tells wrong from right, and its adapters only translate."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.vectors import test_cases
from tests.vectors.adapters.registry import NoAdapter
from tests.vectors.cases import (
    CHOICES,
    COPIES,
    FOLDER,
    FURTHER,
    Case,
    default_cases,
    read_cases,
)
from tests.vectors.running import outcome, report

ADAPTERS = [
    *sorted((FOLDER / "adapters").glob("*.py")),
    FOLDER / "words.py",
    FOLDER / "contracts.py",
]
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
CASE_ID = re.compile(r"\b[A-Z]{2,}-\d\d\b")
MOST_FIGURE = 10
"""Small whole numbers index, count or bound; larger ones would be a case's."""
NAMED_FIGURES = {24, 50, 200, 400, 1970, 2000, 2001, 2026, 2100, 5_000}
"""Bounds of loops, the middle priority of a grant, and years in which nothing happens."""
DEFAULTS = default_cases()
BY_ID = {case.id: case for case in DEFAULTS}


def test_every_copied_case_is_run_here_or_told_elsewhere() -> None:
    elsewhere: dict[str, str] = json.loads(CHOICES.read_text(encoding="utf-8"))["elsewhere"]
    copied = {row["id"] for path in COPIES for row in json.loads(path.read_text(encoding="utf-8"))}
    further = {case.id for case in read_cases(FURTHER)}
    assert set(BY_ID) - further | set(elsewhere) == copied
    assert not further & copied
    assert len(BY_ID) == len(DEFAULTS)
    assert not set(BY_ID) & set(elsewhere)
    root = FOLDER.parents[1]
    assert [
        case_id
        for case_id, test in elsewhere.items()
        if f'copied_case("{case_id}")' not in (root / test).read_text(encoding="utf-8")
    ] == []


def test_every_choice_is_about_a_case_and_gives_its_reason() -> None:
    decided = json.loads(CHOICES.read_text(encoding="utf-8"))
    for kind in ("unsaid", "ours"):
        assert set(decided[kind]) <= set(BY_ID)
        assert all(choice["reason"] for choice in decided[kind].values())


@pytest.mark.parametrize("known", DEFAULTS, ids=lambda case: case.id)
def test_a_wrong_figure_is_noticed_wherever_it_stands(known: Case) -> None:
    for path, printed in _leaves(known.expected):
        wrong = replace(known, expected=_with(known.expected, path, _changed(printed)))
        assert outcome(wrong) != wrong.expected, f"{known.id} prints {printed} at {path}"


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param({"phase_of_the_moon": "full"}, id="inputs nobody reads"),
        pytest.param({"gross": "79.90", "rate": "19", "moon": "full"}, id="one input too many"),
    ],
)
def test_a_case_nobody_knows_how_to_run_fails_by_name(inputs: dict[str, Any]) -> None:
    unknown = Case("NEW-01", "tides", inputs, expected="1.00")
    with pytest.raises(NoAdapter, match=r"no adapter for case NEW-01, topic 'tides'.*moon"):
        outcome(unknown)


def test_other_figures_in_a_known_topic_run_through_the_same_adapter() -> None:
    yen = Case(
        "NEW-02",
        "plan change",
        {
            "old": "1000",
            "new": "3000",
            "period": ["2024-02-01", "2024-03-01"],
            "change": "2024-02-15",
            "currency": "JPY",
        },
        expected={"credit": "517", "debit": "1552", "net": "1035"},
    )
    assert outcome(yen) == yen.expected


@pytest.mark.parametrize("known", DEFAULTS, ids=lambda case: case.id)
def test_a_whole_number_is_one_however_it_is_written(known: Case, tmp_path: Path) -> None:
    written: list[Callable[[int], Any]] = [str, float, "{}.0".format]
    rows = [
        {
            "id": f"NEW-{number}",
            "topic": known.topic,
            "note": known.note,
            "inputs": _rewritten(dict(known.inputs), write),
            "expected": known.expected,
        }
        for number, write in enumerate(written)
    ]
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(rows, default=str), encoding="utf-8")
    assert [outcome(same) for same in read_cases(file)] == [known.expected] * len(written)


def test_a_case_that_an_adapter_cannot_run_is_reported_like_a_wrong_one() -> None:
    broken = Case("NEW-06", "plan change", {"old": "1", "new": "2", "fraction_left": "x"}, "1.00")
    with pytest.raises(pytest.fail.Exception, match=r"(?s)NEW-06.*expected: 1.00.*got:.*'x'"):
        test_cases.test_case(broken)


def test_a_folder_is_read_whole_and_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    row = {
        "id": "NEW-03",
        "topic": "VAT",
        "inputs": {"base": "1.00", "rate": "19%"},
        "expected": "0.19",
    }
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.json").write_text(json.dumps([row]), encoding="utf-8")
    (tmp_path / "two.json").write_text(json.dumps([row]), encoding="utf-8")
    assert [case.id for case in read_cases(tmp_path)] == ["NEW-03", "NEW-03"]
    (tmp_path / "two.json").write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(ValueError, match="no list of cases"):
        read_cases(tmp_path)


def test_a_failure_tells_case_source_and_both_figures() -> None:
    told = report(replace(BY_ID["TAX-03"], expected="1.00"), "0.99")
    for part in ("TAX-03", "VAT category amount", "BR-CO-17", "1.00", "0.99"):
        assert part in told


@pytest.mark.parametrize("path", ADAPTERS, ids=lambda path: path.stem)
def test_an_adapter_reckons_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [
        f"{path.name}:{node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ARITHMETIC)
    ] == []


@pytest.mark.parametrize("path", ADAPTERS, ids=lambda path: path.stem)
def test_an_adapter_knows_no_case(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert CASE_ID.findall(text) == []
    figures = {
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    }
    assert {one for one in figures if abs(one) > MOST_FIGURE} <= NAMED_FIGURES


def _rewritten(value: Any, write: Callable[[int], Any]) -> Any:
    if isinstance(value, dict):
        return {name: _rewritten(one, write) for name, one in value.items()}
    if isinstance(value, list):
        return [_rewritten(one, write) for one in value]
    return write(value) if type(value) is int else value


def _leaves(printed: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(printed, dict):
        for key, value in printed.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(printed, list):
        for index, value in enumerate(printed):
            yield from _leaves(value, (*path, index))
    elif printed is not None:
        yield path, printed


def _with(printed: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = dict(printed) if isinstance(printed, dict) else list(printed)
    changed[path[0]] = _with(printed[path[0]], path[1:], value)
    return changed


def _changed(printed: Any) -> Any:
    """Another value that looks alike: a day later, or one more of the last printed digit."""
    if isinstance(printed, bool):
        return not printed
    if isinstance(printed, int):
        return printed + 1
    if re.match(r"\d{4}-\d\d-\d\d", printed):
        return f"{date.fromisoformat(printed[:10]) + timedelta(days=1)}{printed[10:]}"
    if re.fullmatch(r"-?\d+(\.\d+)?", printed):
        figure = Decimal(printed)
        return f"{figure + Decimal(1).scaleb(int(figure.as_tuple().exponent)):f}"
    return f"not {printed}"
