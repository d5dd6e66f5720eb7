"""Whose books: each legal entity keeps its own, in its own chart and by its own calendar.

An event about an invoice names the entity it is owed to. What moves a wallet names none: all
wallets are kept by one entity, and rides paid from them are its revenue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from umlauf.billing.terms import ENTITIES, LegalEntity, entity_of, keeper_of_wallets
from umlauf.kernel.calendar import local_date
from umlauf.ledger.chart import CHARTS, Chart
from umlauf.ledger.errors import NoBooks, NoChart
from umlauf.ledger.facts import (
    Fact,
    PaymentFailed,
    PaymentReturned,
    PaymentSucceeded,
    SessionSettled,
    ToppedUp,
    TopUpReturned,
)

FOR_INVOICES: Final = "invoice"
"""The purpose of a payment that an entity is owed."""


@dataclass(frozen=True, slots=True)
class Books:
    """The books of one entity: its chart, and the zone whose calendar dates entries."""

    legal_entity: str
    chart: Chart
    time_zone: str

    def day_of(self, instant: datetime) -> date:
        return local_date(instant, self.time_zone)


def books_of(entity: LegalEntity) -> Books:
    """The books an entity keeps. Raises NoChart."""
    chart = CHARTS.get(entity.chart)
    if chart is None:
        raise NoChart(
            f"{entity.id} keeps its books in {entity.chart!r}; use one of {', '.join(CHARTS)}",
            field="chart",
        )
    return Books(entity.id, chart, entity.time_zone)


def books_for(fact: Fact, entities: Sequence[LegalEntity] = ENTITIES) -> Books:
    """The books an event is posted in. Raises NoBooks, NotInvoiceable, NoChart."""
    named = _legal_entity(fact)
    if named is None:
        return books_of(keeper_of_wallets(entities))
    return books_of(entity_of(named, entities))


def _legal_entity(fact: Fact) -> str | None:
    match fact:
        case ToppedUp() | TopUpReturned() | SessionSettled():
            return None
        case PaymentSucceeded() | PaymentFailed() | PaymentReturned():
            if fact.legal_entity is None and fact.purpose == FOR_INVOICES:
                raise NoBooks(
                    f"payment {fact.attempt_id} does not say whom the invoice is owed to",
                    field="legal_entity",
                )
            return fact.legal_entity
        case _:
            return fact.legal_entity
