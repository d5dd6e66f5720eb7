"""Low-level AWS clients, one of each per process.

Plain botocore, for boto3 costs a cold start more than it gives.
"""

from functools import cache
from typing import Any, Final

from botocore.config import Config
from botocore.session import get_session

_CONFIG: Final = Config(
    connect_timeout=2,
    read_timeout=10,
    tcp_keepalive=True,
)
_TRIES: Final = 3


@cache
def client(service: str, endpoint_url: str | None = None, *, tries: int = _TRIES) -> Any:
    """The client of a service; region, credentials and endpoint come from the environment.

    It calls up to `tries` times. One try is for what must not happen twice and has no idempotency
    key: when the answer is lost, the caller knows better than botocore whether to call again.
    """
    retries = Config(retries={"mode": "standard", "total_max_attempts": tries})
    return get_session().create_client(
        service, endpoint_url=endpoint_url, config=_CONFIG.merge(retries)
    )
