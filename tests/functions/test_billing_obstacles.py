"""One bad contract never stops a run, whatever is wrong with it; and what parked contracts cost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.functions.billing_world import (
    OCTOBER,
    Cycle,
    change,
    change_stored,
    documents,
    mixed_month,
    parked,
    runs,
    subscription_of,
    write,
)
from tests.offer_fakes import CITY_FLAT, OfferWorld
from umlauf.billing.numbering import Series
from umlauf.billing.runs import ParkedContract, RunCursor
from umlauf.billing.use_cases.start_run import start_run
from umlauf.catalog.model import TaxCategory
from umlauf.kernel.work import StaleVersion, Work, carry_out
from umlauf.subscriptions.model import Subscription
from umlauf_adapters.billing.layouts import SERIES
from umlauf_adapters.billing.runs import DynamoRuns
from umlauf_adapters.catalog.plans import PLANS
from umlauf_adapters.customers.customers import DynamoCustomers
from umlauf_adapters.customers.layouts import CUSTOMERS
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.layouts import Layout
from umlauf_adapters.subscriptions.subscriptions import SUBSCRIPTIONS, DynamoSubscriptions

pytestmark = pytest.mark.usefixtures("tables")

HOUR = timedelta(hours=1)
ADAS_PLAN = replace(CITY_FLAT, plan_id="adas-plan")
Spoil = Callable[[Subscription, pytest.MonkeyPatch], None]


@pytest.fixture
def offer(tables: None) -> OfferWorld:
    """A month of mixed contracts. Ada's plan is hers alone, so that it can be spoiled."""
    offer = mixed_month()
    ada = subscription_of(offer, "ada")
    change(offer, ADAS_PLAN)
    own = replace(ada.current, plan_id=ADAS_PLAN.plan_id, plan_version=ADAS_PLAN.plan_version)
    change(offer, replace(ada, agreements=(own,)))
    write(offer.store.aggregates)
    return offer


def rewrite(layout: Layout[Any], which: str, **changes: Any) -> None:
    """Change a stored item behind the back of its layout."""
    (item,) = [
        one
        for one in layout.table.scan()
        if which in {one.body.get("id"), one.body.get("plan_id")} and set(changes) <= set(one.body)
    ]
    item.update(actions=[layout.table.body.set({**item.body, **changes})])


def no_such_plan_version(ada: Subscription, _: pytest.MonkeyPatch) -> None:
    unknown = replace(ada.current, plan_version=99)
    change_stored(replace(DynamoSubscriptions().get(ada.id), agreements=(unknown,)))


def no_tax_rate(ada: Subscription, _: pytest.MonkeyPatch) -> None:
    items = tuple(replace(one, tax_category=TaxCategory.SUPER_REDUCED) for one in ADAS_PLAN.items)
    dear = replace(ADAS_PLAN, plan_id="no-rate", items=items)
    write({"plan": dear})
    agreed = replace(ada.current, plan_id=dear.plan_id)
    change_stored(replace(DynamoSubscriptions().get(ada.id), agreements=(agreed,)))


def no_such_customer(ada: Subscription, _: pytest.MonkeyPatch) -> None:
    change_stored(replace(DynamoSubscriptions().get(ada.id), customer_id="cus_gone"))


def corrupt_contract(ada: Subscription, _: pytest.MonkeyPatch) -> None:
    rewrite(SUBSCRIPTIONS, ada.id, time_zone="Mars/Olympus")


def corrupt_plan(_ada: Subscription, _: pytest.MonkeyPatch) -> None:
    rewrite(PLANS, ADAS_PLAN.plan_id, interval="now and then")


def corrupt_customer(ada: Subscription, _: pytest.MonkeyPatch) -> None:
    rewrite(CUSTOMERS, ada.customer_id, billing="not to be read")


def always_outrun(ada: Subscription, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody changes the contract again and again, always a moment earlier."""
    commit = DynamoWorks.commit

    def outrun(works: DynamoWorks, work: Work) -> None:
        if any(isinstance(one, Subscription) and one.id == ada.id for one in work.aggregates):
            raise StaleVersion("somebody was faster")
        commit(works, work)

    monkeypatch.setattr(DynamoWorks, "commit", outrun)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(no_such_plan_version, "catalog.unknown_plan", id="no such plan version"),
        pytest.param(no_tax_rate, "billing.tax_rate_unknown", id="no tax rate"),
        pytest.param(no_such_customer, "customers.unknown_customer", id="no such customer"),
        pytest.param(corrupt_contract, "billing.unreadable", id="contract cannot be read"),
        pytest.param(corrupt_plan, "billing.defect", id="plan cannot be read"),
        pytest.param(corrupt_customer, "billing.defect", id="customer cannot be read"),
        pytest.param(always_outrun, "work.stale_version", id="always outrun"),
    ],
)
def test_no_kind_of_failure_stops_a_run(
    offer: OfferWorld, monkeypatch: pytest.MonkeyPatch, spoil: Spoil, code: str
) -> None:
    ada = subscription_of(offer, "ada")
    spoil(ada, monkeypatch)
    finished = Cycle().run()
    assert finished["report"]["parked"] == {code: 1, "billing.vat_id_missing": 1}
    assert finished["report"]["billed"] == 2
    assert ada.id in {one.id for one in parked()}
    # And the next one neither stops, nor tries it in two parts.
    Cycle(OCTOBER + HOUR).run()
    assert {one.id: one.attempts for one in parked()}[ada.id] == 2


def test_a_series_that_cannot_be_read_parks_what_needs_it_until_it_is_mended(
    offer: OfferWorld,
) -> None:
    write({"series": Series("RE-2026", reserved_up_to=7)})
    (item,) = [one for one in SERIES.table.scan() if one.pk == "SERIES#RE-2026"]
    sound = dict(item.body)
    item.update(actions=[SERIES.table.body.set({**sound, "reserved_up_to": "many"})])
    broken = Cycle().run()
    assert broken["documents"] == []
    assert sum(broken["report"]["parked"].values()) == 4

    item.update(actions=[SERIES.table.body.set(sound)])
    mended = Cycle(OCTOBER + HOUR).run()
    assert mended["report"]["billed"] == 3
    numbers = {one.number for one in documents()["Invoice"]}
    assert min(numbers) == "RE-2026-000008"


def nick(offer: OfferWorld) -> ParkedContract:
    (found,) = [one for one in parked() if one.id == subscription_of(offer, "nick").id]
    return found


def test_hours_that_only_try_parked_contracts_in_vain_leave_one_record(offer: OfferWorld) -> None:
    first = Cycle().run()
    vain = [Cycle(OCTOBER + hour * HOUR).run() for hour in range(1, 5)]
    assert [one["report"]["parked_before"] for one in vain] == [1, 1, 1, 1]
    assert {one["run_id"] for one in vain} == {"run_000002"}
    assert [run.id for run in runs()] == [first["run_id"], "run_000002"]
    assert nick(offer).attempts == 5


def test_a_contract_that_is_stuck_is_tried_once_a_day(offer: OfferWorld) -> None:
    Cycle().run()
    change_stored(replace(nick(offer), attempts=24))
    known = runs()
    assert not Cycle(OCTOBER + HOUR).run()["has_run"]
    assert runs() == known
    Cycle(OCTOBER + 24 * HOUR).run()
    assert nick(offer).attempts == 25


def test_a_run_by_hand_tries_every_parked_contract(offer: OfferWorld) -> None:
    Cycle().run()
    change_stored(replace(nick(offer), attempts=24))
    later = OCTOBER + HOUR
    started = carry_out(
        lambda work: start_run("cmd_1", work=work, runs=DynamoRuns()),
        works=DynamoWorks(),
        now=later,
    )
    finished = Cycle(later).run()
    assert finished["run_id"] == started.id
    assert nick(offer).attempts == 25


def test_a_contract_that_is_stuck_is_billed_at_once_when_it_falls_due_anew(
    offer: OfferWorld,
) -> None:
    """As after any change of it: nobody waits for the daily turn."""
    Cycle().run()
    waiting = nick(offer)
    change_stored(replace(waiting, attempts=24))
    subscription = DynamoSubscriptions().get(waiting.id)
    customer = DynamoCustomers().get(subscription.customer_id)
    change_stored(replace(customer, is_business=False))
    later = OCTOBER + HOUR
    change_stored(replace(subscription, next_due_at=later - timedelta(minutes=5)))
    assert Cycle(later).run()["report"]["billed"] == 1
    assert nick(offer).is_resolved
    done = documents()
    Cycle(later + HOUR).run()
    assert documents() == done


def test_waiting_and_stuck_contracts_are_counted(
    offer: OfferWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    Cycle().run()
    change_stored(replace(nick(offer), attempts=24))
    change_stored(replace(DynamoRuns().cursor() or RunCursor(), completed_through=OCTOBER))
    capsys.readouterr()
    Cycle(OCTOBER + HOUR).run()
    told = capsys.readouterr().out
    assert '"ContractWaiting":[1.0],"ContractStuck":[1.0]' in told
