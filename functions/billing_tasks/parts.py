"""Bills one part of a run, contract by contract. One bad contract never stops it.

A part is a day of a shard of the due index, or what earlier runs could not bill.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from aws_lambda_powertools import Logger

from number_supply import NumberSupply
from umlauf.billing.catching_up import BillingOffice, catch_up, due_with
from umlauf.billing.contracts import entity_of
from umlauf.billing.credits import balance_id
from umlauf.billing.errors import RunFinished
from umlauf.billing.numbering import series_of
from umlauf.billing.results import Outcome
from umlauf.billing.runs import ParkedContract, PartReport
from umlauf.billing.use_cases.park_contract import Obstacle, park_contract
from umlauf.kernel.calendar import local_date
from umlauf.kernel.errors import Transient, UmlaufError
from umlauf.kernel.work import carry_out
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import DuePage
from umlauf_adapters.kernel.documents import decode
from waiting import PAGE, Waiting, waiting_contracts, without_waiting
from wiring import BALANCES, CUSTOMERS, DESK, PARKED, SUBSCRIPTIONS, WORKS

PARKED_PART: Final = "parked"
"""The contracts earlier runs could not bill, as far as it is their turn."""
ALL_PARKED_PART: Final = "parked_all"
"""All of them: somebody wants it so."""
MAX_PAGES: Final = 400
_UNREADABLE: Final = (ArithmeticError, TypeError, ValueError, UmlaufError)

logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a run at work. `seen` are contracts billed with others of their customer."""

    run_id: str
    name: str
    through: datetime
    numbers: NumberSupply
    office: BillingOffice
    waiting: Waiting
    seen: set[str] = field(default_factory=set)

    @property
    def is_parked(self) -> bool:
        return self.name in {PARKED_PART, ALL_PARKED_PART}

    def tries(self, parked: ParkedContract) -> bool:
        return self.name == ALL_PARKED_PART or parked.is_to_be_tried(self.office.now)


def due_part(bucket: str, shard: int) -> str:
    """The name of a day of a shard: `2026-10-01.3`."""
    return f"{bucket}.{shard}"


def bill_part(
    task: dict[str, Any], now: datetime, has_time: Callable[[], bool]
) -> tuple[PartReport, dict[str, Any]]:
    """Bill page by page while there is time, at least one page.

    Gives what was done and where to go on; `more` says whether there is anything left.
    """
    run_id, name = str(task["run_id"]), str(task["part"])
    numbers = NumberSupply(run_id, name, now)
    office = BillingOffice(DESK, WORKS, PARKED, numbers, now)
    through = decode(datetime, task["through"])
    part = _Part(run_id, name, through, numbers, office, waiting_contracts())
    report = PartReport()
    cursor = task.get("cursor")
    for _ in range(MAX_PAGES):
        try:
            done, cursor = _bill_page(part, cursor)
        except RunFinished:
            # Somebody else did all this run had to do; what became due since is the next run's.
            logger.warning("billing_run_finished_meanwhile", run_id=run_id, part=name)
            cursor = None
        else:
            report += done
        if cursor is None or not has_time():
            break
    return report, {"more": cursor is not None, "cursor": cursor}


def _bill_page(part: _Part, cursor: str | None) -> tuple[PartReport, str | None]:
    """Bill a page of contracts; what was done, and the cursor of the next page."""
    page = _parked_page(part, cursor) if part.is_parked else _due_page(part, cursor)
    report = PartReport()
    for subscription_id in page.unreadable:
        report += _parked_unread(subscription_id, part)
    _look_ahead(page.items, part)
    for subscription in page.items:
        report += _bill(subscription, part)
    return report, page.next_cursor


def _due_page(part: _Part, cursor: str | None) -> DuePage:
    bucket, shard = part.name.rsplit(".", 1)
    page = DESK.subscriptions.list_due(
        bucket, int(shard), until=part.through, limit=PAGE, cursor=cursor
    )
    return without_waiting(page, part.waiting)


def _parked_page(part: _Part, cursor: str | None) -> DuePage:
    """The contracts that wait, read together; if that fails one by one, to find those to blame."""
    waiting = PARKED.waiting(limit=PAGE, cursor=cursor)
    ids = [parked.id for parked in waiting.items if part.tries(parked)]
    try:
        found = list(SUBSCRIPTIONS.find_many(ids).values())
    except Transient:
        raise
    except _UNREADABLE:
        pass
    else:
        return DuePage(found, waiting.next_cursor)
    readable, unreadable = [], []
    for subscription_id in ids:
        try:
            subscription = SUBSCRIPTIONS.find(subscription_id)
        except Transient:
            raise
        except _UNREADABLE:
            unreadable.append(subscription_id)
        else:
            readable.extend([subscription] if subscription else [])
    return DuePage(readable, waiting.next_cursor, tuple(unreadable))


def _look_ahead(contracts: Sequence[Subscription], part: _Part) -> None:
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
        year = local_date(part.office.now, entity.time_zone).year
        series[series_of(entity.series.invoices, year)] += 1
    BALANCES.ahead.look(balances)
    part.numbers.expect(series)


def _bill(subscription: Subscription, part: _Part) -> PartReport:
    """Bill all that is due on one contract, and on what goes onto one invoice with it.

    What cannot be billed together is tried one by one, what cannot be billed alone is parked.
    """
    if subscription.id in part.seen:
        return PartReport()
    contracts = _together(subscription, part)
    part.seen.update(one.id for one in contracts)
    outcomes: dict[str, Outcome] = {}
    parked: list[ParkedContract] = []
    if len(contracts) > 1 and _is_caught_up(contracts, part, outcomes):
        return _report(contracts, outcomes, parked)
    for one in contracts:
        obstacle = _obstacle(one, part, outcomes)
        if obstacle is not None:
            outcomes.pop(one.id, None)
            parked.append(_park(one.id, one.next_due_at or part.office.now, obstacle, part))
    return _report(contracts, outcomes, parked)


def _together(subscription: Subscription, part: _Part) -> tuple[Subscription, ...]:
    """The contract alone, unless its customer wants one invoice for all."""
    customer = CUSTOMERS.ahead.peek(subscription.customer_id)
    if customer is None or not customer.billing.wants_consolidated_invoices:
        return (subscription,)
    try:
        return due_with(subscription, part.office.now, DESK.subscriptions)
    except Transient:
        raise
    except Exception:
        logger.exception("other_contracts_not_found", subscription_id=subscription.id)
        return (subscription,)


def _is_caught_up(
    contracts: Sequence[Subscription], part: _Part, outcomes: dict[str, Outcome]
) -> bool:
    """Bill contracts together; False when that failed, which says nothing about any of them."""
    try:
        _catch_up(contracts, part, outcomes)
    except (Transient, RunFinished):
        raise
    except Exception:
        logger.exception("not_billed_together", subscription_ids=[one.id for one in contracts])
        return False
    return True


def _obstacle(
    subscription: Subscription, part: _Part, outcomes: dict[str, Outcome]
) -> Obstacle | None:
    """Bill one contract; what stands in the way, if anything does."""
    try:
        _catch_up((subscription,), part, outcomes)
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


def _catch_up(contracts: Sequence[Subscription], part: _Part, outcomes: dict[str, Outcome]) -> None:
    """Bill up to date and note what became of each: billed at one boundary is billed."""
    were_parked = part.is_parked or any(one.id in part.waiting for one in contracts)
    for results in catch_up(contracts, part.office, were_parked=were_parked):
        for result in results:
            if outcomes.get(result.subscription.id) is not Outcome.BILLED:
                outcomes[result.subscription.id] = result.outcome


def _report(
    contracts: Sequence[Subscription],
    outcomes: Mapping[str, Outcome],
    parked: Sequence[ParkedContract],
) -> PartReport:
    counts = Counter(outcomes.values())
    not_due = counts[Outcome.NOT_DUE]
    return PartReport(
        due=len(contracts),
        billed=counts[Outcome.BILLED],
        nothing_to_charge=counts[Outcome.NOTHING_TO_CHARGE],
        skipped={Outcome.NOT_DUE.value: not_due} if not_due else {},
        parked=Counter(one.reason_code for one in parked),
        parked_before=sum(one.attempts > 1 for one in parked),
    )


def _parked_unread(subscription_id: str, part: _Part) -> PartReport:
    code = "billing.unreadable"
    obstacle = Obstacle(code, "the record of this contract cannot be read; people must look at it")
    parked = _park(subscription_id, part.office.now, obstacle, part)
    return PartReport(due=1, parked={code: 1}, parked_before=int(parked.attempts > 1))


def _park(
    subscription_id: str, due_at: datetime, obstacle: Obstacle, part: _Part
) -> ParkedContract:
    parked = carry_out(
        lambda work: park_contract(
            subscription_id,
            obstacle,
            run_id=part.run_id,
            due_at=due_at,
            work=work,
            parked=PARKED,
        ),
        works=WORKS,
        now=part.office.now,
    )
    logger.warning(
        "contract_parked", subscription_id=subscription_id, run_id=part.run_id, code=obstacle.code
    )
    return parked
