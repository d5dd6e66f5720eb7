"""A billing run over contracts that are metered event by event, in DynamoDB."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import pytest

from tests.billing_fakes import BillingWorld
from tests.functions.billing_world import (
    OCTOBER,
    STARTED,
    Cycle,
    change,
    documents,
    forget_documents,
    parked,
    subscription_of,
    write,
)
from tests.offer_fakes import CITY_METERED
from umlauf.billing.runs import RunCursor
from umlauf.catalog.meters import Aggregation
from umlauf.catalog.model import MeteredItem
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.calendar import local_date
from umlauf.usage.usage_events import ReportedEvent, UsageEvent
from umlauf_adapters.usage import usage_events
from umlauf_adapters.usage.usage_events import DynamoUsageEvents

pytestmark = pytest.mark.usefixtures("tables")

SEATS: Final = MeteredItem(
    id="seats",
    name="Seats",
    meter="seats",
    aggregation=Aggregation.TIME_WEIGHTED_SUM,
    unit="seat",
    meter_units_per_unit=1,
    prices=(Price("EUR", PerUnit(Decimal(3000))),),
)
CLUB: Final = replace(CITY_METERED, plan_id="club", items=(CITY_METERED.items[0], SEATS))


@pytest.fixture
def club(tables: None) -> str:
    """A contract with seats since 1 September, its first fee billed: the subscription's id."""
    offer = BillingWorld()
    offer.bill(offer.active_subscription(CLUB, name="ada", now=STARTED), now=STARTED)
    forget_documents(offer)
    change(offer, RunCursor().completed(OCTOBER - timedelta(minutes=10)))
    write(offer.store.aggregates)
    return subscription_of(offer, "ada").id


def tell(subscription_id: str, event_id: str, at: datetime, quantity: int) -> None:
    reported = ReportedEvent(
        subscription_id=subscription_id,
        event_id=event_id,
        meter="seats",
        at=at,
        quantity=Decimal(quantity),
    )
    day = local_date(at, "Europe/Berlin")
    write({"event": UsageEvent(reported=reported, day=day, recorded_at=at)})


def seats_billed() -> list[int]:
    return [
        line.amount.amount_minor
        for invoice in documents()["Invoice"]
        for line in invoice.lines
        if line.item == "seats"
    ]


def test_a_run_bills_what_was_told_and_asks_for_it_once(
    club: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        tell(club, f"e-{n}", STARTED + timedelta(days=10 * n), 1)
    asked: list[str] = []
    read = DynamoUsageEvents.of_meter

    def of_meter(
        self: DynamoUsageEvents, contract: str, meter: str, start: datetime, end: datetime
    ) -> tuple[UsageEvent, ...]:
        asked.append(meter)
        return read(self, contract, meter, start, end)

    monkeypatch.setattr(DynamoUsageEvents, "of_meter", of_meter)
    Cycle().run()
    assert seats_billed() == [3000 + 2000 + 1000]
    assert (asked, parked()) == (["seats"], [])


def test_a_meter_with_more_events_than_a_bill_reads_parks_its_contract_and_says_so(
    club: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        tell(club, f"e-{n}", STARTED + timedelta(days=n), 1)
    with monkeypatch.context() as patch:
        patch.setattr(usage_events, "MOST_AT_ONCE", 2)
        Cycle().run()
    (waiting,) = parked()
    assert waiting.reason_code == "usage.too_many_events"
    assert "seats" in waiting.message
    assert seats_billed() == []
    Cycle(OCTOBER + timedelta(days=1)).run()
    assert parked()[0].is_resolved
    assert seats_billed() == [3000 + 2900 + 2800]
