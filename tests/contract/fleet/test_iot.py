"""AWS IoT as fleet uses it: enrolling can be cut off anywhere, telling can be repeated."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, EndpointConnectionError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from umlauf.fleet.errors import BadSigningRequest, DeviceEnrolledWithAnotherKey
from umlauf.fleet.model import Command, CommandAction, PermitReason, StartPermit
from umlauf_adapters.fleet import iot_channel
from umlauf_adapters.fleet.faults import IotUnavailable
from umlauf_adapters.fleet.iot_channel import IotChannel
from umlauf_adapters.fleet.iot_registry import IotRegistry
from umlauf_adapters.kernel.aws_clients import client

pytestmark = pytest.mark.usefixtures("aws")

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
POLICY = "umlauf-device"
DATA_ENDPOINT = "https://data-ats.iot.eu-central-1.amazonaws.com"


def signing_request(name: str = "dev_1") -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture
def registry(aws: None) -> IotRegistry:
    client("iot").create_policy(policyName=POLICY, policyDocument="{}")
    return IotRegistry(POLICY)


def certificates() -> dict[str, str]:
    """Status by id."""
    found = client("iot").list_certificates()["certificates"]
    return {one["certificateId"]: one["status"] for one in found}


def test_an_enrolled_thing_has_one_active_certificate_under_the_policy(
    registry: IotRegistry,
) -> None:
    certificate = registry.enrol("dev_1", signing_request())
    iot = client("iot")
    assert certificates() == {certificate.id: "ACTIVE"}
    assert iot.list_thing_principals(thingName="dev_1")["principals"] == [certificate.arn]
    policies = iot.list_attached_policies(target=certificate.arn)["policies"]
    assert [policy["policyName"] for policy in policies] == [POLICY]


def test_enrolling_again_gives_the_same_certificate(registry: IotRegistry) -> None:
    request = signing_request()
    first = registry.enrol("dev_1", request)
    assert registry.enrol("dev_1", request + "\n") == first
    assert len(certificates()) == 1


def test_a_thing_is_not_enrolled_with_a_second_key(registry: IotRegistry) -> None:
    registry.enrol("dev_1", signing_request())
    with pytest.raises(DeviceEnrolledWithAnotherKey):
        registry.enrol("dev_1", signing_request())
    assert len(certificates()) == 1


@pytest.fixture
def break_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the next call of one operation fail before it reaches AWS."""
    make = BaseClient._make_api_call  # noqa: SLF001 - where every call passes

    def arm(operation: str) -> None:
        left = [1]

        def fail_once(on: BaseClient, name: str, arguments: Any) -> Any:
            if name == operation and left.pop():
                left.append(0)
                raise EndpointConnectionError(endpoint_url="https://iot")
            return make(on, name, arguments)

        monkeypatch.setattr(BaseClient, "_make_api_call", fail_once)

    return arm


@pytest.mark.parametrize(
    "operation",
    [
        "CreateThing",
        "ListThingPrincipals",
        "CreateCertificateFromCsr",
        "AttachThingPrincipal",
        "AttachPolicy",
        "UpdateCertificate",
    ],
)
def test_enrolling_that_was_cut_off_anywhere_is_finished_by_doing_it_again(
    registry: IotRegistry, break_at: Callable[[str], None], operation: str
) -> None:
    request = signing_request()
    break_at(operation)
    with pytest.raises(IotUnavailable):
        registry.enrol("dev_1", request)
    certificate = registry.enrol("dev_1", request)
    active = [one for one, status in certificates().items() if status == "ACTIVE"]
    assert active == [certificate.id], "what a crash leaves behind opens no door"


def test_what_is_no_signing_request_is_refused(
    registry: IotRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    # moto raises its parser's own error for such a request; AWS answers as here.
    make = BaseClient._make_api_call  # noqa: SLF001 - where every call passes

    def refuse(on: BaseClient, name: str, arguments: Any) -> Any:
        if name == "CreateCertificateFromCsr":
            raise ClientError({"Error": {"Code": "InvalidRequestException"}}, name)
        return make(on, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", refuse)
    with pytest.raises(BadSigningRequest):
        registry.enrol("dev_1", "-----BEGIN NONSENSE-----")


def permit(revision: int) -> StartPermit:
    return StartPermit(
        id="dev_1", may_start=True, reason=PermitReason.ON_RENT, decided_at=NOW, version=revision
    )


def test_shown_permit_and_handed_command_lie_in_the_shadow_side_by_side(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IOT_DATA_ENDPOINT", DATA_ENDPOINT.removeprefix("https://"))
    client("iot").create_thing(thingName="dev_1")
    channel = IotChannel()
    command = Command(
        id="cmd_1",
        device_id="dev_1",
        asset_id="ast_1",
        action=CommandAction.LOCK,
        requested_by="rst_1",
        created_at=NOW,
        deadline=NOW,
    )
    channel.hand_command(command)
    for revision in (1, 2, 2):
        channel.show_permit(permit(revision))
    shadow = client("iot-data", DATA_ENDPOINT).get_thing_shadow(thingName="dev_1")
    desired = json.loads(shadow["payload"].read())["state"]["desired"]
    assert desired["start"]["revision"] == 2
    assert desired["command"] == {
        "id": "cmd_1",
        "action": "lock",
        "deadline": "2026-09-01T12:00:00Z",
        "only_when_stationary": True,
    }


def test_the_answer_to_may_i_start_is_retained_for_a_device_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IOT_DATA_ENDPOINT", DATA_ENDPOINT)
    sent: list[dict[str, Any]] = []

    def record(_: BaseClient, name: str, arguments: Any) -> Any:
        if name == "Publish":
            sent.append(arguments)
        return {}

    monkeypatch.setattr(BaseClient, "_make_api_call", record)
    IotChannel().show_permit(permit(3))
    (message,) = sent
    assert (message["topic"], message["retain"], message["qos"]) == (
        "devices/dev_1/may_start",
        True,
        1,
    )
    assert json.loads(message["payload"])["revision"] == 3


def test_without_an_endpoint_the_accounts_own_is_asked_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IOT_DATA_ENDPOINT", "")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    iot_channel._discovered.cache_clear()  # noqa: SLF001 - asked for once per process
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *_: {"endpointAddress": "a.example"})
    assert iot_channel._iot_data().meta.endpoint_url == "https://a.example"  # noqa: SLF001
    iot_channel._discovered.cache_clear()  # noqa: SLF001


def test_a_shadow_that_somebody_else_updates_right_now_is_a_passing_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IOT_DATA_ENDPOINT", DATA_ENDPOINT)

    def refuse(_: BaseClient, name: str, _arguments: Any) -> Any:
        raise ClientError({"Error": {"Code": "ConflictException"}}, name)

    monkeypatch.setattr(BaseClient, "_make_api_call", refuse)
    with pytest.raises(IotUnavailable):
        IotChannel().show_permit(permit(1))
