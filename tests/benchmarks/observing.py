"""Watches one act on the running platform: who called DynamoDB for it, and what it led to."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from local.cloud import LocalCloud
from local.measuring import Tally
from tests.benchmarks.output import Cell

OUTSIDE = ""
COLUMNS = ("operation", "function", "calls", "which", "read units", "write units")


@dataclass(frozen=True)
class Observed:
    """What each function did, by its name without the stack's, and the events that passed."""

    by_function: dict[str, Tally]
    events: list[dict[str, Any]]

    def happened(self, fact: str) -> list[dict[str, Any]]:
        """What the events of this type say."""
        return [event["data"] for event in self.events if event["type"] == fact]

    def of(self, *functions: str) -> "Observed":
        """The part of these functions, in this order."""
        found = {name: self.by_function[name] for name in functions if name in self.by_function}
        return Observed(found, self.events)

    def but(self, *functions: str) -> "Observed":
        return self.of(*(name for name in self.by_function if name not in functions))

    def less(self, other: "Observed") -> "Observed":
        """What went beyond the other."""
        less = dict(self.by_function)
        for name, base in other.by_function.items():
            mine = less.get(name, Tally())
            less[name] = Tally(
                Counter({call: n - base.calls[call] for call, n in mine.calls.items()}),
                mine.read_units - base.read_units,
                mine.write_units - base.write_units,
            )
        return Observed(less, self.events)

    def rows(self, operation: str, count: int = 1) -> list[list[Cell]]:
        """One row a function, each figure by the `count` of operations in it; no function, none."""
        tallies = {name: tally for name, tally in self.by_function.items() if tally.calls.total()}
        rows: list[list[Cell]] = []
        for name, tally in tallies.items():
            rows.append([operation if not rows else "", name, *_figures(tally, count)])
        if len(rows) > 1:
            rows.append(["", "in all", *_figures(_sum(tallies.values()), count)])
        return rows


def _figures(tally: Tally, count: int) -> list[Cell]:
    calls = " · ".join(
        f"{_shown(n / count)} {call}" for call, n in sorted(tally.calls.items()) if n
    )
    total = tally.calls.total()
    return [total / count, calls, tally.read_units / count, tally.write_units / count]


def _shown(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _sum(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.calls += tally.calls
        whole.read_units += tally.read_units
        whole.write_units += tally.write_units
    return whole


class Observer:
    """Watches acts until everything they led to has settled."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._prefix = f"{cloud.outputs['TablePrefix']}-"

    def watch(self, act: Callable[[], object]) -> Observed:
        """The functions that called DynamoDB; what `act` itself asks of it is left out."""
        seen = len(self._cloud.events.all())
        with self._cloud.measure() as measured:
            act()
            self._cloud.settle()
        tallies = {
            name.removeprefix(self._prefix).replace("-", "_"): tally
            for name, tally in sorted(measured.by_function.items())
            if name != OUTSIDE
        }
        return Observed(tallies, self._cloud.events.all()[seen:])

    def hour(self) -> Observed:
        """One hour of the platform's time, with the hourly billing run in it."""
        return self.watch(lambda: self._cloud.advance(timedelta(hours=1)))

    def hour_of(self, fact: str, *, within: int) -> Observed:
        """The first of the coming hours in which the fact happens."""
        for _ in range(within):
            observed = self.hour()
            if observed.happened(fact):
                return observed
        raise AssertionError(f"no {fact} within {within} hours")
