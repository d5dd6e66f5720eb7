"""The clock of the local cloud: it stands still until somebody moves it.

`time.time()` and `datetime.now()` of the whole process show the cloud's time; monotonic time is
left alone, so sockets and time-outs work as ever. Threads that wait for a moment (a Wait state, a
task token with a time-out) park here. Whatever else is due at a moment (schedules, queues, expiring
items, a partner's retries) registers as a `DueSource`.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import time_machine

from local.errors import LocalCloudError
from local.turns import Abandoned, Turns

_NEVER = float("inf")
# A source that is always due again would hold the clock for ever.
_ROUNDS_PER_MOMENT = 10_000


class DueSource(Protocol):
    """Something that has to happen at moments of the cloud's time, in epoch seconds."""

    def next_due(self, now: float, /) -> float | None:
        """The next moment after which `fire` has something to do, or None."""

    def fire(self, now: float, /) -> None:
        """Do what is due; bounded, and deferring what is not due yet."""


class _Parked:
    """One waiting thread; `ticket` is drawn by whoever wakes it."""

    def __init__(self) -> None:
        self.wake = threading.Event()
        self.ticket = 0
        self.is_waiting = False
        self.is_woken = False
        self.is_abandoned = False


class Clock:
    """A movable clock with parked threads and due sources."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._lock = threading.Lock()
        self._parked: list[tuple[float, int, _Parked]] = []
        self._order = itertools.count()
        self._sources: list[DueSource] = []
        self._travel: time_machine.travel | None = None
        self._coordinates: time_machine.Traveller | None = None
        self.is_running_along = False

    def start(self, at: datetime) -> None:
        """Take the process's wall clock over and set it to `at`."""
        if at.tzinfo is None:
            message = f"the clock needs an aware start time, not {at.isoformat()}"
            raise LocalCloudError(message)
        self._travel = time_machine.travel(at.astimezone(UTC), tick=False)
        self._coordinates = self._travel.start()

    def stop(self) -> None:
        """Give the wall clock back and let every parked thread end."""
        with self._lock:
            parked, self._parked = self._parked, []
        for _, _, waiter in parked:
            waiter.is_abandoned = True
            waiter.wake.set()
        if self._travel is not None:
            self._travel.stop()
            self._travel = self._coordinates = None

    def now(self) -> float:
        return time.time()

    def register(self, source: DueSource) -> None:
        """Let `source` take part in every move from here on, after the earlier registered ones."""
        self._sources.append(source)

    def unregister(self, source: DueSource) -> None:
        if source in self._sources:
            self._sources.remove(source)

    def run_along(self, *, is_on: bool) -> None:
        """Let time pass by itself (serving) or hold it still (moving, tests)."""
        if self._coordinates is not None and is_on != self.is_running_along:
            self.is_running_along = is_on
            self._coordinates.move_to(time.time(), tick=is_on)

    def set(self, moment: float) -> None:
        """Show `moment`; never goes back. Nothing fires: that is `fire_due`."""
        if self._coordinates is not None and moment > time.time():
            self._coordinates.move_to(moment, tick=self.is_running_along)

    def jump(self, moment: float) -> None:
        """Show any moment, even a past one: a loaded state brings its own time."""
        if self._coordinates is not None:
            self._coordinates.move_to(moment, tick=self.is_running_along)

    def move(self, end: float, settle: Callable[[], None]) -> None:
        """Go to `end` from due moment to due moment, settling after everything that happens."""
        settle()
        rounds_here = 0
        while (moment := self._next_moment(end)) is not None:
            rounds_here = rounds_here + 1 if moment[0] <= time.time() else 0
            if rounds_here > _ROUNDS_PER_MOMENT:
                names = ", ".join(sorted({type(source).__name__ for source in moment[1]}))
                message = f"the clock cannot leave {datetime.now(UTC).isoformat()}: {names}"
                raise LocalCloudError(message)
            self.set(moment[0])
            self._do_due(moment[1], settle)
        self.set(end)
        settle()

    def _next_moment(self, end: float) -> tuple[float, list[DueSource]] | None:
        """The next moment up to `end` with something due, and the sources that are due then."""
        now = time.time()
        due = [
            (moment, source)
            for source in self._sources
            if (moment := source.next_due(now)) is not None
        ]
        with self._lock:
            first_parked = self._parked[0][0] if self._parked else _NEVER
        first = max(min([first_parked, *(moment for moment, _ in due)]), now)
        if first > end or first == _NEVER:
            return None
        return first, [source for moment, source in due if moment <= first]

    def _do_due(self, sources: list[DueSource], settle: Callable[[], None]) -> None:
        while self._wake_next():
            settle()
        for source in sources:
            source.fire(time.time())
            settle()

    def sleep(self, seconds: float) -> None:
        """Park the calling thread for `seconds` of the cloud's time."""
        if seconds > 0:
            self.park(time.time() + seconds, _Parked())

    def event(self) -> "ClockEvent":
        return ClockEvent(self)

    def wake(self, waiter: "_Parked") -> None:
        """Let a parked thread go on, next in turn; once."""
        with self._lock:
            if waiter.is_woken:
                return
            waiter.is_woken = True
            if not waiter.is_waiting:
                return
            self._parked = [entry for entry in self._parked if entry[2] is not waiter]
            heapq.heapify(self._parked)
        waiter.ticket = self._turns.ticket()
        waiter.wake.set()

    def park(self, due: float, waiter: "_Parked") -> None:
        """Hold the calling thread until `due` or until somebody wakes it."""
        is_holder = self._turns.is_holder()
        with self._lock:
            if waiter.is_woken:
                return
            waiter.is_waiting = True
            heapq.heappush(self._parked, (due, next(self._order), waiter))
        if is_holder:
            self._turns.end()
        waiter.wake.wait()
        if waiter.is_abandoned:
            raise Abandoned
        if is_holder:
            self._turns.begin(waiter.ticket)
        else:
            self._turns.withdraw(waiter.ticket)

    def _wake_next(self) -> bool:
        with self._lock:
            if not self._parked or self._parked[0][0] > time.time():
                return False
            waiter = self._parked[0][2]
        self.wake(waiter)
        return True


class ClockEvent:
    """Stands in for threading.Event where the time-out is one of the cloud's time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._is_set = False
        self._waiter = _Parked()

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True
        self._clock.wake(self._waiter)

    def wait(self, timeout: float | None = None) -> bool:
        due = _NEVER if timeout is None else time.time() + timeout
        self._clock.park(due, self._waiter)
        return self._is_set
