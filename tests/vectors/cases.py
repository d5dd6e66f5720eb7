"""Case files: reading them, and what a case leaves to its neighbours or to `choices.json`.

A case is a published example: `id`, `topic`, `source`, `inputs`, `expected`, `note`. A whole number
is one however an input writes it: `3`, `"3"` or `3.0`. Some cases lean on another: `same_as` names
it, and "the same tiers" are those of the nearest case before it. What a case leaves unsaid
altogether, and which of several systems' answers is ours, is data with a reason: `choices.json`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent
CHOICES: Final = FOLDER / "choices.json"
_WHOLE_NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.0+)?")
COPIES: Final = (FOLDER / "billing.json", FOLDER / "fleet.json")
FURTHER: Final = FOLDER / "further.json"


@dataclass(frozen=True, slots=True)
class Case:
    """One example. Inputs that are a list stand under `cases`, each a case of its own."""

    id: str
    topic: str
    inputs: Mapping[str, Any]
    expected: Any
    source: str = ""
    note: str = ""

    def says(self, words: str) -> bool:
        """Whether topic or note contain the expression, whatever the case of its letters."""
        return re.search(words, f"{self.topic}\n{self.note}", re.IGNORECASE) is not None

    def topic_says(self, words: str) -> bool:
        return re.search(words, self.topic, re.IGNORECASE) is not None

    def key(self, pattern: str) -> str | None:
        """The first input whose whole name matches."""
        return next((name for name in self.inputs if re.fullmatch(pattern, name)), None)

    def has(self, pattern: str) -> bool:
        return self.key(pattern) is not None

    def get(self, pattern: str, default: Any = None) -> Any:
        name = self.key(pattern)
        return default if name is None else self.inputs[name]

    @property
    def is_table(self) -> bool:
        """Whether it is a list of cases, with an answer for each."""
        rows = self.inputs.get("cases")
        return (
            isinstance(rows, list)
            and isinstance(self.expected, list)
            and all(isinstance(row, Mapping) for row in rows)
        )

    def parts(self) -> Iterator["Case"]:
        """The cases in a case, with what they share."""
        shared = {name: value for name, value in self.inputs.items() if name != "cases"}
        for inputs, expected in zip(self.inputs["cases"], self.expected, strict=True):
            yield replace(self, inputs={**shared, **inputs}, expected=expected)


@dataclass(frozen=True, slots=True)
class Choices:
    """What we decided about cases, by id."""

    unsaid: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ours: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    def apply(self, case: Case) -> Case:
        """With what the case leaves unsaid, and the answer that is ours of those it lists."""
        unsaid = self.unsaid.get(case.id, {}).get("inputs", {})
        if isinstance(case.inputs, Mapping):
            case = replace(case, inputs={**unsaid, **case.inputs})
        ours = self.ours.get(case.id, {})
        if "answers" in ours and isinstance(case.expected, Mapping):
            kept = {name: case.expected[name] for name in ours["answers"] if name in case.expected}
            return replace(case, expected=kept or case.expected)
        if "printed" in ours and case.expected == ours["printed"]:
            return replace(case, expected=ours["expected"])
        return case


@cache
def choices() -> Choices:
    return Choices(**json.loads(CHOICES.read_text(encoding="utf-8")))


def read_cases(path: Path) -> list[Case]:
    """The cases of a file, or of every `.json` file below a folder, ready to be run.

    Numbers with a point are decimals. A file that holds no list of cases is refused.
    """
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.rglob("*.json") if file.resolve() != CHOICES.resolve())
    found: list[Case] = []
    for file in files:
        rows = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
        if not isinstance(rows, list):
            raise ValueError(f"{file} holds no list of cases")  # noqa: TRY004 - a file, not a type
        cases = [_case(row) for row in rows]
        neighbours = [*_copies(), *cases]
        found.extend(choices().apply(_complete(case, cases, neighbours)) for case in cases)
    return found


def default_cases() -> list[Case]:
    """The project's copies, but for what a context's own test tells better, and its own cases."""
    cases = [case for path in (*COPIES, FURTHER) for case in read_cases(path)]
    return [case for case in cases if case.id not in choices().elsewhere]


def copied_case(case_id: str) -> dict[str, Any]:
    """One case of the copies as it is printed, for the test that tells it in its own words."""
    rows = (row for path in COPIES for row in json.loads(path.read_text(encoding="utf-8")))
    return next(row for row in rows if row["id"] == case_id)


@cache
def _copies() -> tuple[Case, ...]:
    rows = (row for path in COPIES for row in json.loads(path.read_text(encoding="utf-8")))
    return tuple(_case(row) for row in rows)


def _case(row: Mapping[str, Any]) -> Case:
    inputs = row["inputs"]
    if isinstance(inputs, list):
        inputs = {"cases": inputs}
    return Case(
        id=row["id"],
        topic=row["topic"],
        inputs={name: _plain(value) for name, value in inputs.items()},
        expected=row["expected"],
        source=row.get("source") or "",
        note=row.get("note") or row.get("rule") or "",
    )


def _plain(value: Any) -> Any:
    """The input with its whole numbers as such, however deep they stand."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, str | Decimal) and _WHOLE_NUMBER.fullmatch(str(value)):
        return int(Decimal(value))
    return value


def _complete(case: Case, before: Sequence[Case], neighbours: Sequence[Case]) -> Case:
    """With the inputs of the case it names, or the tiers of the one before it.

    A name nobody has stays among the inputs, where no adapter knows it.
    """
    inputs = dict(case.inputs)
    named = next((one for one in reversed(neighbours) if one.id == inputs.get("same_as")), None)
    if named is not None:
        del inputs["same_as"]
        inputs = {**_complete(named, before, neighbours).inputs, **inputs}
    leans = inputs.pop("same_tiers", None) or case.topic_says(r"\bsame tiers\b")
    if leans and "tiers" not in inputs:
        other = _nearest_with_tiers(case, before) or _nearest_with_tiers(case, _copies())
        if other is not None:
            inputs["tiers"] = other.inputs["tiers"]
            case = replace(case, topic=_with_model(case, other))
    return replace(case, inputs=inputs)


def _nearest_with_tiers(case: Case, cases: Sequence[Case]) -> Case | None:
    """The last one with tiers that stands before the case, in its file or by its number."""
    ids = [one.id for one in cases]
    ahead = cases[: ids.index(case.id)] if case.id in ids else _lower(case, cases)
    return next((one for one in reversed(ahead) if "tiers" in one.inputs), None)


def _lower(case: Case, cases: Sequence[Case]) -> list[Case]:
    family = case.id.rpartition("-")[0]
    return [one for one in cases if one.id.startswith(f"{family}-") and one.id < case.id]


def _with_model(case: Case, other: Case) -> str:
    """A case that names no model of its own has its neighbour's."""
    names = "volume|graduated"
    return case.topic if case.topic_says(names) else f"{case.topic} ({other.topic})"
