"""One contract in memory: plans, a clock, changes on days, bills when they fall due.

It drives the engine's pure functions as the billing use case does, so that laws can be tried on
thousands of histories.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from umlauf.billing.assembling import closing_day
from umlauf.billing.bill_lines import Bill, BillLine
from umlauf.billing.charges import BilledCharge
from umlauf.billing.composing import BilledContract, issue
from umlauf.billing.contract_account import Account
from umlauf.billing.credit_notes import NoteDraft, cancel_whole
from umlauf.billing.drafting import DraftDocument, draft_documents
from umlauf.billing.errors import NotCancellable
from umlauf.billing.model import Invoice, TaxAmount
from umlauf.billing.once_amounts import finished_bill, given_again
from umlauf.billing.previewing import PreviewedBill, bill_day, billed_after, run_ahead
from umlauf.billing.reconciling import FEE_KINDS
from umlauf.billing.tax import FormerHome, Parties
from umlauf.billing.terms import UMLAUF
from umlauf.billing.windows import looks_back_to
from umlauf.catalog.model import AddOn, BaseFee, Plan
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.calendar import Interval, IntervalUnit, Period, local_date, start_of_day
from umlauf.kernel.money import Money, total
from umlauf.subscriptions.agreements import AppliedCoupon, Change, ScheduledChange
from umlauf.subscriptions.changing import apply_change, begin_scheduled, request_change
from umlauf.subscriptions.choosing import Choice
from umlauf.subscriptions.ending import terminated, voided
from umlauf.subscriptions.lifecycle import mark_billed
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.pointer import to_be_repaired
from umlauf.subscriptions.subscribing import subscribed
from umlauf.usage.aggregation import Measurement

MONTHLY: Final = Interval(IntervalUnit.MONTH)
YEARLY: Final = Interval(IntervalUnit.YEAR)
BERLIN: Final = "Europe/Berlin"
MOST_BILLS_AT_ONCE: Final = 200
AT_HOME: Final = Parties(seller_country="DE", customer_country="DE")


def price(minor: int | str, currency: str = "EUR") -> tuple[Price, ...]:
    return (Price(currency, PerUnit(Decimal(minor))),)


def flat_plan(plan_id: str, minor: int | str, interval: Interval = MONTHLY) -> Plan:
    """One base fee, prices without tax."""
    return Plan(
        plan_id=plan_id,
        name=plan_id.title(),
        interval=interval,
        items=(BaseFee(id="base", name="Base fee", prices=price(minor)),),
        add_ons=(AddOn("extra", "Extra", (BaseFee(id="extra", name="Extra", prices=price(500)),)),),
        prices_include_tax=False,
        plan_version=1,
    )


@dataclass
class EngineWorld:
    """`today` moves forward only; `bill` charges all that is due by then, boundary by boundary."""

    plans: Mapping[str, Plan]
    subscription: Subscription
    today: date
    hour: int = 0
    usage: dict[tuple[str, date], int] = field(default_factory=dict)
    events: list[tuple[str, Measurement]] = field(default_factory=list)
    billed: tuple[BilledCharge, ...] = ()
    bills: list[tuple[date, Bill, tuple[DraftDocument, ...]]] = field(default_factory=list)
    parties: Parties = AT_HOME
    cancelled: list[NoteDraft] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        plans: Iterable[Plan],
        starts_on: date,
        *,
        quantity: int = 1,
        time_zone: str = BERLIN,
        currency: str = "EUR",
        coupons: tuple[AppliedCoupon, ...] = (),
    ) -> "EngineWorld":
        """Subscribed to the first of the plans, nothing billed yet."""
        by_id = {plan.plan_id: plan for plan in plans}
        subscription = subscribed(
            next(iter(by_id.values())),
            Choice(currency=currency, quantity=quantity),
            now=start_of_day(starts_on, time_zone),
            time_zone=time_zone,
            subscription_id="sub",
            customer_id="cus",
        )
        return cls(by_id, replace(subscription, coupons=coupons), starts_on)

    # -- What happens -----------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        midnight = start_of_day(self.today, self.subscription.time_zone).astimezone(UTC)
        return midnight + timedelta(hours=self.hour)

    def plan_of(self, plan_id: str, _version: int) -> Plan:
        return self.plans[plan_id]

    def go_to(self, day: date, hour: int = 0) -> None:
        """Forward in time; `hour` counts from the day's local midnight."""
        self.today, self.hour = max((self.today, self.hour), (day, hour))

    def change(self, change: Change, starts_on: date | None = None) -> None:
        self.subscription = apply_change(
            self.subscription,
            change,
            starts_on or self.today,
            plan_of=self.plan_of,
            now=self.now,
        )

    def request(self, change: Change, starts_on: date) -> None:
        """Asked for today, to begin then."""
        wanted = ScheduledChange(f"change-{self.now}", change, starts_on, self.now)
        self.subscription, _ = request_change(
            self.subscription, wanted, plan_of=self.plan_of, now=self.now
        )

    def move(self, country: str, vat_id: str | None = None) -> None:
        """The customer lives elsewhere from today on."""
        before = self.parties
        home = FormerHome(self.today, before.customer_country, before.vat_id)
        self.parties = replace(
            before,
            customer_country=country,
            vat_id=vat_id,
            former_homes=(*before.former_homes, home),
        )

    def cancel_latest(self) -> bool:
        """Cancel the latest invoice to be billed again, if it can be."""
        for number in reversed(range(len(self.bills))):
            for place, document in enumerate(self.bills[number][2], start=1):
                if document.gross.amount_minor >= 0:
                    invoice_id = f"doc-{number}.{place}"
                    return self._cancel(issue(document.draft, invoice_id=invoice_id, number="1"))
        return False

    def end(self, ends_on: date) -> None:
        self.subscription = terminated(self.subscription, ends_on, self.now)

    def void(self) -> None:
        self.subscription = voided(self.subscription, self.now)

    def use(self, meter: str, day: date, quantity: int) -> None:
        self.usage[meter, day] = self.usage.get((meter, day), 0) + quantity

    def tell(self, meter: str, at: datetime, quantity: int | str = 1, **told: str) -> None:
        """An event of a meter; `subject` and `name` as the meter needs them."""
        event_id = told.pop("id", f"e-{len(self.events)}")
        event = Measurement(id=event_id, at=at, quantity=Decimal(quantity), **told)
        self.events.append((meter, event))

    def bill(self) -> list[BillLine]:
        """Charge what is due by today; gives the lines."""
        lines: list[BillLine] = []
        for _ in range(MOST_BILLS_AT_ONCE):
            due_at = self.subscription.next_due_at
            if due_at is None or due_at > self.now:
                return lines
            lines.extend(self._bill_once().lines)
        raise AssertionError("billing does not come to an end")

    def run_until(self, until: date) -> list[BillLine]:
        """Let the days pass and bill whatever falls due on its day."""
        lines: list[BillLine] = []
        for _ in range(MOST_BILLS_AT_ONCE):
            lines.extend(self.bill())
            due_at = self.subscription.next_due_at
            if due_at is None:
                break
            due_on = local_date(due_at, self.subscription.time_zone)
            if due_on > until:
                break
            self.go_to(due_on)
        self.go_to(until)
        return lines

    def ahead(self, until: date) -> list[PreviewedBill]:
        """What the engine says it will bill."""
        return list(run_ahead(self.account, self.contract, UMLAUF, as_of=self.now, until=until))

    def fork(self) -> "EngineWorld":
        """The same contract, to be led another way."""
        return replace(
            self,
            usage=dict(self.usage),
            events=list(self.events),
            bills=list(self.bills),
            cancelled=list(self.cancelled),
        )

    # -- What there is to see ---------------------------------------------------------------------

    @property
    def account(self) -> Account:
        return Account(
            subscription=self.subscription,
            plan_of=self.plan_of,
            billed=self.billed,
            parties=self.parties,
            counted_by=self._counted_by,
            measured_by=self._measured_by,
        )

    @property
    def contract(self) -> BilledContract:
        one = self.subscription
        plan = self.plan_of(one.plan_id, one.plan_version)
        return BilledContract.of(one, plan, self.parties)

    @property
    def lines(self) -> list[BillLine]:
        return [line for _, bill, _ in self.bills for line in bill.lines]

    @property
    def total(self) -> Money:
        """All that was charged less all that was given back, before tax."""
        currency = self.subscription.currency
        back = (line.amount for note in self.cancelled for line in note.lines)
        return total((line.amount for line in self.lines), currency) - total(back, currency)

    @property
    def taxes(self) -> list[TaxAmount]:
        """Of all documents, with an invoice's signs."""
        return [
            *(one for _, _, of in self.bills for document in of for one in document.draft.taxes),
            *(
                TaxAmount(one.treatment, -one.net, -one.tax)
                for note in self.cancelled
                for one in note.taxes
            ),
        ]

    @property
    def fees(self) -> list[BilledCharge]:
        return [charge for charge in self.billed if charge.kind in FEE_KINDS]

    def paid_days(self, item: str) -> list[date]:
        """The days of an item that are paid for, once for each time they are."""
        return sorted(
            day
            for charge in self.fees
            if charge.item == item
            for part in charge.covered
            for day in days_of(part)
        )

    def standing(self) -> dict[tuple[str, date, date], int]:
        """What is charged and not given back, by item and full period: how the books stand."""
        found: dict[tuple[str, date, date], int] = {}
        for charge in self.billed:
            key = charge.item, charge.full_period.start, charge.full_period.end
            left = charge.amount - charge.credited
            found[key] = found.get(key, 0) + left.amount_minor
        return {key: amount for key, amount in sorted(found.items()) if amount}

    def _bill_once(self) -> Bill:
        day = bill_day(self.subscription, self.now)
        begun, _ = begin_scheduled(self.subscription, day, plan_of=self.plan_of, now=self.now)
        account = self._account_for(begun, day)
        bill, counted = finished_bill(account, day)
        documents = draft_documents(
            [bill], self.contract, UMLAUF, now=self.now, before=self.account.on_record
        )
        document_id = f"doc-{len(self.bills)}"
        self.billed = billed_after(self.billed, bill, documents, document_id)
        closing_on = closing_day(account, bill)
        self.subscription, _ = mark_billed(counted, day, self.now, closing_on=closing_on)
        self.bills.append((day, bill, documents))
        return bill

    def _cancel(self, invoice: Invoice) -> bool:
        charges = [one for one in self.billed if one.invoice_id == invoice.id]
        try:
            proposal = cancel_whole(
                invoice, charges, "wrong", is_billed_again=True, of_stretches=self.billed
            )
        except NotCancellable:
            return False
        after = {one.id: one for one in proposal.charges}
        self.billed = tuple(after.get(one.id, one) for one in self.billed)
        self.cancelled.append(proposal.draft)
        first_day = min(one.period.start for one in after.values())
        again = given_again(self.subscription, invoice.lines)
        self.subscription = to_be_repaired(again, first_day, self.now)
        return True

    def _account_for(self, subscription: Subscription, day: date) -> Account:
        """With no more charges than billing reads."""
        back_to = looks_back_to(subscription, day)
        read = [charge for charge in self.billed if charge.period.end > back_to]
        return replace(self.account, subscription=subscription, billed=read)

    def _counted_by(self, meter: str, period: Period) -> dict[date, int]:
        return {
            day: quantity
            for (name, day), quantity in self.usage.items()
            if name == meter and period.contains(day)
        }

    def _measured_by(self, meter: str, period: Period) -> list[Measurement]:
        """What was told, and a day's use of a meter that is no register as one event."""
        zone = self.subscription.time_zone
        used = [
            Measurement(id=f"{meter} {day}", at=start_of_day(day, zone), quantity=Decimal(quantity))
            for day, quantity in self._counted_by(meter, period).items()
        ]
        start, end = start_of_day(period.start, zone), start_of_day(period.end, zone)
        told = [event for name, event in self.events if name == meter and start <= event.at < end]
        return used + told


def days_of(period: Period) -> Iterable[date]:
    return (period.start + timedelta(days=n) for n in range(period.days))
