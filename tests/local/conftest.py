"""The fixture application in the local cloud, one cloud per test module, and devices for it."""

import json
import shutil
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from local.cloud import LocalCloud

FIXTURE_APP = Path(__file__).parent / "fixture_app"
START = datetime(2026, 3, 27, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A cloud that starts two days before the clocks go forward in Berlin."""
    state_dir = tmp_path_factory.mktemp("state")
    with LocalCloud(FIXTURE_APP, start=START, state_dir=state_dir) as running:
        yield running


class Table:
    """The application's table, as a test reads it."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self.name = cloud.outputs["TableName"]

    def put(self, pk: str, sk: str = "x", **numbers: int) -> None:
        item: dict[str, Any] = {"pk": {"S": pk}, "sk": {"S": sk}}
        item |= {name: {"N": str(value)} for name, value in numbers.items()}
        self._cloud.client("dynamodb").put_item(TableName=self.name, Item=item)

    def sort_keys(self, pk: str) -> list[str]:
        answer = self._cloud.client("dynamodb").query(
            TableName=self.name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
        )
        return [item["sk"]["S"] for item in answer["Items"]]


@pytest.fixture
def table(cloud: LocalCloud) -> Table:
    return Table(cloud)


@pytest.fixture(scope="module")
def api(cloud: LocalCloud) -> Iterator[httpx.Client]:
    """A client that is signed in as Ann."""
    cognito = cloud.client("cognito-idp")
    pool = {"UserPoolId": cloud.outputs["Pool"], "Username": "ann"}
    cognito.admin_create_user(**pool)
    cognito.admin_set_user_password(**pool, Password="Passw0rd!x", Permanent=True)
    answer = cognito.initiate_auth(
        ClientId=cloud.outputs["PoolClient"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ann", "PASSWORD": "Passw0rd!x"},
    )
    token = answer["AuthenticationResult"]["IdToken"]
    with httpx.Client(base_url=cloud.http_url, headers={"Authorization": token}, timeout=30) as c:
        yield c


class Device:
    """A real MQTT client with a certificate of its own."""

    def __init__(self, cloud: LocalCloud, name: str, folder: Path) -> None:
        self._cloud = cloud
        self.name = name
        iot = cloud.client("iot")
        iot.create_thing(thingName=name)
        keys = iot.create_keys_and_certificate(setAsActive=True)
        self.certificate_id = keys["certificateId"]
        iot.attach_policy(policyName="fixture-device", target=keys["certificateArn"])
        iot.attach_thing_principal(thingName=name, principal=keys["certificateArn"])
        self._files = folder / name
        self._files.mkdir()
        (self._files / "certificate").write_text(keys["certificatePem"])
        (self._files / "key").write_text(keys["keyPair"]["PrivateKey"])
        (self._files / "authority").write_text(cloud.ca_pem)
        self.messages: list[tuple[str, Any]] = []
        self.arrived = threading.Condition()
        self._connected = threading.Event()
        self.dropped = threading.Event()
        self._client: mqtt.Client | None = None

    def connect(self, client_id: str | None = None, *, with_certificate: bool = True) -> bool:
        """Whether the broker let it in."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id or self.name)
        own = self._files if with_certificate else None
        client.tls_set(
            ca_certs=str(self._files / "authority"),
            certfile=str(own / "certificate") if own else None,
            keyfile=str(own / "key") if own else None,
        )
        client.on_connect = lambda *_: self._connected.set()
        client.on_disconnect = lambda *_: self.dropped.set()
        client.on_message = self._note
        client.reconnect_delay_set(30, 30)
        self._connected.clear()
        self.dropped.clear()
        self._client = client
        try:
            client.connect(self._cloud.mqtt_host, self._cloud.mqtt_port, keepalive=60)
        except (ssl.SSLError, OSError):
            client._reset_sockets()  # noqa: SLF001 - paho leaves its own pair open
            return False
        client.loop_start()
        for _ in range(100):
            if self._connected.wait(0.05) or self.dropped.is_set():
                break
        return self._connected.is_set()

    def publish(self, topic: str, payload: bytes | str | dict[str, Any]) -> None:
        """Publish at least once and wait until the broker has taken it."""
        self.send(topic, payload).wait_for_publish(5)

    def send(self, topic: str, payload: bytes | str | dict[str, Any]) -> mqtt.MQTTMessageInfo:
        assert self._client is not None
        content = json.dumps(payload) if isinstance(payload, dict) else payload
        return self._client.publish(topic, content, qos=1)

    def read(self, value: object) -> None:
        self.publish(f"$aws/rules/readings/devices/{self.name}/readings", {"value": value})

    def subscribe(self, topic: str) -> None:
        assert self._client is not None
        granted = threading.Event()
        self._client.on_subscribe = lambda *_: granted.set()
        self._client.subscribe(topic, qos=1)
        assert granted.wait(5)

    def wait_for(self, topic: str) -> Any:
        with self.arrived:
            assert self.arrived.wait_for(lambda: any(t == topic for t, _ in self.messages), 5)
        return next(payload for t, payload in self.messages if t == topic)

    def close(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
            self._client._reset_sockets()  # noqa: SLF001

    def _note(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        with self.arrived:
            self.messages.append((message.topic, json.loads(message.payload)))
            self.arrived.notify_all()


@pytest.fixture
def device(cloud: LocalCloud, tmp_path: Path) -> Iterator[Callable[[str], Device]]:
    """Makes things with certificates; they are disconnected when the test ends."""
    made: list[Device] = []

    def make(name: str) -> Device:
        made.append(Device(cloud, name, tmp_path))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def app_copy(tmp_path: Path) -> Path:
    """The application in a place where a test may change it."""
    target = tmp_path / "app"
    shutil.copytree(FIXTURE_APP, target)
    return target
