"""Work takes turns in the order it was asked for, and a parked piece gives its turn away."""

import threading
from datetime import UTC, datetime

from local.clock import Clock
from local.turns import TurnPool, Turns, turn_thread


def test_work_runs_in_the_order_it_was_asked_for_whoever_comes_first() -> None:
    turns, done = Turns(), []
    first, second = turns.ticket(), turns.ticket()

    def work(ticket: int, name: str) -> None:
        with turns.turn(ticket):
            done.append(name)

    late = threading.Thread(target=work, args=(second, "second"))
    late.start()
    threading.Thread(target=work, args=(first, "first")).start()
    late.join(5)
    assert done == ["first", "second"]


def test_work_that_is_waiting_for_its_turn_is_not_idle() -> None:
    turns = Turns()
    ticket = turns.ticket()
    assert not turns.wait_idle(0.01)
    with turns.turn(ticket):
        assert not turns.is_idle()
    assert turns.is_idle()


def test_work_inside_a_turn_needs_no_turn_of_its_own() -> None:
    turns = Turns()
    with turns.turn(), turns.turn(turns.ticket()):
        pass
    assert turns.is_idle()


def test_a_pool_runs_its_items_in_order_and_hands_errors_over() -> None:
    turns, done = Turns(), []

    def item(number: int) -> int:
        done.append(number)
        if number == 3:
            raise ValueError(number)
        return number * 2

    with turns.turn(), TurnPool(turn_thread(turns), 4) as pool:
        futures = [pool.submit(item, number) for number in range(6)]
    assert done == list(range(6))
    assert futures[2].result() == 4
    assert isinstance(futures[3].exception(), ValueError)


def test_a_parked_thread_lets_others_run_and_wakes_at_its_moment() -> None:
    turns, log = Turns(), []
    clock = Clock(turns)
    thread = turn_thread(turns)
    clock.start(datetime(2026, 1, 1, tzinfo=UTC))

    def settle() -> None:
        assert turns.wait_idle(5)

    def wait(name: str, seconds: float) -> None:
        log.append(f"{name} begins")
        clock.sleep(seconds)
        log.append(f"{name} ends at {clock.now() - began:.0f}")

    try:
        began = clock.now()
        for name, seconds in (("long", 60.0), ("short", 20.0), ("equal", 20.0)):
            thread(target=wait, args=(name, seconds), daemon=True).start()
        clock.move(began + 59, settle)
        clock.move(began + 100, settle)
    finally:
        clock.stop()
    assert log == [
        "long begins", "short begins", "equal begins",
        "short ends at 20", "equal ends at 20", "long ends at 60",
    ]  # fmt: skip


def test_an_event_is_waited_for_until_its_time_is_over() -> None:
    turns = Turns()
    clock = Clock(turns)
    clock.start(datetime(2026, 1, 1, tzinfo=UTC))
    answers: list[bool] = []
    events = [clock.event(), clock.event()]
    for event in events:
        turn_thread(turns)(
            target=lambda one=event: answers.append(one.wait(10)), daemon=True
        ).start()
    try:
        assert turns.wait_idle(5)
        events[0].set()
        assert turns.wait_idle(5)
        clock.move(clock.now() + 10, lambda: None)
        assert turns.wait_idle(5)
    finally:
        clock.stop()
    assert answers == [True, False]
