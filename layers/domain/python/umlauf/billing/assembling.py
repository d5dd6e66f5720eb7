"""One contract's bill for one day: everything that is due, and everything to be put right.

Pure. What to charge comes from `desired`, what to give back from `reconciling`, usage from
`usage_lines`, limits from `true_ups`; here they become one bill.
"""

from datetime import date, timedelta

from umlauf.billing.bill_lines import Bill, credit_line, fee_line
from umlauf.billing.charges import BilledCharge
from umlauf.billing.contract_account import Account
from umlauf.billing.desired import desired_fees, sharing
from umlauf.billing.rating import CLOSING_DAYS
from umlauf.billing.reconciling import FEE_KINDS, Reckoning, Reconciliation, reconcile
from umlauf.billing.true_ups import true_ups
from umlauf.billing.usage_lines import usage_of
from umlauf.billing.windows import Window, window_of
from umlauf.catalog.policies import BillingTiming
from umlauf.subscriptions.timeline import PaidTime, credits_over


def closing_day(account: Account, bill: Bill) -> date | None:
    """When to look a last time, once the contract is over; None where nothing was metered."""
    ends_on = account.subscription.ends_on
    is_metered = any(charge.usage is not None for charge in account.billed) or any(
        line.usage is not None for line in bill.lines
    )
    return ends_on + timedelta(days=CLOSING_DAYS) if ends_on is not None and is_metered else None


def assemble_bill(account: Account, day: date) -> Bill:
    """The bill of a day: a boundary, the end, or a day on which something is put right.

    Raises NoPriceInCurrency, UnknownPlan, UnknownAddOn.
    """
    window = window_of(account.subscription, day)
    settled = _settled_fees(account, window)
    used = usage_of(account, window)
    adjusted = true_ups(account, window, settled, used)
    lines = [
        *(fee_line(new, account.subscription) for new in settled.fees),
        *(credit_line(credit) for credit in settled.credits),
        *used.lines,
        *adjusted.lines,
    ]
    changed = {charge.id: charge for charge in settled.charges}
    changed.update((charge.id, charge) for charge in (*used.changed, *adjusted.changed))
    return Bill(tuple(lines), tuple(changed.values()))


def _settled_fees(account: Account, window: Window) -> Reconciliation:
    """Fees of both timings together: a change may turn one into the other inside a period."""
    subscription = account.subscription
    periods = dict.fromkeys((*window.over, *window.ahead))
    desired = [
        fee
        for one in periods
        for fee in desired_fees(subscription, account.plan_of, one)
        if fee.timing is BillingTiming.ADVANCE or one in window.over
    ]
    reckoning = Reckoning(
        subscription_id=subscription.id,
        currency=subscription.currency,
        share_of=sharing(subscription),
        credits_over=lambda charge, part: credits_over(subscription, _paid_time(charge), part),
        is_taxed_alike=account.is_taxed_alike,
        settled_from=window.settled_from,
    )
    fees = [charge for charge in account.billed if charge.kind in FEE_KINDS]
    return reconcile(desired, fees, reckoning)


def _paid_time(charge: BilledCharge) -> PaidTime:
    return PaidTime(charge.period.start, charge.plan_id, charge.plan_version)
