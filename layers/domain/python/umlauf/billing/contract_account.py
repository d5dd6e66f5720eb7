"""A contract with all that billing knows of it: what a bill is made from."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from umlauf.billing.charges import BilledCharge, charge_id
from umlauf.billing.errors import NotInvoiceable, TaxRateUnknown, VatIdMissing
from umlauf.billing.tax import Parties, treatment_of
from umlauf.kernel.calendar import Period
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.timeline import PlanOf
from umlauf.usage.aggregation import Measurement

CountedBy = Callable[[str, Period], Mapping[date, int]]
"""What a meter counted, in its whole units, per local day of a period."""
MeasuredBy = Callable[[str, Period], Sequence[Measurement]]
"""What a meter of events was told within the local days of a period."""
ChargesOf = Callable[[str], Iterable[BilledCharge]]
"""What was charged on an invoice, by its id."""


def nothing_counted(_meter: str, _period: Period) -> Mapping[date, int]:
    """No usage: what plans without meters need."""
    return {}


def nothing_measured(_meter: str, _period: Period) -> Sequence[Measurement]:
    """No events: what plans with registers alone need."""
    return ()


def _of_nobody_else(_invoice_id: str) -> Iterable[BilledCharge]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A contract with all that billing knows of it.

    `billed` must hold every charge whose period ends after `looks_back_to(subscription, day)`.
    `others_on` gives what else was charged on an invoice: by other contracts, or long ago.
    `parties` tell how what is left of a charge is taxed; without them, as it was.
    """

    subscription: Subscription
    plan_of: PlanOf
    billed: Sequence[BilledCharge] = ()
    counted_by: CountedBy = nothing_counted
    measured_by: MeasuredBy = nothing_measured
    others_on: ChargesOf = _of_nobody_else
    parties: Parties | None = None

    def on_record(self, invoice_ids: Iterable[str]) -> tuple[BilledCharge, ...]:
        """What was charged on invoices, by whom and whenever; tax is reckoned for them whole."""
        others = (charge for invoice_id in invoice_ids for charge in self.others_on(invoice_id))
        return (*self.billed, *others)

    def is_taxed_alike(self, charge: BilledCharge, last_day: date) -> bool:
        """Whether a charge's tax stands if what it is for ends on that day.

        What cannot be taxed that day stays as it is: no contract is parked for what it gives back.
        """
        if self.parties is None:
            return True
        try:
            found = treatment_of(charge.supply, charge.tax_category, self.parties, last_day)
        except (TaxRateUnknown, VatIdMissing, NotInvoiceable):
            return True
        return found == charge.treatment


def next_id(account: Account, item: str, day: date) -> str:
    sequence = sum(1 for one in account.billed if (one.item, one.period.start) == (item, day))
    return charge_id(account.subscription.id, item, day, sequence)


def rated_charges(billed: Sequence[BilledCharge]) -> list[BilledCharge]:
    """The charges that stand for a stretch's usage; those of stretches that are gone do not."""
    return [charge for charge in billed if charge.usage is not None and charge.covered]
