"""Bills one part of a run, contract by contract. One bad contract never stops it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from aws_lambda_powertools import Logger

from number_supply import NumberSupply
from umlauf.billing.catching_up import BillingOffice, catch_up, due_with
from umlauf.billing.credits import balance_id
from umlauf.billing.errors import RunFinished
from umlauf.billing.numbering import series_of
from umlauf.billing.runs import ShardReport
from umlauf.billing.use_cases.bill_contract import Outcome, entity_of
from umlauf.billing.use_cases.park_contract import Obstacle, park_contract
from umlauf.kernel.calendar import local_date
from umlauf.kernel.errors import Transient, UmlaufError
from umlauf.kernel.work import Page, carry_out
from umlauf.subscriptions.model import Subscription
from umlauf_adapters.kernel.documents import decode
from wiring import BALANCES, CUSTOMERS, DESK, PARKED, SUBSCRIPTIONS, WORKS

PARKED_SHARD: Final = "parked"
"""The contracts earlier runs could not bill are a shard of their own."""
PAGE: Final = 50
"""Contracts between two looks at the clock."""
MAX_PAGES: Final = 400

logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a shard goes on: the buckets that are left, and the page within the first of them."""

    buckets: tuple[str, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class _Shard:
    """One shard of a run at work. `seen` are contracts billed with others of their customer."""

    run_id: str
    name: str
    through: datetime
    numbers: NumberSupply
    office: BillingOffice
    seen: set[str] = field(default_factory=set)

    @property
    def is_parked(self) -> bool:
        return self.name == PARKED_SHARD


def bill_shard(
    task: dict[str, Any], now: datetime, has_time: Callable[[], bool]
) -> tuple[ShardReport, dict[str, Any]]:
    """Bill page by page while there is time, at least one page.

    Gives what was done and where to go on; `more` says whether there is anything left.
    """
    run_id, name = str(task["run_id"]), str(task["shard"])
    numbers = NumberSupply(run_id, name, now)
    office = BillingOffice(DESK, WORKS, PARKED, numbers, now)
    shard = _Shard(run_id, name, decode(datetime, task["through"]), numbers, office)
    report = ShardReport()
    place: _Place | None = _Place(tuple(task["buckets"]), task.get("cursor"))
    try:
        for _ in range(MAX_PAGES):
            if place is None or (report.due and not has_time()):
                break
            contracts, place = _page(shard, place)
            _look_ahead(contracts, shard)
            for subscription in contracts:
                report += _bill(subscription, shard)
    except RunFinished:
        # Somebody else did all this run had to do; what became due since is the next run's.
        logger.warning("billing_run_finished_meanwhile", run_id=run_id, shard=name)
        place = None
    if place is None:
        return report, {"more": False, "buckets": [], "cursor": None}
    return report, {"more": True, "buckets": list(place.buckets), "cursor": place.cursor}


def _page(shard: _Shard, place: _Place) -> tuple[list[Subscription], _Place | None]:
    """The contracts to bill next, as the index shows them, and the place after them."""
    if shard.is_parked:
        waiting = PARKED.waiting(limit=PAGE, cursor=place.cursor)
        found = SUBSCRIPTIONS.find_many(parked.id for parked in waiting.items)
        rest = _Place((), waiting.next_cursor) if waiting.next_cursor else None
        return list(found.values()), rest
    due = DESK.subscriptions.list_due(
        place.buckets[0], int(shard.name), until=shard.through, limit=PAGE, cursor=place.cursor
    )
    return list(due.items), _place_after(place, due)


def _place_after(place: _Place, page: Page[Subscription]) -> _Place | None:
    if page.next_cursor:
        return replace(place, cursor=page.next_cursor)
    return _Place(place.buckets[1:]) if place.buckets[1:] else None


def _look_ahead(contracts: Sequence[Subscription], shard: _Shard) -> None:
    """Read customers and balances of a page together, and say how many numbers it will need."""
    CUSTOMERS.ahead.look(one.customer_id for one in contracts)
    balances: list[str] = []
    series: Counter[str] = Counter()
    for one in contracts:
        customer = CUSTOMERS.ahead.peek(one.customer_id)
        if customer is None:
            continue
        try:
            entity = entity_of(one, customer)
        except UmlaufError:
            continue  # nobody bills it: that is found out, and told, when it is its turn
        balances.append(balance_id(customer.id, entity.id, one.currency))
        year = local_date(shard.office.now, entity.time_zone).year
        series[series_of(entity.series.invoices, year)] += 1
    BALANCES.ahead.look(balances)
    shard.numbers.expect(series)


def _bill(subscription: Subscription, shard: _Shard) -> ShardReport:
    """Bill all that is due on one contract, and on what goes onto one invoice with it.

    What cannot be billed together is tried one by one, what cannot be billed alone is parked.
    """
    if subscription.id in shard.seen:
        return ShardReport()
    contracts = _together(subscription, shard)
    shard.seen.update(one.id for one in contracts)
    outcomes: dict[str, Outcome] = {}
    parked: dict[str, int] = Counter()
    if len(contracts) > 1 and _is_caught_up(contracts, shard, outcomes):
        return _report(contracts, outcomes, parked)
    for one in contracts:
        obstacle = _obstacle(one, shard, outcomes)
        if obstacle is not None:
            outcomes.pop(one.id, None)
            _park(one, obstacle, shard)
            parked[obstacle.code] += 1
    return _report(contracts, outcomes, parked)


def _together(subscription: Subscription, shard: _Shard) -> tuple[Subscription, ...]:
    """The contract alone, unless its customer wants one invoice for all."""
    customer = CUSTOMERS.ahead.peek(subscription.customer_id)
    if customer is None or not customer.billing.wants_consolidated_invoices:
        return (subscription,)
    try:
        return due_with(subscription, shard.office.now, DESK.subscriptions)
    except Transient:
        raise
    except Exception:
        logger.exception("other_contracts_not_found", subscription_id=subscription.id)
        return (subscription,)


def _is_caught_up(
    contracts: Sequence[Subscription], shard: _Shard, outcomes: dict[str, Outcome]
) -> bool:
    """Bill contracts together; False when that failed, which says nothing about any of them."""
    try:
        _catch_up(contracts, shard, outcomes)
    except (Transient, RunFinished):
        raise
    except Exception:
        logger.exception("not_billed_together", subscription_ids=[one.id for one in contracts])
        return False
    return True


def _obstacle(
    subscription: Subscription, shard: _Shard, outcomes: dict[str, Outcome]
) -> Obstacle | None:
    """Bill one contract; what stands in the way, if anything does."""
    try:
        _catch_up((subscription,), shard, outcomes)
    except (Transient, RunFinished):
        raise  # says nothing about this contract: the task is repeated as a whole
    except UmlaufError as error:
        return Obstacle(error.code, error.message)
    except Exception as error:
        # A defect of ours must not keep the other contracts from being billed; it is logged with
        # its trace and parked, so that it is seen and tried again.
        logger.exception("contract_not_billed", subscription_id=subscription.id)
        return Obstacle("billing.defect", type(error).__name__)
    return None


def _catch_up(
    contracts: Sequence[Subscription], shard: _Shard, outcomes: dict[str, Outcome]
) -> None:
    """Bill up to date and note what became of each: billed at one boundary is billed."""
    for results in catch_up(contracts, shard.office, were_parked=shard.is_parked):
        for result in results:
            if outcomes.get(result.subscription.id) is not Outcome.BILLED:
                outcomes[result.subscription.id] = result.outcome


def _report(
    contracts: Sequence[Subscription], outcomes: Mapping[str, Outcome], parked: Mapping[str, int]
) -> ShardReport:
    counts = Counter(outcomes.values())
    not_due = counts[Outcome.NOT_DUE]
    return ShardReport(
        due=len(contracts),
        billed=counts[Outcome.BILLED],
        nothing_to_charge=counts[Outcome.NOTHING_TO_CHARGE],
        skipped={Outcome.NOT_DUE.value: not_due} if not_due else {},
        parked=parked,
    )


def _park(subscription: Subscription, obstacle: Obstacle, shard: _Shard) -> None:
    due_at = subscription.next_due_at or shard.office.now
    carry_out(
        lambda work: park_contract(
            subscription.id,
            obstacle,
            run_id=shard.run_id,
            due_at=due_at,
            work=work,
            parked=PARKED,
        ),
        works=WORKS,
        now=shard.office.now,
    )
    logger.warning(
        "contract_parked", subscription_id=subscription.id, run_id=shard.run_id, code=obstacle.code
    )
