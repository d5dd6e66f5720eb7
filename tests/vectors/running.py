"""Running one case and telling how it went."""

from typing import Any

from tests.vectors import adapters
from tests.vectors.adapters.registry import NoAdapter, adapter_for
from tests.vectors.cases import Case
from tests.vectors.shapes import render

__all__ = ["NoAdapter", "adapters", "outcome", "report"]


def outcome(case: Case) -> Any:
    """What the engine answers, in the form the case prints. Raises NoAdapter."""
    if case.is_table:
        return [outcome(part) for part in case.parts()]
    return render(adapter_for(case)(case), case.expected, case)


def report(case: Case, got: Any) -> str:
    """A failure for people."""
    return "\n".join(
        [
            f"{case.id}: {case.topic}",
            f"  source:   {case.source}",
            f"  inputs:   {dict(case.inputs)}",
            f"  expected: {case.expected}",
            f"  got:      {got}",
            *([f"  note:     {case.note}"] if case.note else []),
        ]
    )
