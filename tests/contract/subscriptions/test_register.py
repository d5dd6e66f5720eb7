"""Subscriptions are found by plan, status, site, due day and customer: each alone, and together."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from moto import mock_aws

from tests.conftest import create_tables
from tests.offer_fakes import MONTHLY, NOW
from umlauf.kernel.work import MAX_WRITES, Work
from umlauf.subscriptions.agreements import Agreement
from umlauf.subscriptions.finding import SubscriptionSearch
from umlauf.subscriptions.model import ReasonNotDue, Status, Subscription
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.subscriptions.register import DynamoSubscriptionRegister

REGISTER = DynamoSubscriptionRegister()
COUNT = 36
DUE = date(2026, 12, 1)


def contract(number: int) -> Subscription:
    """Plans, sites, customers and states go round; every 6th has no due date."""
    plan_id = "city" if number % 3 else "cargo"
    agreement = Agreement(
        plan_id=plan_id, plan_version=1 + number % 2, interval=MONTHLY, starts_on=DUE, anchor=DUE
    )
    due_on = DUE + timedelta(days=number)
    has_none = number % 6 == 0
    return Subscription(
        id=f"sub_{number}",
        customer_id=f"cus_{number % 4}",
        currency="EUR",
        time_zone="Europe/Berlin",
        ordered_at=NOW + timedelta(minutes=number),
        agreements=(agreement,),
        site="hbf" if number % 5 else "alt",
        status=list(Status)[number % 5],
        starts_on=DUE,
        billed_through=DUE,
        ends_on=DUE if number % 7 == 0 else None,
        next_due_at=None if has_none else datetime.combine(due_on, datetime.min.time(), UTC),
        reason_not_due=ReasonNotDue.SETTLED_FROM_WALLET if has_none else None,
    )


ALL = [contract(number) for number in range(COUNT)]


@pytest.fixture(scope="module", autouse=True)
def _register() -> Iterator[None]:
    with mock_aws():
        create_tables()
        for one in ALL:
            store(one)
        yield


def store(*subscriptions: Subscription) -> None:
    work = Work(NOW)
    for subscription in subscriptions:
        work.put(subscription)
    DynamoWorks().commit(work)


def found(search: SubscriptionSearch, limit: int) -> list[str]:
    """Every page is full but the last, and none is empty unless there is nothing at all."""
    ids: list[str] = []
    cursor = None
    for _ in range(COUNT + 1):
        page = REGISTER.find(search, limit=limit, cursor=cursor)
        ids.extend(one.id for one in page.items)
        cursor = page.next_cursor
        if cursor is None:
            assert page.items or not ids
            return ids
        assert len(page.items) == limit
    raise AssertionError("the list never ends")


WISHES: dict[str, dict[str, Any]] = {
    "customer": {"customer_id": "cus_1"},
    "plan": {"plan_id": "city"},
    "status": {"status": Status.ACTIVE},
    "site": {"site": "hbf"},
    "due": {"due_from": DUE, "due_before": DUE + timedelta(days=30)},
}
TOGETHER = [
    *((name,) for name in WISHES),
    *combinations(WISHES, 2),
    ("plan", "status", "site", "due"),
    tuple(WISHES),
]


@pytest.mark.parametrize("names", [(), *TOGETHER], ids=" ".join)
def test_any_combination_finds_each_once(names: tuple[str, ...]) -> None:
    fields = {name: value for wish in names for name, value in WISHES[wish].items()}
    search = SubscriptionSearch(**fields)
    wanted = [one for one in ALL if search.is_met_by(one)]
    assert 0 < len(wanted) <= COUNT or len(names) == len(WISHES)
    is_by_due_day = "due" in names and not {"customer", "plan"} & set(names)
    ordered = wanted if is_by_due_day else list(reversed(wanted))
    assert found(search, 5) == [one.id for one in ordered]


@pytest.mark.parametrize(
    "days", [{"due_before": DUE + timedelta(days=9)}, {"due_from": DUE}], ids=str
)
def test_one_due_day_alone_bounds_one_side(days: dict[str, Any]) -> None:
    search = SubscriptionSearch(**days)
    wanted = [one.id for one in reversed(ALL) if search.is_met_by(one)]
    assert wanted
    assert found(search, 7) == wanted


@pytest.mark.parametrize("limit", [1, 50])
def test_a_plan_version_is_found_whatever_the_page(limit: int) -> None:
    search = SubscriptionSearch(plan_id="city", plan_version=2, without_end=True)
    wanted = [
        one.id
        for one in reversed(ALL)
        if (one.plan_id, one.plan_version, one.ends_on) == ("city", 2, None)
        and one.status in {Status.PENDING, Status.ACTIVE}
    ]
    assert found(search, limit) == wanted
    assert wanted


def test_a_change_of_plan_and_status_moves_the_entry() -> None:
    before = replace(contract(1), id="sub_moves", customer_id="cus_moves")
    store(before)
    old = SubscriptionSearch(plan_id="city", status=before.status)
    new = SubscriptionSearch(plan_id="new", status=Status.ENDED)
    assert "sub_moves" in found(old, 50)
    agreement = replace(before.current, plan_id="new")
    store(replace(before, agreements=(agreement,), status=Status.ENDED, version=1))
    assert "sub_moves" not in found(old, 50)
    assert found(new, 50) == ["sub_moves"]
    assert "sub_moves" not in found(SubscriptionSearch(status=before.status), 50)
    assert "sub_moves" in found(SubscriptionSearch(status=Status.ENDED), 50)


def test_the_entry_counts_as_a_write() -> None:
    """So a work that would not fit one transaction is known before it is committed."""
    work = Work(NOW)
    for number in range(MAX_WRITES // 2 + 1):
        work.put(replace(contract(1), id=f"sub_many_{number}"))
    assert work.size == MAX_WRITES + 2
    with pytest.raises(ValueError, match="do not fit one transaction"):
        DynamoWorks().commit(work)
