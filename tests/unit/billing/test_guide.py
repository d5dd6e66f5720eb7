"""The guide's worked example is what the engine bills, line by line and tax by tax."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from tests.billing_fakes import BillingWorld
from tests.offer_fakes import CITY_FLAT, euros
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.model import Invoice, InvoiceLine
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work
from umlauf.subscriptions.agreements import BeginPause, ChangePlan
from umlauf.subscriptions.changing import apply_change
from umlauf.subscriptions.ending import voided
from umlauf.subscriptions.model import Subscription

GUIDE: Final = Path(__file__).resolve().parents[3] / "docs" / "billing.md"
MINUS: Final = "\N{MINUS SIGN}"
CITY: Final = replace(
    CITY_FLAT, items=(replace(CITY_FLAT.items[0], prices=euros("59.00"), name="City bike"),)
)
CARGO: Final = replace(
    CITY,
    plan_id="cargo",
    items=(replace(CITY.items[0], prices=euros("89.00"), name="Cargo bike"),),
)


def _on(day: int) -> datetime:
    return datetime(2026, 11, day, 9, tzinfo=UTC)


class Story(BillingWorld):
    """A city bike from 1 November, a cargo bike, a holiday, and all of it undone."""

    def play(self) -> list[Invoice | CreditNote]:
        self.publish(CARGO)
        rented = self.active_subscription(CITY, now=_on(1))
        issued = [self._bill(rented, 1)]
        cargo = ChangePlan(plan_id="cargo", plan_version=1)
        issued.append(self._change(rented, 11, cargo))
        issued.append(self._change(rented, 21, BeginPause(date(2026, 12, 1))))
        self._put(voided(self.subscriptions.get(rented.id), _on(25)), 25)
        issued.append(self._bill(rented, 25))
        return issued

    def _change(
        self, rented: Subscription, day: int, change: ChangePlan | BeginPause
    ) -> Invoice | CreditNote:
        changed = apply_change(
            self.subscriptions.get(rented.id),
            change,
            date(2026, 11, day),
            plan_of=self.plans.get,
            now=_on(day),
        )
        self._put(changed, day)
        return self._bill(rented, day)

    def _put(self, subscription: Subscription, day: int) -> None:
        self.store.run(lambda work: _put(work, subscription), _on(day))

    def _bill(self, rented: Subscription, day: int) -> Invoice | CreditNote:
        result = self.bill(rented, now=_on(day))
        documents: list[Invoice | CreditNote] = [*result.invoices, *result.notes]
        assert len(documents) == 1
        return documents[0]


def _put(work: Work, subscription: Subscription) -> None:
    work.put(subscription)


def _rows(documents: Iterable[Invoice | CreditNote]) -> list[str]:
    """As the guide's table has them: what is given back is below zero."""
    rows = []
    for document in documents:
        sign = 1 if isinstance(document, Invoice) else -1
        rows += [_row(document.issued_on, line, sign) for line in document.lines]
        plus = "+" if sign > 0 else MINUS
        gross, net = (_major(amount, sign) for amount in (document.gross, document.net))
        rows.append(f"| | **{gross}** = {net} {plus} {_major(document.tax)} tax | |")
    return rows


def _row(day: date, line: InvoiceLine, sign: int) -> str:
    served = line.service_period
    what = f"{line.name}, {_day(served.start)} until {_day(served.end)}"
    return f"| {_day(day)} | {what} | {_major(line.amount, sign)} |"


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _major(amount: Money, sign: int = 1) -> str:
    major = str(Money(sign * amount.amount_minor, "EUR")).removesuffix(" EUR")
    return major.replace("-", MINUS)


def test_the_worked_example_is_what_the_engine_bills() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    (table,) = re.findall(r"^\| Bill of .*\n\|---.*\n((?:\|.*\n)+)", guide, re.MULTILINE)
    assert table.splitlines() == _rows(Story().play())


def test_what_is_undone_leaves_no_net_and_no_tax() -> None:
    nothing = [0, 0, 0]
    for document in Story().play():
        sign = 1 if isinstance(document, Invoice) else -1
        for place, amount in enumerate((document.net, document.tax, document.gross)):
            nothing[place] += sign * amount.amount_minor
    assert nothing == [0, 0, 0]
