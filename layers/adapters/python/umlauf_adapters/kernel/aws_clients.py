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
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
)


@cache
def client(service: str, endpoint_url: str | None = None) -> Any:
    """The client of a service; region, credentials and endpoint come from the environment."""
    return get_session().create_client(service, endpoint_url=endpoint_url, config=_CONFIG)
