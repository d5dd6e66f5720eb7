"""Simulated bikes: MQTT clients with a key and certificate of their own, all driven by one thread.

Each bike keeps cumulative registers and counts its messages, as a real controller does. Its private
key is made here and never leaves it: the platform signs a certificate request.
"""

import json
import selectors
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import paho.mqtt.client as mqtt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt.enums import CallbackAPIVersion

from demo.trips import Ride

READINGS_TOPIC: Final = "$aws/rules/readings/devices/{device}/readings"
MAY_START_TOPIC: Final = "devices/{device}/may_start"
_PATIENCE_SECONDS: Final = 60
_KEEPALIVE_SECONDS: Final = 1200


class FleetStuck(RuntimeError):
    """The broker did not answer in time."""


@dataclass(frozen=True)
class DeviceKey:
    """A device's private key and the request to certify it."""

    private_key_pem: str
    certificate_request_pem: str


def make_key(name: str) -> DeviceKey:
    """A P-256 key and its certificate signing request."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return DeviceKey(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode(),
    )


@dataclass
class Bike:
    """What a bike's controller knows: its name, its registers, and what it was told."""

    device_id: str
    asset_id: str
    boot: int = 1
    seq: int = 0
    registers: dict[str, int] = field(
        default_factory=lambda: {"ride_seconds": 0, "metres": 0, "rides": 0}
    )
    may_start: dict[str, Any] | None = None
    refused_ride_at: datetime | None = None
    """When the last ride that was not allowed would have begun."""

    def finish(self, ride: Ride) -> dict[str, Any]:
        """Add a ride to the registers and give the reading that reports it."""
        self.seq += 1
        self.registers["ride_seconds"] += ride.seconds
        self.registers["metres"] += ride.metres
        self.registers["rides"] += 1
        return {
            "device_id": self.device_id,
            "boot": self.boot,
            "seq": self.seq,
            "at": _rfc3339(ride.ends_at),
            "registers": dict(self.registers),
            "ride": {
                "started_at": _rfc3339(ride.starts_at),
                "ended_at": _rfc3339(ride.ends_at),
                "start_station": ride.start_station,
                "end_station": ride.end_station,
            },
        }


class Fleet:
    """The bikes' connections. Not thread-safe: one driver calls it."""

    def __init__(self, host: str, port: int, ca_file: Path) -> None:
        self._host, self._port, self._ca_file = host, port, ca_file
        self._selector = selectors.DefaultSelector()
        self._clients: dict[str, mqtt.Client] = {}
        self._unacknowledged = 0
        self._subscribed: set[str] = set()
        self.published = 0

    def connect(self, bike: Bike, certificate: Path, private_key: Path) -> None:
        """Connect with the bike's certificate and listen for its answers. Raises FleetStuck."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=bike.device_id, userdata=bike)
        context = ssl.create_default_context(cafile=str(self._ca_file))
        context.load_cert_chain(str(certificate), str(private_key))
        client.tls_set_context(context)
        client.max_inflight_messages_set(100)
        client.on_publish = self._on_publish
        client.on_message = _on_message
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.connect(self._host, self._port, keepalive=_KEEPALIVE_SECONDS)
        self._clients[bike.device_id] = client
        self._selector.register(client.socket(), selectors.EVENT_READ, client)  # type: ignore[arg-type]
        self._pump_until(lambda: bike.device_id in self._subscribed, "to subscribe")

    def report(self, bike: Bike, readings: Iterable[dict[str, Any]]) -> None:
        """Hand readings to the bike's connection, in order; `flush` waits for their receipt."""
        client = self._clients[bike.device_id]
        topic = READINGS_TOPIC.format(device=bike.device_id)
        for reading in readings:
            client.publish(topic, json.dumps(reading, separators=(",", ":")), qos=1)
            self._unacknowledged += 1
            self.published += 1

    def flush(self) -> None:
        """Wait until the broker has acknowledged every reading. Raises FleetStuck."""
        self._pump_until(lambda: self._unacknowledged == 0, "to receive readings")

    def listen(self, seconds: float = 0) -> None:
        """Take in what the broker has sent meanwhile."""
        self._pump(seconds)

    def close(self) -> None:
        for client in self._clients.values():
            client.disconnect()
            client.loop_write()
        for key in list(self._selector.get_map().values()):
            self._selector.unregister(key.fileobj)
        self._selector.close()

    def _pump_until(self, is_done: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not is_done():
            if time.monotonic() > deadline:
                raise FleetStuck(f"the broker took more than {_PATIENCE_SECONDS} s {what}")
            self._pump(0.05)

    def _pump(self, seconds: float) -> None:
        for client in self._clients.values():
            if client.want_write():
                client.loop_write()
        for key, _ in self._selector.select(seconds):
            client = key.data
            client.loop_read(100)
            socket = client.socket()
            # TLS may hold decrypted bytes that no selector sees.
            while socket is not None and socket.pending():
                client.loop_read(100)
                socket = client.socket()

    def _on_connect(self, client: mqtt.Client, bike: Bike, *_: Any) -> None:
        client.subscribe(MAY_START_TOPIC.format(device=bike.device_id), qos=1)

    def _on_subscribe(self, _client: mqtt.Client, bike: Bike, *_: Any) -> None:
        self._subscribed.add(bike.device_id)

    def _on_publish(self, *_: Any) -> None:
        self._unacknowledged -= 1


def _on_message(_client: mqtt.Client, bike: Bike, message: mqtt.MQTTMessage) -> None:
    bike.may_start = json.loads(message.payload) if message.payload else None


def _rfc3339(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
