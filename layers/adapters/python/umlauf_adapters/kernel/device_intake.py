"""Device messages as an IoT rule puts them on a queue: who really sent them, and what they say.

The rule wraps the payload as it came (base64) and adds who published it: the topic's thing name and
the MQTT client id, both proven by the device's certificate. A payload that names another device is
refused, for it speaks for another. Fields are read by hand: the figures are few, and a queue
function starts faster without a validation library.
"""

import json
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from umlauf.kernel.calendar import require_aware
from umlauf.kernel.errors import InvalidInput

MAX_BYTES: Final = 128 * 1024
"""AWS IoT's own limit for a payload."""

_MAX_TEXT: Final = 256


class UnreadableMessage(InvalidInput):
    code = "devices.unreadable_message"


class MessageTooLarge(InvalidInput):
    code = "devices.message_too_large"


class SpeaksForAnother(InvalidInput):
    """The payload names a device that did not send it: a fault of its firmware, or an attack."""

    code = "devices.speaks_for_another"


@dataclass(frozen=True, slots=True)
class Fields:
    """An object in a message. Each reader raises UnreadableMessage, naming the field."""

    values: Mapping[str, Any]
    path: str = ""

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _MAX_TEXT:
            raise self._refusal(name, f"must be a text of 1 to {_MAX_TEXT} characters")
        return value

    def whole(self, name: str) -> int:
        value = self.values.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._refusal(name, "must be a whole number")
        return value

    def instant(self, name: str) -> datetime:
        """Raises NaiveInstant as well: a time without a zone could be any of forty instants."""
        try:
            value = datetime.fromisoformat(self.text(name))
        except ValueError:
            raise self._refusal(name, "must be an RFC 3339 instant") from None
        return require_aware(value).astimezone(UTC)

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        if not isinstance(value, bool):
            raise self._refusal(name, "must be true or false")
        return value

    def part(self, name: str) -> "Fields":
        value = self.values.get(name)
        if not isinstance(value, dict):
            raise self._refusal(name, "must be an object")
        return Fields(value, f"{self.path}{name}.")

    def has(self, name: str) -> bool:
        return self.values.get(name) is not None

    def _refusal(self, name: str, remedy: str) -> UnreadableMessage:
        return UnreadableMessage(f"{self.path}{name} {remedy}", field=f"{self.path}{name}")


@dataclass(frozen=True, slots=True)
class DeviceMessage:
    """A message whose sender is proven."""

    device_id: str
    fields: Fields


def read_device_message(body: str | bytes) -> DeviceMessage:
    """Raises UnreadableMessage, MessageTooLarge, SpeaksForAnother."""
    wrapped = Fields(_object(body, "the queue message"))
    payload = _payload(wrapped)
    fields = Fields(_object(payload, "the payload"))
    device_id = fields.text("device_id")
    senders = {wrapped.text("reported_by"), wrapped.text("client_id")}
    if senders != {device_id}:
        raise SpeaksForAnother(
            f"{', '.join(sorted(senders))} sent a message of {device_id}", field="device_id"
        )
    return DeviceMessage(device_id, fields)


def _payload(wrapped: Fields) -> bytes:
    encoded = wrapped.values.get("payload")
    if not isinstance(encoded, str):
        raise UnreadableMessage("payload must be base64", field="payload")
    try:
        payload = b64decode(encoded, validate=True)
    except (Base64Error, ValueError):
        raise UnreadableMessage("payload must be base64", field="payload") from None
    if len(payload) > MAX_BYTES:
        raise MessageTooLarge(f"{len(payload)} bytes are more than {MAX_BYTES}", field="payload")
    return payload


def _object(text: str | bytes, what: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableMessage(f"{what} is no JSON") from None
    if not isinstance(value, dict):
        raise UnreadableMessage(f"{what} must be a JSON object")
    return value
