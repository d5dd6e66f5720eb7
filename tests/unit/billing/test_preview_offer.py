"""An offer is priced as an order of the same day would be."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.offer_fakes import CITY_FLAT, OfferWorld, euros
from umlauf.billing.use_cases.preview_offer import OfferRequest, preview_offer
from umlauf.kernel.money import Money

NEW_YEAR = date(2027, 1, 1)


@pytest.mark.parametrize(
    ("now", "minor"),
    [
        pytest.param(datetime(2026, 12, 31, 22, 59, tzinfo=UTC), 5_900, id="before"),
        pytest.param(datetime(2026, 12, 31, 23, 0, tzinfo=UTC), 6_400, id="from local midnight"),
    ],
)
def test_an_offer_has_the_price_of_its_local_day(now: datetime, minor: int) -> None:
    (until,), (since,) = euros("59.00"), euros("64.00")
    fee = replace(
        CITY_FLAT.items[0],
        prices=(replace(until, valid_until=NEW_YEAR), replace(since, valid_from=NEW_YEAR)),
    )
    world = OfferWorld()
    world.publish(replace(CITY_FLAT, items=(fee,)))
    request = OfferRequest(plan_id=CITY_FLAT.plan_id, currency="EUR", time_zone="Europe/Berlin")
    offer = preview_offer(request, plans=world.plans, now=now)
    assert offer.due_at_start == Money(minor, "EUR")
