"""Things and certificates in AWS IoT.

The private key stays with the device: it sends a signing request, whose digest the thing carries,
so that enrolling again can be told from enrolling with another key. A certificate becomes active
only when it hangs on its thing; what a crash leaves behind before that opens no door.
"""

import os
from hashlib import sha256
from typing import Any

from botocore.exceptions import ClientError

from umlauf.fleet.errors import BadSigningRequest, DeviceEnrolledWithAnotherKey
from umlauf.fleet.ports import Certificate
from umlauf_adapters.fleet.faults import error_code, iot_faults
from umlauf_adapters.kernel.aws_clients import client

_DIGEST = "signing_request"


class IotRegistry:
    """Implements umlauf.fleet.ports.Registry. The policy is the template's, by name."""

    def __init__(self, policy_name: str | None = None) -> None:
        self._policy_name = policy_name or os.environ["DEVICE_POLICY_NAME"]

    def enrol(self, device_id: str, signing_request: str) -> Certificate:
        with iot_faults():
            self._make_thing(device_id, sha256(signing_request.strip().encode()).hexdigest())
            certificate = self._certificate_of(device_id)
            if certificate is None:
                certificate = _sign(signing_request)
                _iot().attach_thing_principal(thingName=device_id, principal=certificate.arn)
            # From here on a rerun finds the certificate on its thing, and both calls can repeat.
            _iot().attach_policy(policyName=self._policy_name, target=certificate.arn)
            _iot().update_certificate(certificateId=certificate.id, newStatus="ACTIVE")
            return certificate

    @staticmethod
    def _make_thing(device_id: str, digest: str) -> None:
        try:
            known = _iot().describe_thing(thingName=device_id)
        except ClientError as error:
            if error_code(error) != "ResourceNotFoundException":
                raise
            _iot().create_thing(
                thingName=device_id, attributePayload={"attributes": {_DIGEST: digest}}
            )
            return
        if known.get("attributes", {}).get(_DIGEST) != digest:
            raise DeviceEnrolledWithAnotherKey(
                f"{device_id} was enrolled with another signing request; send that one again",
                field="signing_request",
            )

    @staticmethod
    def _certificate_of(device_id: str) -> Certificate | None:
        principals = _iot().list_thing_principals(thingName=device_id)["principals"]
        if not principals:
            return None
        certificate_id = principals[0].rsplit("/", 1)[-1]
        found = _iot().describe_certificate(certificateId=certificate_id)
        return _certificate(found["certificateDescription"])


def _sign(signing_request: str) -> Certificate:
    """A certificate is inactive until it is activated."""
    try:
        made = _iot().create_certificate_from_csr(certificateSigningRequest=signing_request)
    except ClientError as error:
        if error_code(error) == "InvalidRequestException":
            raise BadSigningRequest(
                "signing_request must be a PEM certificate signing request with an RSA or EC key",
                field="signing_request",
            ) from error
        raise
    return _certificate(made)


def _certificate(answer: dict[str, Any]) -> Certificate:
    return Certificate(answer["certificateId"], answer["certificateArn"], answer["certificatePem"])


def _iot() -> Any:
    return client("iot")
