"""Usage is counted once, whatever arrives twice, late, out of order or never."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.usage.bikes import ANNA, ASSET, BERT, START, Bike, reading
from tests.use_fakes import KnownHolders
from umlauf.kernel.work import Work
from umlauf.usage.events import ReadingRejected, RegisterReset, Unattributed
from umlauf.usage.model import (
    Correction,
    DayUsage,
    MeterPoint,
    PlacedReading,
    Position,
    Reading,
    Registers,
    RejectedReading,
    RejectionReason,
)
from umlauf.usage.placement import Placement, place_reading


def test_the_first_reading_counts_from_what_the_meter_showed_when_it_was_mounted() -> None:
    bike = Bike(baseline=Registers(1000, 4000, 1))
    bike.report(reading(1, 1600))
    assert bike.counted == Registers(600, 2400, 1)


def test_a_repeated_reading_changes_nothing() -> None:
    bike = Bike()
    bike.report(reading(1, 600))
    commits = bike.store.commits
    assert bike.report(reading(1, 600), reading(1, 600)).duplicates == [reading(1, 600)] * 2
    assert bike.store.commits == commits


def test_a_late_reading_takes_its_part_from_the_one_after_it() -> None:
    bike = Bike()
    monday, tuesday = START, START + timedelta(days=1)
    bike.report(reading(1, 100, at=monday))
    bike.report(reading(3, 700, at=tuesday))
    bike.report(reading(2, 250, at=monday + timedelta(hours=2)))
    assert {day: used.ride_seconds for (_, day), used in bike.sums.items()} == {
        "2026-09-01": 250,
        "2026-09-02": 450,
    }
    (correction,) = bike.store.all(Correction)
    assert (correction.corrected, correction.cause) == (Position(1, 3), Position(1, 2))
    assert correction.used.ride_seconds == -150
    stored = bike.store.get(PlacedReading, "dev_1:1.3")
    assert stored is not None
    assert stored.used.ride_seconds == 600, "the reading itself is never edited"


def test_a_late_reading_gives_each_holder_what_was_theirs() -> None:
    handed_on = START + timedelta(hours=12)
    bike = Bike(KnownHolders([(START, ANNA), (handed_on, BERT)]))
    bike.report(reading(1, 100))
    bike.report(reading(3, 900, at=handed_on + timedelta(hours=1)))
    assert bike.counted_for("sub_bert").ride_seconds == 800
    bike.report(reading(2, 400, at=handed_on - timedelta(hours=1)))
    assert bike.counted_for("sub_anna").ride_seconds == 400
    assert bike.counted_for("sub_bert").ride_seconds == 500


@pytest.mark.parametrize(
    ("at", "owner"),
    [
        pytest.param(timedelta(seconds=-1), "sub_anna", id="a second before"),
        pytest.param(timedelta(0), "sub_bert", id="the very instant belongs to the new holder"),
    ],
)
def test_usage_belongs_to_who_holds_the_asset_at_the_readings_instant(
    at: timedelta, owner: str
) -> None:
    handed_on = START + timedelta(hours=12)
    bike = Bike(KnownHolders([(START, ANNA), (handed_on, BERT)]))
    bike.report(reading(1, 60, at=handed_on + at))
    assert bike.counted_for(owner).ride_seconds == 60


@pytest.mark.parametrize(
    ("at", "day"),
    [
        pytest.param("2026-09-30T21:59:59+00:00", "2026-09-30", id="last second of September"),
        pytest.param("2026-09-30T22:00:00+00:00", "2026-10-01", id="midnight in Berlin, summer"),
        pytest.param("2026-10-31T22:59:59+00:00", "2026-10-31", id="last second of October"),
        pytest.param("2026-10-31T23:00:00+00:00", "2026-11-01", id="midnight in Berlin, winter"),
    ],
)
def test_usage_counts_on_the_contracts_local_day(at: str, day: str) -> None:
    bike = Bike()
    bike.report(reading(1, 60, at=datetime.fromisoformat(at)))
    assert list(bike.sums) == [("sub_anna", day)]


def test_usage_of_an_asset_that_nobody_holds_stays_counted_and_is_told() -> None:
    bike = Bike(KnownHolders([(START, None)]))
    bike.report(reading(1, 60))
    assert bike.counted_for(ASSET).ride_seconds == 60
    (told,) = bike.store.events
    assert isinstance(told, Unattributed)
    assert told.used.ride_seconds == 60


def test_a_sign_of_life_without_usage_from_an_idle_asset_is_no_anomaly() -> None:
    bike = Bike(KnownHolders([(START, None)]))
    bike.report(reading(1, 0))
    assert bike.store.events == []
    assert list(bike.store.all(DayUsage)) == []


@pytest.mark.parametrize(
    ("seq", "seconds"),
    [
        pytest.param(6, 899, id="lower than the one before"),
        pytest.param(4, 901, id="higher than the one after"),
    ],
)
def test_a_register_never_runs_backwards_within_one_boot(seq: int, seconds: int) -> None:
    bike = Bike()
    bike.report(reading(5, 900))
    result = bike.report(reading(seq, seconds))
    assert [one.reason for one in result.rejected] == [RejectionReason.REGISTER_BACKWARDS]
    assert bike.counted.ride_seconds == 900
    bike.report(reading(seq, seconds))
    assert len(list(bike.store.all(RejectedReading))) == 1
    assert [type(event) for event in bike.store.events] == [ReadingRejected]


def test_another_reading_at_a_taken_position_is_rejected() -> None:
    bike = Bike()
    bike.report(reading(1, 600))
    result = bike.report(reading(1, 601), reading(1, 601))
    assert {one.reason for one in result.rejected} == {RejectionReason.POSITION_TAKEN}
    assert bike.counted.ride_seconds == 600
    assert len(bike.store.events) == 1


def test_after_a_restart_with_lower_registers_the_meter_counts_from_zero() -> None:
    bike = Bike()
    bike.report_each([reading(1, 900), reading(1, 50, boot=2, at=START + timedelta(hours=3))])
    assert bike.counted.ride_seconds == 950
    (told,) = bike.store.events
    assert isinstance(told, RegisterReset)
    assert (told.boot, told.counted.ride_seconds) == (2, 50)


def test_a_restart_alone_is_no_reset() -> None:
    bike = Bike()
    bike.report_each([reading(1, 900), reading(1, 950, boot=2)])
    assert bike.counted.ride_seconds == 950
    assert bike.store.events == []


def test_a_late_reading_can_reveal_a_reset_that_went_unseen() -> None:
    bike = Bike()
    bike.report_each([reading(1, 900), reading(5, 1000, boot=2)])
    assert bike.counted.ride_seconds == 1000
    bike.report(reading(1, 20, boot=2))
    assert bike.counted.ride_seconds == 1900
    assert [type(event) for event in bike.store.events] == [RegisterReset]


def test_a_late_last_word_before_a_reset_corrects_nothing_after_it() -> None:
    bike = Bike()
    bike.report_each([reading(1, 900), reading(1, 50, boot=2), reading(2, 1000)])
    assert bike.counted.ride_seconds == 1050
    assert list(bike.store.all(Correction)) == []


def test_two_late_readings_of_one_batch_split_one_difference_twice() -> None:
    bike = Bike()
    bike.report(reading(9, 900))
    bike.report(reading(3, 300), reading(6, 600))
    assert [one.used.ride_seconds for one in bike.store.all(Correction)] == [-300, -300]
    assert bike.counted.ride_seconds == 900


def test_two_who_place_at_once_never_count_the_same_difference_twice() -> None:
    bike = Bike()
    bike.report(reading(1, 100))

    def rival(_: Work) -> None:
        bike.report(reading(2, 400))

    bike.store.before_commit = rival
    bike.report(reading(3, 1000))
    assert bike.counted.ride_seconds == 1000
    point = bike.store.get(MeterPoint, "dev_1")
    assert point is not None
    assert point.reading_count == 3


def test_neighbours_of_one_device_are_never_another_devices() -> None:
    bike = Bike()
    bike.report(reading(1, 100))
    with pytest.raises(ValueError, match="one device"):
        bike.report(reading(2, 200), replace(reading(3, 300), device_id="dev_2"))


# --- The laws -----------------------------------------------------------------------------------


def steps(most: int) -> st.SearchStrategy[list[tuple[int, int, int, int, int]]]:
    """How far each register runs from one reading to the next, the hours between, and restarts."""
    figure = st.integers(0, 5000)
    return st.lists(
        st.tuples(
            figure, figure, st.integers(0, 3), st.integers(0, 30), st.sampled_from([0, 0, 1])
        ),
        min_size=1,
        max_size=most,
    )


def told(story: list[tuple[int, int, int, int, int]]) -> list[Reading]:
    """The readings of a device that lived through the story; registers survive its restarts."""
    readings = []
    registers, at, boot = Registers(), START, 1
    for seq, (seconds, metres, rides, hours, restarts) in enumerate(story):
        registers += Registers(seconds, metres, rides)
        at += timedelta(hours=hours)
        boot += restarts
        readings.append(Reading("dev_1", Position(boot, seq), at, registers))
    return readings


@given(story=steps(8), data=st.data())
def test_any_order_and_any_repetition_give_the_same_days(
    story: list[tuple[int, int, int, int, int]], data: st.DataObject
) -> None:
    readings = told(story)
    hand_over = START + timedelta(hours=data.draw(st.integers(0, 100), label="handed on after"))
    holders = KnownHolders([(START, ANNA), (hand_over, BERT)])
    in_order, shuffled = Bike(holders), Bike(holders)
    in_order.report_each(readings)
    repeats = data.draw(st.lists(st.sampled_from(readings), max_size=4), label="again")
    arrivals = data.draw(st.permutations(readings + repeats), label="arrivals")
    size = data.draw(st.integers(1, 4), label="batch size")
    for start in range(0, len(arrivals), size):
        shuffled.report(*arrivals[start : start + size])
    assert shuffled.sums == in_order.sums
    assert shuffled.recorded == shuffled.sums, "the days are the sum of what is on record"


@given(story=steps(8), data=st.data())
def test_losing_readings_between_the_first_and_the_last_loses_no_usage(
    story: list[tuple[int, int, int, int, int]], data: st.DataObject
) -> None:
    readings = told(story)
    kept = [one for one in readings[:-1] if data.draw(st.booleans())] + readings[-1:]
    bike = Bike()
    bike.report_each(data.draw(st.permutations(kept)))
    assert bike.counted == readings[-1].registers


@given(story=steps(6), arrivals=st.data())
def test_no_day_ever_comes_to_less_than_nothing_when_all_is_told(
    story: list[tuple[int, int, int, int, int]], arrivals: st.DataObject
) -> None:
    bike = Bike()
    bike.report_each(arrivals.draw(st.permutations(told(story))))
    for used in bike.sums.values():
        assert not used.is_behind(Registers())


@given(
    previous=st.integers(0, 1000),
    late=st.integers(0, 1000),
    following=st.integers(0, 1000),
)
def test_the_split_is_exact(previous: int, late: int, following: int) -> None:
    previous, late, following = sorted((previous, late, following))
    placement = place_reading(
        reading(2, late), reading(1, previous), reading(3, following), Registers()
    )
    assert isinstance(placement, Placement)
    assert placement.used.ride_seconds == late - previous
    assert placement.correction.ride_seconds == previous - late
