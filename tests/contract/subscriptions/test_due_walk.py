"""Everything that falls due within some days is found once, in whatever steps it is asked for."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.offer_fakes import MONTHLY, NOW
from umlauf.kernel.work import Work
from umlauf.subscriptions.agreements import Agreement
from umlauf.subscriptions.model import Subscription
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.layouts import BadCursor
from umlauf_adapters.subscriptions.due_walk import DueDays, page_of_due
from umlauf_adapters.subscriptions.subscriptions import DynamoSubscriptions

pytestmark = pytest.mark.usefixtures("tables")

FIRST = date(2026, 12, 1)
DAYS = DueDays(FIRST, date(2026, 12, 20))
SUBSCRIPTIONS = DynamoSubscriptions()


def due(number: int, day: date, plan_id: str = "city-flat") -> Subscription:
    at = datetime(day.year, day.month, day.day, 5, number % 60, tzinfo=UTC)
    agreement = Agreement(
        plan_id=plan_id, plan_version=1, interval=MONTHLY, starts_on=day, anchor=day
    )
    return Subscription(
        id=f"sub_{number}",
        customer_id=f"cus_{number}",
        currency="EUR",
        time_zone="Europe/Berlin",
        ordered_at=NOW,
        agreements=(agreement,),
        starts_on=day,
        billed_through=day,
        next_due_at=at,
    )


@pytest.fixture
def stored(tables: None) -> list[str]:
    """Forty within the days, some on the first and the last; two of another plan; two outside."""
    inside = [due(number, FIRST + timedelta(days=number % 19)) for number in range(40)]
    others = [due(50, FIRST, "other"), due(51, FIRST + timedelta(days=3), "other")]
    outside = [due(60, FIRST - timedelta(days=1)), due(61, DAYS.until)]
    for one in (*inside, *others, *outside):
        work = Work(NOW)
        work.put(replace(one, version=0))
        DynamoWorks().commit(work)
    return sorted(one.id for one in inside)


def walk(limit: int, days: DueDays = DAYS) -> list[str]:
    found: list[str] = []
    cursor = None
    for _ in range(500):
        page = page_of_due(
            SUBSCRIPTIONS,
            days,
            lambda one: one.plan_id == "city-flat",
            limit=limit,
            cursor=cursor,
        )
        assert len(page.items) <= limit
        found.extend(one.id for one in page.items)
        cursor = page.next_cursor
        if cursor is None:
            return found
    raise AssertionError("the walk never ends")


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_each_is_found_once_whatever_the_page(stored: list[str], limit: int) -> None:
    assert sorted(walk(limit)) == stored


def test_no_days_hold_nobody(stored: list[str]) -> None:
    assert walk(10, DueDays(FIRST, FIRST)) == []


def test_a_cursor_of_other_days_is_refused(stored: list[str]) -> None:
    cursor = page_of_due(SUBSCRIPTIONS, DAYS, lambda _: True, limit=1).next_cursor
    later = DueDays(date(2027, 1, 1), date(2027, 2, 1))
    with pytest.raises(BadCursor):
        page_of_due(SUBSCRIPTIONS, later, lambda _: True, limit=1, cursor=cursor)
