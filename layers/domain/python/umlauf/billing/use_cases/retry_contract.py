"""Bill a parked contract at once, because somebody thinks that it can be billed now."""

from collections import defaultdict

from umlauf.billing.errors import NotParked
from umlauf.billing.numbering import FreeNumber
from umlauf.billing.ports import BillingDesk, Numbers, ParkedContracts
from umlauf.billing.results import BillingResult, NextNumber
from umlauf.billing.use_cases.bill_contract import bill_contract
from umlauf.billing.use_cases.release_contract import release_contract
from umlauf.billing.use_cases.take_number import take_number
from umlauf.kernel.work import Work


def retry_contract(
    subscription_id: str,
    command_id: str,
    *,
    work: Work,
    desk: BillingDesk,
    numbers: Numbers,
    parked: ParkedContracts,
) -> BillingResult:
    """Bill one boundary, as a run would, and release the contract; further ones are the next run's.

    A run that bills it at the same moment meets this in the contract's version. Raises
    UnknownSubscription, NotParked, and what `bill_contract` raises: then it stays parked.
    """
    subscription = desk.subscriptions.get(subscription_id)
    known = parked.get(subscription_id)
    if known is None or known.is_resolved:
        raise NotParked(
            f"contract {subscription_id} is not parked; runs bill it when it is due",
            field="subscription_id",
        )
    next_number = _numbers_within(work, command_id, numbers)
    result = bill_contract(subscription, next_number, work=work, desk=desk)
    release_contract(subscription_id, work=work, parked=parked)
    return result


def _numbers_within(work: Work, command_id: str, numbers: Numbers) -> NextNumber:
    """Numbers reserved by the work that uses them, one by one: none can be left over."""
    taken: dict[str, list[FreeNumber]] = defaultdict(list)

    def nth(series_id: str, place: int) -> FreeNumber:
        while len(taken[series_id]) <= place:
            number = take_number(series_id, command_id, work=work, numbers=numbers)
            taken[series_id].append(number)
        return taken[series_id][place]

    return nth
