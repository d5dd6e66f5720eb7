"""A month that is told event by event goes through the whole platform: cycle, payment, books."""

from datetime import timedelta

import pytest

from demo.checking import read
from demo.people import GOOD_CARD
from local.platform import Platform
from tests.scenarios.town import Town

pytestmark = pytest.mark.local


def test_sales_are_billed_by_the_cycle_paid_and_booked(town: Town, platform: Platform) -> None:
    seller = town.sign_up("Mara", plan="marketplace")
    seller.app.order()
    seller.app.add_method(card=GOOD_CARD)
    wanted = {"subscription_id": seller.subscription_id}
    town.staff.post("/v1/operator/hand-overs", wanted, key="mara")
    now = town.cloud.now()
    sales = [
        {
            **wanted,
            "id": f"s-{number}",
            "meter": "sales",
            "at": (now + timedelta(seconds=number)).isoformat(),
            "quantity": "20000",
        }
        for number in range(3)
    ]
    told = town.staff.post("/v1/operator/usage-events", {"events": sales})["events"]
    assert {one["outcome"] for one in told} == {"recorded"}
    town.cloud.advance(timedelta(days=3))
    town.cloud.settle()

    (paid,) = seller.invoices()
    (line,) = paid["lines"]
    # The first is free, then 4.5 % and half a euro of each 200.00; net.
    assert line["amount"] == {"amount_minor": 2 * 950, "currency": "EUR"}
    assert line["details"] == [{"name": None, "quantity": "3", "unit": "transaction"}]
    assert paid["receivable"]["status"] == "paid"
    _, report = read(platform)
    assert [(law.law, law.violations) for law in report.laws if law.broken] == []
