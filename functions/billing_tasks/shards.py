"""Bills one shard of a run, contract by contract. One bad contract never stops it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from aws_lambda_powertools import Logger

from umlauf.billing.errors import RunFinished
from umlauf.billing.numbering import FreeNumber, free_numbers, series_of
from umlauf.billing.runs import ShardReport
from umlauf.billing.terms import UMLAUF
from umlauf.billing.use_cases.bill_contract import BillingResult, Outcome, bill_contract
from umlauf.billing.use_cases.park_contract import Obstacle, park_contract
from umlauf.billing.use_cases.release_contract import release_contract
from umlauf.billing.use_cases.reserve_numbers import NumbersWanted, reserve_numbers
from umlauf.kernel.calendar import local_date
from umlauf.kernel.errors import Transient, UmlaufError
from umlauf.kernel.work import AlreadyClaimed, Page, StaleVersion, Work, carry_out
from umlauf.subscriptions.model import Subscription
from umlauf_adapters.kernel.documents import decode
from wiring import DESK, NUMBERS, PARKED, RUNS, WORKS

PARKED_SHARD: Final = "parked"
"""The contracts earlier runs could not bill are a shard of their own."""
PAGE: Final = 50
"""Contracts between two looks at the clock."""
MAX_PAGES: Final = 400
MAX_BOUNDARIES: Final = 24
"""How many boundaries a contract catches up in one visit; the next run goes on."""

logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a shard goes on: the buckets that are left, and the page within the first of them."""

    buckets: tuple[str, ...]
    cursor: str | None = None


class _NumberSupply:
    """The numbers of one shard of a run: what an earlier call left over, then new blocks."""

    def __init__(self, run_id: str, shard: str, now: datetime) -> None:
        series = series_of(UMLAUF.series_prefix, local_date(now, UMLAUF.time_zone).year)
        self._wanted = NumbersWanted(run_id, shard, series, count=1)
        self._now = now
        self._free: list[FreeNumber] = []
        self._has_looked = False

    def expect(self, count: int) -> None:
        """Reserve at most so many at a time: what is not needed must be voided."""
        self._wanted = replace(self._wanted, count=max(count, 1))

    def next(self) -> FreeNumber:
        """The lowest free number; it stays free until it is `used`. Raises RunFinished."""
        if not self._has_looked:
            self._free = self._left_over()
            self._has_looked = True
        if not self._free:
            self._free = self._reserved()
        return self._free[0]

    def used(self, number: str) -> None:
        self._free = [free for free in self._free if free.number != number]

    def look_again(self) -> None:
        """Somebody else works on this shard too and may have taken numbers."""
        self._has_looked = False

    def _left_over(self) -> list[FreeNumber]:
        blocks = NUMBERS.blocks(self._wanted.run_id, self._wanted.shard)
        taken = [number for block in blocks for number in NUMBERS.taken(block)]
        return free_numbers(blocks, taken, self._wanted.series)

    def _reserved(self) -> list[FreeNumber]:
        block = carry_out(
            lambda work: reserve_numbers(self._wanted, work=work, numbers=NUMBERS, runs=RUNS),
            works=WORKS,
            now=self._now,
        )
        return free_numbers([block], [], block.series)


@dataclass(frozen=True, slots=True)
class _Shard:
    """One shard of a run at work."""

    run_id: str
    name: str
    now: datetime
    through: datetime
    numbers: _NumberSupply

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
    numbers = _NumberSupply(run_id, name, now)
    shard = _Shard(run_id, name, now, decode(datetime, task["through"]), numbers)
    report = ShardReport()
    place: _Place | None = _Place(tuple(task["buckets"]), task.get("cursor"))
    try:
        for _ in range(MAX_PAGES):
            if place is None or (report.due and not has_time()):
                break
            contracts, place = _page(shard, place)
            numbers.expect(len(contracts))
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
        found = [DESK.subscriptions.find(parked.id) for parked in waiting.items]
        rest = _Place((), waiting.next_cursor) if waiting.next_cursor else None
        return [subscription for subscription in found if subscription is not None], rest
    due = DESK.subscriptions.list_due(
        place.buckets[0], int(shard.name), until=shard.through, limit=PAGE, cursor=place.cursor
    )
    return list(due.items), _place_after(place, due)


def _place_after(place: _Place, page: Page[Subscription]) -> _Place | None:
    if page.next_cursor:
        return replace(place, cursor=page.next_cursor)
    return _Place(place.buckets[1:]) if place.buckets[1:] else None


def _bill(subscription: Subscription, shard: _Shard) -> ShardReport:
    """Bill all that is due on one contract, or park it with the reason."""
    report = ShardReport(due=1)
    try:
        for result in _boundaries(subscription, shard):
            report += _counted(result)
    except (Transient, StaleVersion, RunFinished):
        raise  # says nothing about this contract: the task is repeated as a whole
    except UmlaufError as error:
        return report + _park(subscription, Obstacle(error.code, error.message), shard)
    except Exception as error:
        # A defect of ours must not keep the other contracts from being billed; it is logged with
        # its trace and parked, so that it is seen and tried again.
        logger.exception("contract_not_billed", subscription_id=subscription.id)
        obstacle = Obstacle("billing.defect", type(error).__name__)
        return report + _park(subscription, obstacle, shard)
    return report


def _boundaries(subscription: Subscription, shard: _Shard) -> Iterator[BillingResult]:
    """Bill one boundary after the other until the contract is up to date."""
    current: Subscription | None = subscription
    for _ in range(MAX_BOUNDARIES):
        result = _bill_boundary(subscription.id, current, shard)
        yield result
        if not result.is_due_again(shard.now):
            return
        current = None


def _bill_boundary(
    subscription_id: str, known: Subscription | None, shard: _Shard
) -> BillingResult:
    """Bill the index's copy first; if that is out of date, what is on record."""
    tried = known or DESK.subscriptions.get(subscription_id)
    try:
        return _bill_once(tried, shard)
    except AlreadyClaimed:
        # The claims tell it before the version does: somebody else billed it, or the index lagged
        # behind. Claimed though the contract did not move on is another matter.
        current = DESK.subscriptions.get(subscription_id)
        if current.version == tried.version:
            raise
        return _bill_once(current, shard)


def _bill_once(known: Subscription, shard: _Shard) -> BillingResult:
    """Bill in one work; one that lost a race is decided anew from the record."""
    copies = [known]

    def decide(work: Work) -> BillingResult:
        if copies:
            subscription = copies.pop()
        else:
            subscription = DESK.subscriptions.get(known.id)
            shard.numbers.look_again()
        result = bill_contract(
            subscription, shard.numbers.next, entity=UMLAUF, work=work, desk=DESK
        )
        if shard.is_parked:
            release_contract(known.id, work=work, parked=PARKED)
        return result

    result = carry_out(decide, works=WORKS, now=shard.now)
    if result.invoice is not None:
        shard.numbers.used(result.invoice.number)
    return result


def _counted(result: BillingResult) -> ShardReport:
    match result.outcome:
        case Outcome.BILLED:
            return ShardReport(billed=1)
        case Outcome.NOTHING_TO_CHARGE:
            return ShardReport(nothing_to_charge=1)
        case Outcome.NOT_DUE:
            return ShardReport(skipped={Outcome.NOT_DUE.value: 1})


def _park(subscription: Subscription, obstacle: Obstacle, shard: _Shard) -> ShardReport:
    due_at = subscription.next_due_at or shard.now
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
        now=shard.now,
    )
    logger.warning(
        "contract_parked", subscription_id=subscription.id, run_id=shard.run_id, code=obstacle.code
    )
    return ShardReport(parked={obstacle.code: 1})
