"""Moving the clock: schedules across a change of the clocks, and the same run twice."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.cloud import LocalCloud
from local.errors import LocalCloudError
from tests.local.conftest import FIXTURE_APP, START, Table

pytestmark = pytest.mark.local


def test_schedules_fire_at_their_local_time_through_the_change_of_the_clocks(
    cloud: LocalCloud, table: Table
) -> None:
    cloud.move_to(datetime(2026, 3, 31, 12, tzinfo=UTC))
    assert table.sort_keys("tick#nightly") == [
        "2026-03-28T01:30:00+00:00",
        # 29 March has no 02:30 in Berlin
        "2026-03-30T00:30:00+00:00",
        "2026-03-31T00:30:00+00:00",
    ]
    assert len(table.sort_keys("tick#half-daily")) == 8
    item = cloud.client("dynamodb").query(
        TableName=table.name,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "tick#nightly"}},
    )["Items"][0]
    assert item["at"]["S"] == "2026-03-28T01:30:00Z"  # what the schedule's input was told


def test_in_autumn_the_repeated_hour_fires_once(cloud: LocalCloud, table: Table) -> None:
    cloud.move_to(datetime(2026, 10, 24, 12, tzinfo=UTC))
    before = set(table.sort_keys("tick#nightly"))
    cloud.move_to(datetime(2026, 10, 26, 12, tzinfo=UTC))
    assert sorted(set(table.sort_keys("tick#nightly")) - before) == [
        "2026-10-25T00:30:00+00:00",
        "2026-10-26T01:30:00+00:00",
    ]


def test_the_clock_never_goes_back(cloud: LocalCloud) -> None:
    with pytest.raises(LocalCloudError, match="never goes back"):
        cloud.move_to(cloud.now() - timedelta(seconds=1))
    with pytest.raises(LocalCloudError, match="needs its offset"):
        cloud.move_to(datetime(2030, 1, 1))  # noqa: DTZ001


class Countdown:
    """A due source of somebody else's."""

    def __init__(self, moments: list[float]) -> None:
        self.moments = moments
        self.fired: list[float] = []

    def next_due(self, now: float) -> float | None:
        return min((moment for moment in self.moments if moment > now), default=None)

    def fire(self, now: float) -> None:
        self.fired.append(now)


def test_others_take_part_in_every_move(cloud: LocalCloud) -> None:
    now = cloud.clock.now()
    source = Countdown([now + 10, now + 25, now + 1000])
    cloud.register(source)
    try:
        cloud.advance(timedelta(seconds=60))
    finally:
        cloud.clock.unregister(source)
    assert source.fired == [now + 10, now + 25]


def test_work_given_a_place_in_the_line_is_waited_for(cloud: LocalCloud) -> None:
    import threading  # noqa: PLC0415

    done: list[str] = []
    job = cloud.in_line(lambda: done.append("job"))
    threading.Timer(0.1, job).start()
    cloud.settle()
    assert done == ["job"]


def story(state_dir: Path) -> list[str]:
    """Some of everything, all at once, over four days; what the bus saw and who was told."""
    with LocalCloud(FIXTURE_APP, start=START, state_dir=state_dir) as cloud:
        table = Table(cloud)
        for number in range(12):
            expires = int((START + timedelta(hours=number % 3 + 1)).timestamp())
            table.put(f"thing#{number}", expires_at=expires)
            cloud.client("stepfunctions").start_execution(
                stateMachineArn=cloud.outputs["Reminders"],
                input=json.dumps({"name": f"n{number}", "at": "", "items": [1, 2]}),
            )
        cloud.advance(timedelta(days=4))
        events = [f"{event['type']} {event['data']['pk']}" for event in cloud.events.all()]
        mails = [f"{mail['sent_at']} {mail['text']}" for mail in cloud.inbox.messages()]
        tasks = [key for number in range(12) for key in table.sort_keys(f"task#n{number}")]
        return [*events, *mails, *tasks]


def test_zz_the_same_run_twice_tells_the_same_story(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("cloud").stop()  # one at a time; the last test of this module
    first, second = story(tmp_path / "one"), story(tmp_path / "two")
    assert first == second
    assert len(first) == 24 + 24 + 36
