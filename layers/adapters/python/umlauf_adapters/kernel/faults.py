"""DynamoDB's passing faults, named as ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pynamodb.exceptions import PynamoDBException

from umlauf.kernel.errors import Transient

PASSING: Final = frozenset(
    {
        "InternalServerError",
        "ItemCollectionSizeLimitExceededException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)


class StoreUnavailable(Transient):
    code = "store.unavailable"


@contextmanager
def transient_faults() -> Iterator[None]:
    """Turn throttling, outages and broken connections into StoreUnavailable.

    Let everything else through.
    """
    try:
        yield
    except PynamoDBException as error:
        if is_passing(error):
            raise StoreUnavailable("the store did not answer; try again") from error
        raise


def is_passing(error: PynamoDBException) -> bool:
    # Without a response the request never got an answer: connection, time-out. PynamoDB's own
    # `cause_response_code` stumbles there: botocore's time-outs carry None for a response.
    response = getattr(error.cause, "response", None)
    code = response["Error"]["Code"] if isinstance(response, dict) else None
    return code in PASSING or (code is None and error.cause is not None)
