"""A bike's controller that misbehaves: an MQTT client that tries what the fleet's never would."""

import ssl
from threading import Event
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.scenarios.town import Rider, Town

_PATIENCE_SECONDS: Final = 20
_LOOKS: Final = 200
_LOOK_SECONDS: Final = 0.1


class Controller:
    """One client on a thread of its own; `close` it."""

    def __init__(self, town: Town, rider: Rider) -> None:
        self._town, self._name = town, rider.bike.device_id
        self._client: mqtt.Client | None = None
        self._answered, self.is_cut_off = Event(), Event()

    def connect(self, *, name: str = "", with_certificate: bool = True) -> bool:
        """Whether the broker lets it in."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name or self._name)
        keys = self._town.keys
        context = ssl.create_default_context(cafile=keys / "ca.pem")
        if with_certificate:
            context.load_cert_chain(keys / f"{self._name}.pem", keys / f"{self._name}.key")
        client.tls_set_context(context)
        client.on_connect = lambda *_: self._answered.set()
        client.on_disconnect = self._on_disconnect
        client.reconnect_delay_set(600, 600)
        self._client = client
        self._answered.clear()
        self.is_cut_off.clear()
        try:
            client.connect(self._town.cloud.mqtt_host, self._town.cloud.mqtt_port)
        except (ssl.SSLError, OSError):
            return False
        client.loop_start()
        return self._answered.wait(_PATIENCE_SECONDS) and client.is_connected()

    def publish(self, topic: str, payload: bytes) -> bool:
        """Whether the broker took the message; if not, it has cut the connection."""
        assert self._client is not None
        sent = self._client.publish(topic, payload, qos=1)
        for _ in range(_LOOKS):
            sent.wait_for_publish(_LOOK_SECONDS)
            if sent.is_published() or self.is_cut_off.is_set():
                break
        return sent.is_published()

    def waits_to_be_cut_off(self) -> bool:
        return self.is_cut_off.wait(_PATIENCE_SECONDS)

    def _on_disconnect(self, *_: Any) -> None:
        self.is_cut_off.set()
        self._answered.set()

    def close(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
            self._client._reset_sockets()  # noqa: SLF001 - paho leaves its own pair open
