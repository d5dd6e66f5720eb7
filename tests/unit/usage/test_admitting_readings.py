"""What no device of ours can mean is refused before anything is looked up."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.fakes import MemoryStore
from tests.unit.usage.bikes import DEVICE, START, Bike, reading
from tests.use_fakes import KnownHolders, MemoryMeterPoints, MemoryReadings, MemoryRollups
from umlauf.kernel.calendar import NaiveInstant
from umlauf.kernel.errors import InvalidInput
from umlauf.usage.admission import MAX_AGE, MAX_AHEAD, MAX_COUNTER, MAX_REGISTER, admit_reading
from umlauf.usage.errors import (
    AbsurdReading,
    MeterMountedElsewhere,
    ReadingFromTheFuture,
    ReadingTooOld,
    UnknownDevice,
    UnknownMeter,
)
from umlauf.usage.model import Position, Reading, Registers, Ride
from umlauf.usage.use_cases.mount_meter import mount_meter
from umlauf.usage.use_cases.record_readings import record_readings

NOW = START + timedelta(hours=1)
GOOD = reading(1, 600, at=START)


@pytest.mark.parametrize(
    ("bad", "refusal", "field"),
    [
        pytest.param(
            replace(GOOD, at=NOW + MAX_AHEAD + timedelta(microseconds=1)),
            ReadingFromTheFuture,
            "at",
            id="more than five minutes ahead",
        ),
        pytest.param(
            replace(GOOD, at=NOW - MAX_AGE - timedelta(microseconds=1)),
            ReadingTooOld,
            "at",
            id="more than ninety days back",
        ),
        pytest.param(
            replace(GOOD, registers=Registers(-1, 0, 0)), AbsurdReading, "ride_seconds", id="< 0"
        ),
        pytest.param(
            replace(GOOD, registers=Registers(0, MAX_REGISTER + 1, 0)),
            AbsurdReading,
            "metres",
            id="further than any bike rides",
        ),
        pytest.param(
            replace(GOOD, position=Position(MAX_COUNTER + 1, 0)), AbsurdReading, "boot", id="boot"
        ),
        pytest.param(replace(GOOD, position=Position(0, -1)), AbsurdReading, "seq", id="seq"),
        pytest.param(
            replace(GOOD, ride=Ride(NOW, START)), AbsurdReading, "ride.ended_at", id="ends first"
        ),
        pytest.param(
            replace(GOOD, at=datetime(2026, 9, 1, 6, 0)),  # noqa: DTZ001 - that is the point
            NaiveInstant,
            None,
            id="no time zone",
        ),
    ],
)
def test_an_unbelievable_reading_is_refused(
    bad: Reading, refusal: type[InvalidInput], field: str | None
) -> None:
    with pytest.raises(refusal) as refused:
        admit_reading(bad, NOW)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "extreme",
    [
        replace(GOOD, at=NOW + MAX_AHEAD),
        replace(GOOD, at=NOW - MAX_AGE),
        replace(GOOD, registers=Registers(MAX_REGISTER, MAX_REGISTER, MAX_REGISTER)),
        replace(GOOD, position=Position(MAX_COUNTER, MAX_COUNTER)),
        replace(GOOD, ride=Ride(START, START)),
    ],
)
def test_the_last_believable_reading_is_admitted(extreme: Reading) -> None:
    assert admit_reading(extreme, NOW) == extreme


def test_a_device_without_a_meter_point_is_unknown() -> None:
    store = MemoryStore()
    with pytest.raises(UnknownDevice):
        store.run(
            lambda work: record_readings(
                [GOOD],
                work=work,
                meter_points=MemoryMeterPoints(store),
                history=MemoryReadings(store),
                rollups=MemoryRollups(store),
                holders=KnownHolders(),
            ),
            NOW,
        )
    assert store.commits == 0


def test_mounting_again_keeps_the_first_baseline() -> None:
    bike = Bike(baseline=Registers(100, 400, 0))
    bike.store.run(
        lambda work: mount_meter(
            DEVICE, "ast_1", work=work, meter_points=MemoryMeterPoints(bike.store)
        ),
        NOW,
    )
    bike.report(reading(1, 150))
    assert bike.counted.ride_seconds == 50


def test_a_mounted_meter_stays_with_its_asset() -> None:
    bike = Bike()
    with pytest.raises(MeterMountedElsewhere):
        bike.store.run(
            lambda work: mount_meter(
                DEVICE, "ast_2", work=work, meter_points=MemoryMeterPoints(bike.store)
            ),
            NOW,
        )


def test_asking_for_a_meter_that_is_none_is_refused() -> None:
    with pytest.raises(UnknownMeter):
        Registers().of("watts")
