"""What a domain event is: a frozen dataclass that says in the past tense what happened.

Events carry ids and figures, never personal data: they are kept for ten years while a person may be
erased.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol


class Event(Protocol):
    """A frozen dataclass of text, whole numbers, bool, Decimal, date, datetime, Money and enums.

    Tuples and dataclasses of these may be nested in it.
    """

    TYPE: ClassVar[str]
    """`context.fact_in_past.v1`, e.g. `billing.invoice_issued.v1`."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class EventEnvelope:
    """An event as stored and published.

    `id` is `<aggregate>:<version>.<n>`: the same fact has the same id however often it is
    delivered, so a consumer can tell repeats apart. `version` orders the events of one aggregate;
    across aggregates there is no order.
    """

    id: str
    type: str
    aggregate: str
    version: int
    occurred_at: datetime
    data: Mapping[str, Any]
