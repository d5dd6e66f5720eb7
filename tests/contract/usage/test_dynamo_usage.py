"""Usage's repositories keep the promises of its ports in DynamoDB."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from umlauf.kernel.calendar import Period
from umlauf.kernel.work import StaleVersion, Work
from umlauf.usage.errors import TooManyUsageEvents, UnknownMeter
from umlauf.usage.model import (
    Bucket,
    ChargedBy,
    Correction,
    DayUsage,
    MeterPoint,
    PlacedReading,
    Position,
    Reading,
    Registers,
    RejectedReading,
    RejectionReason,
    Ride,
)
from umlauf.usage.ports import Neighbours
from umlauf.usage.usage_events import ReportedEvent, UsageEvent
from umlauf_adapters.billing.invoiced_usage import InvoicedUsage
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.layouts import stored
from umlauf_adapters.usage import usage_events
from umlauf_adapters.usage.readings import DynamoMeterPoints, DynamoReadings
from umlauf_adapters.usage.rollups import DynamoRollups
from umlauf_adapters.usage.usage_events import DynamoUsageEvents

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
BUCKET = Bucket("sub_1", date(2026, 9, 1), ChargedBy.INVOICE)


def put(*aggregates: object) -> None:
    work = Work(NOW)
    for aggregate in aggregates:
        work.put(aggregate)  # type: ignore[arg-type]
    DynamoWorks().commit(work)


def placed(boot: int, seq: int, *, device_id: str = "dev_1") -> PlacedReading:
    ride = Ride(NOW, NOW, "sta_1", None)
    reading = Reading(device_id, Position(boot, seq), NOW, Registers(10 * seq, seq, 1), ride)
    return PlacedReading(reading, BUCKET, Registers(10, 1, 0), is_reset=seq == 1)


def test_readings_come_in_the_order_of_their_positions_and_whole() -> None:
    told = [placed(1, 9), placed(1, 10), placed(2, 1), placed(10, 0)]
    put(*reversed(told), placed(1, 1, device_id="dev_2"))
    assert list(DynamoReadings().of_device("dev_1")) == [stored(one) for one in told]


@pytest.mark.parametrize(
    ("position", "before", "after"),
    [
        pytest.param(Position(1, 5), None, placed(1, 9), id="before the first"),
        pytest.param(Position(1, 9), placed(1, 9), placed(2, 1), id="the reading itself"),
        pytest.param(Position(1, 10), placed(1, 9), placed(2, 1), id="across a restart"),
        pytest.param(Position(2, 2), placed(2, 1), None, id="after the last"),
    ],
)
def test_neighbours_are_the_nearest_of_the_same_device(
    position: Position, before: PlacedReading | None, after: PlacedReading | None
) -> None:
    put(placed(1, 9), placed(2, 1), placed(1, 10, device_id="dev_2"))
    put(
        Correction("dev_1", Position(2, 1), Position(1, 9), BUCKET, Registers(-1, 0, 0), NOW),
        MeterPoint("dev_1", "ast_1", NOW),
    )
    assert DynamoReadings().around("dev_1", position) == Neighbours(
        before.reading if before else None, stored(after) if after else None
    )


def test_meter_points_corrections_and_rejections_are_read_back_as_they_were() -> None:
    point = MeterPoint("dev_1", "ast_1", NOW, Registers(1, 2, 3), placed(1, 1).reading, 7)
    correction = Correction(
        "dev_1", Position(1, 3), Position(1, 2), BUCKET, Registers(-5, -1, 0), NOW
    )
    rejected = RejectedReading(
        "ast_1", placed(1, 2).reading, RejectionReason.REGISTER_BACKWARDS, NOW
    )
    put(point, correction, rejected)
    points = DynamoMeterPoints()
    assert points.get("dev_1") == stored(point)
    assert points.get_many(["dev_1", "dev_2"]) == {"dev_1": stored(point)}
    assert points.get("dev_2") is None
    history = DynamoReadings()
    assert list(history.corrections_of("dev_1")) == [stored(correction)]
    assert history.rejected(rejected.id, "dev_1") == stored(rejected)
    assert history.rejected("rej_other", "dev_1") is None


def test_a_billing_period_sums_its_own_days_and_what_is_invoiced() -> None:
    days = [
        DayUsage("sub_1", date(2026, 8, 31), Registers(1, 0, 0)),
        DayUsage("sub_1", date(2026, 9, 1), Registers(20, 5, 1), Registers(300, 0, 0)),
        DayUsage("sub_1", date(2026, 9, 30), Registers(4000, 7, 0)),
        DayUsage("sub_1", date(2026, 10, 1), Registers(50_000, 0, 0)),
        DayUsage("sub_2", date(2026, 9, 1), Registers(600_000, 0, 0)),
    ]
    put(*days)
    rollups = DynamoRollups()
    september = Period(date(2026, 9, 1), date(2026, 10, 1))
    assert rollups.total("sub_1", "ride_seconds", september) == 4020
    assert rollups.total("sub_1", "metres", september) == 12
    assert rollups.total("sub_3", "metres", september) == 0
    assert rollups.by_day("sub_1", september) == tuple(stored(day) for day in days[1:3])
    assert rollups.metered("sub_1", "ride_seconds") == 54_321
    assert rollups.get("sub_1", date(2026, 9, 2)) is None
    found = rollups.get_many([("sub_1", date(2026, 9, 1)), ("sub_1", date(2026, 9, 2))])
    assert found == {("sub_1", date(2026, 9, 1)): stored(days[1])}
    assert {day.id for day in rollups.scan()} == {day.id for day in days}
    with pytest.raises(UnknownMeter):
        rollups.total("sub_1", "watts", september)


# --- Usage events ---------------------------------------------------------------------------------


def usage_event(event_id: str, at: datetime, **told: Any) -> UsageEvent:
    known: dict[str, Any] = {"subscription_id": "sub_1", "meter": "sales"}
    reported = ReportedEvent(event_id=event_id, at=at, **(known | told))
    return UsageEvent(reported=reported, day=date(2026, 9, 1), recorded_at=NOW)


def test_an_event_reads_back_as_it_was_told() -> None:
    told = usage_event("e-1", NOW, quantity=Decimal("12.500000"), name="eco", subject="ada")
    put(told)
    assert DynamoUsageEvents().get("sub_1", "e-1") == stored(told)
    assert DynamoUsageEvents().get("sub_2", "e-1") is None


def test_an_event_id_is_taken_once() -> None:
    put(usage_event("e-1", NOW))
    with pytest.raises(StaleVersion):
        put(usage_event("e-1", NOW, quantity=Decimal(2)))


def test_a_meters_events_come_in_the_order_of_time_to_the_microsecond() -> None:
    half = NOW + timedelta(microseconds=500_000)
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-5)))
    told = [
        usage_event("b", NOW),
        usage_event("c", elsewhere),
        usage_event("a", half),
        usage_event("d", NOW + timedelta(seconds=1)),
    ]
    put(*reversed(told))
    put(usage_event("x", NOW, meter="seats"), usage_event("y", NOW, subscription_id="sub_2"))
    events = DynamoUsageEvents()
    until = NOW + timedelta(seconds=1)
    assert [one.reported.event_id for one in events.of_meter("sub_1", "sales", NOW, until)] == [
        "b",
        "c",
        "a",
    ]
    assert events.of_meter("sub_1", "sales", until, until + timedelta(1))[0] == stored(told[3])


def test_events_come_in_pages_the_latest_first() -> None:
    put(*(usage_event(f"e-{n}", NOW + timedelta(minutes=n)) for n in range(3)))
    events = DynamoUsageEvents()
    first = events.page_of_meter("sub_1", "sales", limit=2)
    rest = events.page_of_meter("sub_1", "sales", limit=2, cursor=first.next_cursor)
    found = [one.reported.event_id for one in (*first.items, *rest.items)]
    assert (found, rest.next_cursor) == (["e-2", "e-1", "e-0"], None)


def test_more_events_than_a_bill_can_read_are_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(usage_events, "MOST_AT_ONCE", 2)
    put(*(usage_event(f"e-{n}", NOW) for n in range(3)))
    with pytest.raises(TooManyUsageEvents, match="shorter periods"):
        DynamoUsageEvents().of_meter("sub_1", "sales", NOW, NOW + timedelta(1))


def test_billing_reads_what_counts_and_no_more() -> None:
    put(usage_event("a", NOW), usage_event("b", NOW), usage_event("c", NOW, corrects="a"))
    found = InvoicedUsage().measured("sub_1", "sales", NOW, NOW + timedelta(1))
    assert [one.id for one in found] == ["b"]
