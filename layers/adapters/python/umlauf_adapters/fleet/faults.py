"""AWS IoT's passing faults, named as ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as AwsConnectionError

from umlauf.kernel.errors import Transient

_PASSING: Final = frozenset(
    {
        "ConflictException",  # somebody else updates the same shadow right now
        "InternalException",
        "InternalFailureException",
        "LimitExceededException",
        "ServiceUnavailableException",
        "ThrottlingException",
    }
)


class IotUnavailable(Transient):
    code = "fleet.iot_unavailable"


@contextmanager
def iot_faults() -> Iterator[None]:
    """Turn throttling, outages and broken connections into IotUnavailable; let the rest through."""
    try:
        yield
    except ClientError as error:
        if error_code(error) in _PASSING:
            raise IotUnavailable("AWS IoT did not answer; try again") from error
        raise
    except (AwsConnectionError, HTTPClientError) as error:
        raise IotUnavailable("AWS IoT could not be reached; try again") from error


def error_code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
