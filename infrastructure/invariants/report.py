"""All laws over one reading of the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from invariants.books import Books
from invariants.laws import LAWS

MAX_SHOWN = 20
"""How many violations of one law a report names; it counts them all."""


@dataclass(frozen=True)
class LawReport:
    """One law: what it says, how often it is broken, and the first violations."""

    law: str
    broken: int
    violations: Sequence[str]


@dataclass(frozen=True)
class Report:
    """Whether all laws hold."""

    laws: Sequence[LawReport]

    @property
    def hold(self) -> bool:
        return not any(law.broken for law in self.laws)

    def as_json(self) -> dict[str, Any]:
        return {"hold": self.hold, "laws": [vars(law) for law in self.laws]}


def check(books: Books) -> Report:
    """Try every law; one that is broken does not keep the next from being tried."""
    laws = []
    for law in LAWS:
        violations = list(law(books))
        says = " ".join((law.__doc__ or law.__name__).split())
        laws.append(LawReport(says, len(violations), violations[:MAX_SHOWN]))
    return Report(laws)
