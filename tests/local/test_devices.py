"""Devices over MQTT: only with a certificate, only as themselves, and nothing they say is lost."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from local.alarms import Alarms
from local.boot import ministack
from local.cloud import LocalCloud
from tests.local.conftest import Device, Table

pytestmark = pytest.mark.local
MakeDevice = Callable[[str], Device]


def test_readings_reach_the_table_through_rule_queue_and_function(
    cloud: LocalCloud, table: Table, device: MakeDevice
) -> None:
    bike = device("bike-1")
    assert bike.connect()
    for value in range(25):
        bike.read(value)
    cloud.settle()
    assert sorted(map(int, table.sort_keys("reading#bike-1"))) == list(range(25))


def test_what_is_no_reading_ends_in_the_dead_letters_and_rings(
    cloud: LocalCloud, table: Table, device: MakeDevice
) -> None:
    bike = device("bike-2")
    assert bike.connect()
    bike.read(1)
    bike.publish("$aws/rules/readings/devices/bike-2/readings", b"\xff\xfe is not text")
    bike.read(2)
    cloud.settle()
    alarms = Alarms(ministack())
    assert any("RefusedAlarm" in name for name in alarms.raised())  # from the embedded metric
    assert not any("DeadLetters" in name for name in alarms.raised())
    cloud.advance(timedelta(minutes=5))
    assert any("ReadingsDeadLettersAlarm" in name for name in alarms.raised())
    assert sorted(table.sort_keys("reading#bike-2")) == ["1", "2"]
    letters = cloud.client("sqs").receive_message(
        QueueUrl=cloud.resource("ReadingsDeadLetters"), MaxNumberOfMessages=10
    )["Messages"]
    assert [json.loads(letter["Body"])["reported_by"] for letter in letters] == ["bike-2"]


def test_without_its_certificate_a_device_is_refused(device: MakeDevice) -> None:
    assert not device("bike-3").connect(with_certificate=False)


def test_a_device_connects_only_under_its_own_name(device: MakeDevice) -> None:
    device("bike-4")
    assert not device("bike-5").connect(client_id="bike-4")


def test_a_device_that_speaks_for_another_is_cut_off(
    cloud: LocalCloud, table: Table, device: MakeDevice
) -> None:
    bike = device("bike-6")
    assert bike.connect()
    bike.send("$aws/rules/readings/devices/bike-1/readings", {"value": 999})
    assert bike.dropped.wait(5)
    cloud.settle()
    assert "999" not in table.sort_keys("reading#bike-1")


def test_a_revoked_certificate_ends_the_live_session(cloud: LocalCloud, device: MakeDevice) -> None:
    bike = device("bike-7")
    assert bike.connect()
    cloud.client("iot").update_certificate(certificateId=bike.certificate_id, newStatus="REVOKED")
    assert bike.dropped.wait(5)
    bike.close()
    assert not bike.connect()


def test_shadows_and_retained_messages_reach_a_device_that_was_away(
    cloud: LocalCloud, device: MakeDevice
) -> None:
    data = cloud.client("iot-data")
    bike = device("bike-8")
    data.publish(topic="devices/bike-8/may-start", payload=b'{"yes": true}', qos=1, retain=True)
    assert bike.connect()
    bike.subscribe("devices/bike-8/may-start")
    assert bike.wait_for("devices/bike-8/may-start") == {"yes": True}
    bike.subscribe("$aws/things/bike-8/shadow/update/delta")
    data.update_thing_shadow(thingName="bike-8", payload=b'{"state":{"desired":{"lock":"on"}}}')
    assert bike.wait_for("$aws/things/bike-8/shadow/update/delta")["state"] == {"lock": "on"}
    bike.publish("$aws/things/bike-8/shadow/update", {"state": {"reported": {"lock": "on"}}})
    shadow = json.loads(data.get_thing_shadow(thingName="bike-8")["payload"].read())
    assert shadow["state"]["reported"] == {"lock": "on"}


def test_the_broker_listens_on_loopback_only(cloud: LocalCloud) -> None:
    listeners = ministack().iot._mtls_server.sockets  # noqa: SLF001 - nothing public tells
    addresses = [listener.getsockname()[0] for listener in listeners]
    assert addresses == ["127.0.0.1"]
