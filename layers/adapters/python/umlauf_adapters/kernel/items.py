"""DynamoDB items as PynamoDB models.

One table per context, `pk`/`sk`, at most two indexes, the aggregate as one map.
"""

import os
from decimal import Decimal
from functools import cache
from typing import Any, Final

from pynamodb.attributes import Attribute, NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection, TableConnection
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

# A Lambda function that waits longer than this for DynamoDB is better retried (PynamoDB's defaults
# are 15 s and 30 s).
_CONNECT_SECONDS: Final = 2
_READ_SECONDS: Final = 5
_RETRIES: Final = 3


def table_name(context: str) -> str:
    """`<stack>-<context>`; the template names tables so and gives every function `TABLE_PREFIX`."""
    return f"{os.environ['TABLE_PREFIX']}-{context}"


class DocumentAttribute(Attribute[dict[str, Any]]):
    """A document (see `documents`) as a native DynamoDB map.

    Numbers are whole; decimals are strings in it.
    """

    attr_type = "M"

    def serialize(self, value: dict[str, Any]) -> Any:
        return {key: _typed(item) for key, item in value.items()}

    def deserialize(self, value: Any) -> dict[str, Any]:
        return {key: _plain(item) for key, item in value.items()}


def _typed(value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case dict():
            return {"M": {key: _typed(item) for key, item in value.items()}}
        case list() | tuple():
            return {"L": [_typed(item) for item in value]}
        case _:
            pass
    raise TypeError(f"{type(value).__name__} is not part of a document")


def _plain(typed: dict[str, Any]) -> Any:
    ((kind, value),) = typed.items()
    match kind:
        case "S" | "BOOL":
            return value
        case "N":
            number = Decimal(value)
            return int(number) if number == number.to_integral_value() else number
        case "M":
            return {key: _plain(item) for key, item in value.items()}
        case "L":
            return [_plain(item) for item in value]
        case "NULL":
            return None
        case _:
            raise TypeError(f"{kind} is not part of a document")


class _OneClientModel(Model):
    """Models that talk through one botocore client per process.

    PynamoDB makes a client per table otherwise, each a quarter of a second of a cold start.
    """

    @classmethod
    def _get_connection(cls) -> TableConnection:
        known = cls._connection
        connection = super()._get_connection()
        if connection is not known:
            shared = shared_connection()
            shared._tables.update(connection.connection._tables)  # noqa: SLF001 - see above
            connection.connection = shared
        return connection


@cache
def shared_connection() -> Connection:
    """The process's one connection to DynamoDB."""
    return Connection(
        connect_timeout_seconds=_CONNECT_SECONDS,
        read_timeout_seconds=_READ_SECONDS,
        max_retry_attempts=_RETRIES,
    )


class ContextItem(_OneClientModel):
    """What every context's table looks like. `version` counts the writes of an aggregate from 1."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    version = NumberAttribute()
    body = DocumentAttribute()
    expires_at = NumberAttribute(null=True)
    gsi1pk = UnicodeAttribute(null=True)
    gsi1sk = UnicodeAttribute(null=True)
    gsi2pk = UnicodeAttribute(null=True)
    gsi2sk = UnicodeAttribute(null=True)


class _NamedByEnvironment(type):
    """Makes a Meta's table name follow TABLE_PREFIX: asked for at each use, not at import."""

    context: str

    @property
    def table_name(cls) -> str:
        return table_name(cls.context)


class _Meta(metaclass=_NamedByEnvironment):
    connect_timeout_seconds = _CONNECT_SECONDS
    read_timeout_seconds = _READ_SECONDS
    max_retry_attempts = _RETRIES


def context_table(name: str) -> type[ContextItem]:
    """The model of a context's table."""

    class Gsi1(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
        class Meta:
            index_name = "gsi1"
            projection = AllProjection()

        gsi1pk = UnicodeAttribute(hash_key=True)
        gsi1sk = UnicodeAttribute(range_key=True)

    class Gsi2(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
        class Meta:
            index_name = "gsi2"
            projection = AllProjection()

        gsi2pk = UnicodeAttribute(hash_key=True)
        gsi2sk = UnicodeAttribute(range_key=True)

    class Table(ContextItem):
        class Meta(_Meta):
            context = name

        gsi1 = Gsi1()
        gsi2 = Gsi2()

    Table.__name__ = f"{name.title()}Item"
    return Table


class EventItem(_OneClientModel):
    """One domain event: pk is the aggregate (`invoice#inv_…`), sk its version and place.

    Never updated.
    """

    class Meta(_Meta):
        context = "events"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    type = UnicodeAttribute()
    occurred_at = UnicodeAttribute()
    data = DocumentAttribute()


class ClaimItem(_OneClientModel):
    """One claim: put once, under its business identity."""

    class Meta(_Meta):
        context = "claims"

    pk = UnicodeAttribute(hash_key=True)
    fingerprint = UnicodeAttribute(null=True)
    answer = DocumentAttribute(null=True)
    expires_at = NumberAttribute(null=True)


def plain_image(image: dict[str, Any]) -> dict[str, Any]:
    """An item as DynamoDB streams and low-level calls give it, in plain values."""
    return {key: _plain(value) for key, value in image.items()}
