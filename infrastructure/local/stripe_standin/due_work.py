"""What happens later: a queue of due moments that the movable clock drives.

Nothing here sleeps. Whoever owns the clock asks `next_due` and takes what is due. Each entry has a
key, so that a plan can be replaced, and is plain data, so that it can be saved.
"""

import heapq
from dataclasses import dataclass

from local.stripe_standin.wire import Json


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """Work of a `kind` on a `subject`, at an instant in epoch seconds.

    The work of one instant is done in order of its subjects, not of its planning: requests that
    race plan in any order, and their outcome should be the same in every run.
    """

    at: float
    kind: str
    subject: str

    @property
    def key(self) -> tuple[str, str]:
        return (self.kind, self.subject)


class DueWork:
    """Not thread-safe by itself: the account's lock guards it."""

    def __init__(self) -> None:
        self._planned: dict[tuple[str, str], Due] = {}
        self._heap: list[Due] = []

    def plan(self, kind: str, subject: str, *, at: float) -> None:
        """Plan one piece of work; an earlier plan for the same subject is replaced."""
        due = Due(at=at, kind=kind, subject=subject)
        self._planned[due.key] = due
        heapq.heappush(self._heap, due)

    def next_due(self) -> float | None:
        self._drop_replaced()
        return self._heap[0].at if self._heap else None

    def take(self, *, until: float) -> Due | None:
        """Take the earliest piece of work due at or before `until`."""
        self._drop_replaced()
        if not self._heap or self._heap[0].at > until:
            return None
        due = heapq.heappop(self._heap)
        del self._planned[due.key]
        return due

    def state(self) -> list[Json]:
        return [
            {"at": due.at, "kind": due.kind, "subject": due.subject}
            for due in sorted(self._planned.values())
        ]

    def restore(self, state: list[Json]) -> None:
        self._planned.clear()
        self._heap.clear()
        for entry in state:
            self.plan(entry["kind"], entry["subject"], at=entry["at"])

    def _drop_replaced(self) -> None:
        while self._heap and self._planned.get(self._heap[0].key) is not self._heap[0]:
            heapq.heappop(self._heap)
