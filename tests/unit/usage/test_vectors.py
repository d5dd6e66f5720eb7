"""The published case of telemetry that comes twice and out of order."""

from itertools import accumulate

from tests.unit.usage.bikes import Bike, reading
from tests.vectors.cases import copied_case
from umlauf.usage.model import PlacedReading

CASE = copied_case("IOT-03")


def test_iot_03_the_total_depends_neither_on_order_nor_on_repetition() -> None:
    # The case counts each message's energy; our devices report the running sum of it.
    messages = CASE["inputs"]["messages"]
    increments = dict(sorted((message["seq"], message["wh"]) for message in messages))
    registers = dict(zip(increments, accumulate(increments.values()), strict=True))
    bike = Bike()
    duplicates = 0
    for message in messages:
        duplicates += len(
            bike.report(reading(message["seq"], registers[message["seq"]])).duplicates
        )
    accepted = list(bike.store.all(PlacedReading))
    assert bike.counted.ride_seconds == CASE["expected"]["total_wh"]
    assert (len(accepted), duplicates) == (
        CASE["expected"]["accepted"],
        CASE["expected"]["duplicates"],
    )
