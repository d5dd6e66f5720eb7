"""Streams and queues: in order, each once, what cannot be done goes where an alarm watches."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from local.cloud import LocalCloud
from tests.local.conftest import Table

pytestmark = pytest.mark.local


def types_of(cloud: LocalCloud, pk: str) -> list[str]:
    return [event["type"] for event in cloud.events.all() if event["data"]["pk"] == pk]


def test_a_change_reaches_the_bus_and_its_reactor_once(cloud: LocalCloud, table: Table) -> None:
    table.put("thing#1")
    cloud.settle()
    assert types_of(cloud, "thing#1") == ["things.changed.v1"]
    assert len(table.sort_keys("seen#thing#1")) == 1
    mails = [mail for mail in cloud.inbox.messages() if mail["text"] == "about thing#1"]
    assert [mail["to"] for mail in mails] == [["ann@example.org"]]


def test_what_the_filter_leaves_out_is_never_seen(cloud: LocalCloud, table: Table) -> None:
    table.put("other#1")
    cloud.settle()
    assert types_of(cloud, "other#1") == []


def test_a_poisoned_record_is_given_up_alone_and_those_behind_it_go_on(
    cloud: LocalCloud, table: Table
) -> None:
    for name in ("before", "poison", "after"):
        table.put(f"thing#{name}")
    cloud.settle()
    assert types_of(cloud, "thing#before") == ["things.changed.v1"]
    cloud.advance(timedelta(minutes=5))
    assert types_of(cloud, "thing#poison") == []
    assert types_of(cloud, "thing#after") == ["things.changed.v1"]
    letters = cloud.client("sqs").receive_message(QueueUrl=cloud.resource("LostLetters"))
    lost = json.loads(letters["Messages"][0]["Body"])
    assert lost["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert lost["DDBStreamBatchInfo"]["batchSize"] == 1
    cloud.client("sqs").purge_queue(QueueUrl=cloud.resource("LostLetters"))


def test_a_message_that_keeps_failing_ends_in_the_dead_letters(
    cloud: LocalCloud, table: Table
) -> None:
    table.put("thing#unlucky")
    cloud.settle()
    assert table.sort_keys("seen#thing#unlucky") == []
    cloud.advance(timedelta(minutes=3))
    letters = cloud.client("sqs").receive_message(QueueUrl=cloud.resource("LostLetters"))
    body = json.loads(letters["Messages"][0]["Body"])
    assert body["detail"] == {"pk": "thing#unlucky"}


def test_an_item_expires_at_its_second_and_its_stream_record_says_who_did_it(
    cloud: LocalCloud, table: Table
) -> None:
    at = cloud.now() + timedelta(hours=1)
    table.put("thing#fleeting", expires_at=int(at.timestamp()))
    cloud.advance(timedelta(minutes=59, seconds=59))
    assert types_of(cloud, "thing#fleeting") == ["things.changed.v1"]
    assert table.sort_keys("thing#fleeting") == ["x"]
    cloud.advance(timedelta(seconds=1))
    assert types_of(cloud, "thing#fleeting") == ["things.changed.v1", "things.expired.v1"]
    assert table.sort_keys("thing#fleeting") == []


def test_an_item_whose_expiry_was_put_off_stays(cloud: LocalCloud, table: Table) -> None:
    now = int(cloud.now().timestamp())
    table.put("thing#kept", expires_at=now + 60)
    table.put("thing#kept", expires_at=now + 7200)
    cloud.advance(timedelta(hours=1))
    assert table.sort_keys("thing#kept") == ["x"]


def test_a_delayed_message_arrives_when_its_delay_is_over(cloud: LocalCloud, table: Table) -> None:
    envelope = {"detail-type": "things.changed.v1", "detail": {"pk": "thing#delayed"}}
    cloud.client("sqs").send_message(
        QueueUrl=cloud.resource("ReactQueue"), MessageBody=json.dumps(envelope), DelaySeconds=600
    )
    due = cloud.now() + timedelta(seconds=600)
    cloud.advance(timedelta(hours=1))
    seen = [
        datetime.fromisoformat(at).astimezone(UTC) for at in table.sort_keys("seen#thing#delayed")
    ]
    assert seen == [due]


def test_an_operation_is_measured_in_calls_and_units(cloud: LocalCloud, table: Table) -> None:
    with cloud.measure() as measured:
        table.put("other#measured")
        table.sort_keys("other#measured")
        cloud.settle()
    assert measured.dynamodb["calls"] == {"PutItem": 1, "Query": 1}
    assert measured.dynamodb["calls_by_table"] == {table.name: {"PutItem": 1, "Query": 1}}
    assert (measured.write_units, measured.read_units) == (1.0, 0.5)
    table.put("other#unmeasured")
    assert measured.dynamodb["calls"]["PutItem"] == 1


@pytest.mark.parametrize(("is_consistent", "units"), [(True, 4.0), (False, 2.0)])
def test_a_batch_read_is_counted_by_the_size_of_each_item(
    cloud: LocalCloud, table: Table, *, is_consistent: bool, units: float
) -> None:
    table.put("other#small")
    large = {"pk": {"S": "other#large"}, "sk": {"S": "x"}, "text": {"S": "." * 5_000}}
    cloud.client("dynamodb").put_item(TableName=table.name, Item=large)
    names = ("other#small", "other#large", "other#missing")
    keys = [{"pk": {"S": name}, "sk": {"S": "x"}} for name in names]
    wanted = {table.name: {"Keys": keys, "ConsistentRead": is_consistent}}
    with cloud.measure() as measured:
        found = cloud.client("dynamodb").batch_get_item(RequestItems=wanted)
    assert len(found["Responses"][table.name]) == 2
    assert measured.read_units == units


def test_what_a_function_calls_is_counted_as_its_own(cloud: LocalCloud, table: Table) -> None:
    with cloud.measure() as measured:
        table.put("thing#counted")
        cloud.settle()
    whose = {name: tally.calls for name, tally in measured.by_function.items()}
    assert whose == {"": {"PutItem": 1}, cloud.resource("React"): {"PutItem": 1}}
    assert sum(tally.write_units for tally in measured.by_function.values()) == 2.0
