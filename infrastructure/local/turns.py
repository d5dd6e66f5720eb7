"""Who may run: asynchronous work takes turns, in the order it was asked for.

Queue batches, stream batches, state machines, schedules and rule targets run on many threads,
one at a time. Each piece of work draws a ticket when it is asked for, not when its thread gets
going, so the same inputs give the same order of events in every run. Under one interpreter lock
nothing is lost by it. API calls do not take turns: they race here as they race in the cloud.

`Turns` also knows whether anything is left to do, which is what "settled" means.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextvars import ContextVar
from typing import Any, ClassVar

# The ticket on whose behalf a context works; it travels with the in-process AWS calls made in it.
_working_for: ContextVar[int] = ContextVar("working_for_ticket", default=0)


class Abandoned(BaseException):
    """Ends a thread whose cloud has stopped; nobody but `TurnThread` may catch it."""


class Turns:
    """Tickets served in order; idle when every ticket drawn has been handed back."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._next_ticket = 0
        self._waiting: set[int] = set()
        self._current = 0  # 0: nobody
        self._holder = 0
        self._unfinished = 0
        self._is_closed = False
        self.generation = 0

    def ticket(self) -> int:
        """Draw the next place in the line; the work counts as unfinished from now on."""
        with self._changed:
            self._next_ticket += 1
            self._unfinished += 1
            self.generation += 1
            self._waiting.add(self._next_ticket)
            return self._next_ticket

    def begin(self, ticket: int) -> None:
        """Wait until every earlier ticket is done or parked, then hold the turn."""
        with self._changed:
            while not self._is_closed and (self._current or min(self._waiting) != ticket):
                self._changed.wait()
            if self._is_closed:
                raise Abandoned
            self._waiting.discard(ticket)
            self._current = ticket
            self._holder = threading.get_ident()
        _working_for.set(ticket)

    def end(self) -> None:
        """Hand the turn back."""
        with self._changed:
            self._current = 0
            self._holder = 0
            self._unfinished -= 1
            self._changed.notify_all()

    def withdraw(self, ticket: int) -> None:
        """Give up a ticket that will never begin."""
        with self._changed:
            self._waiting.discard(ticket)
            self._unfinished -= 1
            self._changed.notify_all()

    def close(self) -> None:
        """Nobody gets a turn any more: the cloud has stopped."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    @contextlib.contextmanager
    def turn(self, ticket: int | None = None) -> Iterator[None]:
        """Run the block in turn; inside a turn already held it simply runs."""
        if self.works_in_turn():
            if ticket is not None:
                self.withdraw(ticket)
            yield
            return
        self.begin(self.ticket() if ticket is None else ticket)
        try:
            yield
        finally:
            self.end()

    def is_holder(self) -> bool:
        """Whether the calling thread itself holds the turn."""
        return self._holder == threading.get_ident()

    def works_in_turn(self) -> bool:
        """Whether the calling thread holds the turn, or works for the thread that does."""
        return self.is_holder() or self._current == _working_for.get() != 0

    def is_idle(self) -> bool:
        with self._changed:
            return self._unfinished == 0

    def wait_idle(self, seconds: float) -> bool:
        """Whether all work was handed back within `seconds` of real time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._unfinished == 0, seconds)


class TurnThread(threading.Thread):
    """A thread that takes its turn; `turn_thread` binds it to a line to stand in."""

    turns: ClassVar[Turns]
    exempt: ClassVar[frozenset[str]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target = kwargs.get("target")
        self._takes_turns = getattr(target, "__name__", "") not in self.exempt
        self._lock = threading.Lock()
        self._is_over = False
        self._ticket = 0
        self._joiner_ticket: int | None = None
        self._has_joiner = False

    def start(self) -> None:
        if self._takes_turns:
            self._ticket = self.turns.ticket()
        try:
            super().start()
        except RuntimeError:
            if self._takes_turns:
                self.turns.withdraw(self._ticket)
            raise

    def run(self) -> None:
        if not self._takes_turns:
            super().run()
            return
        with contextlib.suppress(Abandoned):
            self._run_in_turn()

    def _run_in_turn(self) -> None:
        self.turns.begin(self._ticket)
        try:
            super().run()
        finally:
            with self._lock:
                self._is_over = True
                if self._has_joiner:
                    # Drawn by the child, still in its turn: the parent's place is certain.
                    self._joiner_ticket = self.turns.ticket()
            self.turns.end()

    def join(self, timeout: float | None = None) -> None:
        if not self._takes_turns or not self.turns.is_holder():
            super().join(timeout)
            return
        with self._lock:
            if self._is_over:
                return
            self._has_joiner = True
        self.turns.end()
        super().join(timeout)
        ticket = self._joiner_ticket
        self.turns.begin(self.turns.ticket() if ticket is None else ticket)


def turn_thread(turns: Turns, exempt: Iterable[str] = ()) -> type[TurnThread]:
    """A Thread class whose threads take turns, for a module that starts plain threads.

    Threads whose target is named in `exempt` are endless loops of the module's own and are left
    alone: counting them would mean that nothing ever settles.
    """
    return type("TurnThread", (TurnThread,), {"turns": turns, "exempt": frozenset(exempt)})


class TurnPool:
    """Stands in for ThreadPoolExecutor where the caller submits everything and then waits.

    Items run in the order they were submitted; a second worker only gets anywhere while the
    first one is parked in a Wait state, so a map without waits is a plain loop.
    """

    def __init__(self, thread: type[threading.Thread], max_workers: int) -> None:
        self._thread = thread
        self._max_workers = max(1, max_workers)
        self._items: list[tuple[Future[Any], Callable[[], Any]]] = []
        self._next = 0
        self._lock = threading.Lock()

    def __enter__(self) -> "TurnPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.run()

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._items.append((future, lambda: function(*args)))
        return future

    def run(self) -> None:
        """Run what was submitted and return when all of it is done."""
        workers = [
            self._thread(target=self._work, daemon=True)
            for _ in range(min(self._max_workers, len(self._items) - self._next))
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def _work(self) -> None:
        while (item := self._take()) is not None:
            future, call = item
            try:
                future.set_result(call())
            except Exception as error:  # noqa: BLE001 - delivered to whoever reads the future
                future.set_exception(error)

    def _take(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        with self._lock:
            if self._next >= len(self._items):
                return None
            item = self._items[self._next]
            self._next += 1
            return item
