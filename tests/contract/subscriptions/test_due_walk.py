"""Everything that falls due within some days is found once, in whatever steps it is asked for."""

from collections.abc import Sequence
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

pytestmark = pytest.mark.usefixtures("tables")

FIRST = date(2026, 12, 1)
DAYS = DueDays(FIRST, date(2026, 12, 20))


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


def of_city_flat(rows: Sequence[Subscription]) -> list[Subscription | None]:
    return [row if row.plan_id == "city-flat" else None for row in rows]


def walk(limit: int, days: DueDays = DAYS) -> list[str]:
    found: list[str] = []
    cursor = None
    for _ in range(500):
        page = page_of_due(days, of_city_flat, limit=limit, cursor=cursor)
        assert len(page.items) == limit or page.next_cursor is None
        assert page.items or not found
        found.extend(one.id for one in page.items)
        cursor = page.next_cursor
        if cursor is None:
            return found
    raise AssertionError("the walk never ends")


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_each_is_found_once_whatever_the_page(stored: list[str], limit: int) -> None:
    assert sorted(walk(limit)) == stored


def test_they_come_as_they_fall_due(stored: list[str]) -> None:
    due_at = [one.next_due_at for one in page_of_due(DAYS, of_city_flat, limit=100).items]
    assert due_at == sorted(at for at in due_at if at is not None)


def test_no_days_hold_nobody(stored: list[str]) -> None:
    assert walk(10, DueDays(FIRST, FIRST)) == []


def test_a_cursor_of_other_days_is_refused(stored: list[str]) -> None:
    cursor = page_of_due(DAYS, of_city_flat, limit=1).next_cursor
    later = DueDays(date(2027, 1, 1), date(2027, 2, 1))
    with pytest.raises(BadCursor):
        page_of_due(later, of_city_flat, limit=1, cursor=cursor)
