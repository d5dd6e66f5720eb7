"""What devices are told, through AWS IoT: the shadow's desired state, and a retained answer.

A device that is offline finds both when it comes back. Both say the same however often they are
written; a device obeys the highest revision, and refuses a command after its deadline.
"""

import json
import os
from functools import cache
from typing import Any

from umlauf.fleet.model import Command, StartPermit
from umlauf_adapters.fleet.faults import iot_faults
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.documents import encode_instant


def permit_message(permit: StartPermit) -> dict[str, Any]:
    """The `device.may_start.v1` message; every field each time, so that it replaces all."""
    lease = permit.lease
    return {
        "device_id": permit.id,
        "revision": permit.version,
        "may_start": permit.may_start,
        "reason": permit.reason.value,
        "session_id": permit.session_id,
        "lease": {"meter": lease.meter, "quantity": lease.quantity} if lease else None,
        "expires_at": encode_instant(permit.expires_at) if permit.expires_at else None,
    }


def command_message(command: Command) -> dict[str, Any]:
    """What the shadow asks for. A device locks only when it stands still, whatever we believed."""
    return {
        "id": command.id,
        "action": command.action.value,
        "deadline": encode_instant(command.deadline),
        "only_when_stationary": True,
    }


class IotChannel:
    """Implements umlauf.fleet.ports.Channel."""

    def show_permit(self, permit: StartPermit) -> None:
        message = permit_message(permit)
        with iot_faults():
            self._desire(permit.id, {"start": message})
            _iot_data().publish(
                topic=f"devices/{permit.id}/may_start",
                qos=1,
                retain=True,
                contentType="application/json",
                payload=json.dumps(message, separators=(",", ":")).encode(),
            )

    def hand_command(self, command: Command) -> None:
        with iot_faults():
            self._desire(command.device_id, {"command": command_message(command)})

    @staticmethod
    def _desire(device_id: str, desired: dict[str, Any]) -> None:
        document = {"state": {"desired": desired}}
        _iot_data().update_thing_shadow(
            thingName=device_id, payload=json.dumps(document, separators=(",", ":")).encode()
        )


def _iot_data() -> Any:
    return client("iot-data", _endpoint_url())


def _endpoint_url() -> str | None:
    """The account's own data endpoint: given, or asked for once; elsewhere than AWS, the SDK's."""
    given = os.environ.get("IOT_DATA_ENDPOINT")
    if given:
        return given if "://" in given else f"https://{given}"
    if "AWS_ENDPOINT_URL" in os.environ:
        return None
    return _discovered()


@cache
def _discovered() -> str:
    answer = client("iot").describe_endpoint(endpointType="iot:Data-ATS")
    return f"https://{answer['endpointAddress']}"
