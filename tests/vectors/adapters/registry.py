"""Which adapter runs a case: chosen by the names of its inputs and the words of its topic.

Never by its id. An adapter declares the inputs it needs, those it may have, and, where two rules
read the same inputs, words that must be in the topic. An input nobody declared means nobody knows
how to run the case.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.vectors.cases import Case

Adapt = Callable[[Case], Any]

ANYWHERE: Final = "currency|tz|time_zone|timezone|zone|description"
"""Inputs every adapter understands."""


class NoAdapter(LookupError):
    def __init__(self, case: Case, reason: str) -> None:
        super().__init__(
            f"no adapter for case {case.id}, topic {case.topic!r}: {reason} "
            f"(inputs: {', '.join(case.inputs)})"
        )


@dataclass(frozen=True, slots=True)
class Adapter:
    run: Adapt
    needs: tuple[str, ...]
    may: str
    topic: str

    def fits(self, case: Case) -> bool:
        """Whether all that is needed is there, and nothing that is unknown."""
        if self.topic and not case.topic_says(self.topic):
            return False
        if not all(case.has(pattern) for pattern in self.needs):
            return False
        known = "|".join([*self.needs, self.may, ANYWHERE])
        return all(re.fullmatch(known, name) for name in case.inputs)

    @property
    def weight(self) -> tuple[int, bool]:
        """The more it asks for, the better it fits."""
        return len(self.needs), bool(self.topic)


_ADAPTERS: Final[list[Adapter]] = []


def adapter(*needs: str, may: str = "", topic: str = "") -> Callable[[Adapt], Adapt]:
    """Register an adapter. `needs` and `may` are expressions that match whole input names."""

    def register(run: Adapt) -> Adapt:
        _ADAPTERS.append(Adapter(run, needs, may or r"\b\B", topic))
        return run

    return register


def adapter_for(case: Case) -> Adapt:
    """The one adapter that fits best. Raises NoAdapter when none does, or two do equally."""
    fitting = [one for one in _ADAPTERS if one.fits(case)]
    if not fitting:
        raise NoAdapter(case, "no topic reads inputs like these")
    best = max(one.weight for one in fitting)
    chosen = [one for one in fitting if one.weight == best]
    if len(chosen) > 1:
        names = ", ".join(one.run.__name__ for one in chosen)
        raise NoAdapter(case, f"more than one fits: {names}")
    return chosen[0].run
