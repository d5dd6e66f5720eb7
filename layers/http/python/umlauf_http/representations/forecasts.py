"""Bills that lie ahead, on the wire: what will be charged, line by line, and what a change does."""

from datetime import date, datetime

from pydantic import Field

from umlauf.billing.drafting import DraftDocument
from umlauf.billing.effects import Effect, Standing
from umlauf.billing.forecasting import Forecast
from umlauf.billing.model import InvoiceLine
from umlauf.billing.previewing import PreviewedBill
from umlauf.billing.use_cases.preview_change import ChangePreview
from umlauf.catalog.ports import Plans
from umlauf.kernel.money import total
from umlauf.subscriptions.model import Subscription
from umlauf_http.representations.deliveries import DeliveryOut
from umlauf_http.representations.invoices import DiscountOut, LineDetailOut, TaxOut
from umlauf_http.representations.subscriptions import SubscriptionOut
from umlauf_http.wire import Day, Exact, MoneyOut, Out, Query, money_out


class HorizonQuery(Query):
    """Without `until` the answer reaches through the next two billing periods."""

    until: Day | None = Field(None, description="the last local day that is shown")


class ForecastLineOut(Out):
    """A line to be. `amount` is after discounts; below zero it gives back a part of a charge.

    `charge_id` names the charge, also the one that is given back; `corrects` is then true. The
    service period is half-open.
    """

    charge_id: str
    item: str
    kind: str
    name: str
    service_start: date
    service_end: date
    quantity: Exact
    unit: str
    details: list[LineDetailOut]
    amount: MoneyOut
    net: MoneyOut
    tax_rate: Exact
    discounts: list[DiscountOut]
    corrects: bool

    @classmethod
    def of(cls, line: InvoiceLine) -> "ForecastLineOut":
        return cls(
            charge_id=line.charge_id,
            item=line.item,
            kind=line.kind.value,
            name=line.name,
            service_start=line.service_period.start,
            service_end=line.service_period.end,
            quantity=line.quantity,
            unit=line.unit,
            details=[LineDetailOut.of(one) for one in line.details],
            amount=MoneyOut.of(line.amount),
            net=MoneyOut.of(line.net),
            tax_rate=line.treatment.rate,
            discounts=[DiscountOut.of(one) for one in line.discounts],
            corrects=line.corrects is not None,
        )


class ForecastDocumentOut(Out):
    """`kind` is invoice, credit_note (a total below zero) or deposit_request."""

    kind: str
    price_basis: str
    lines: list[ForecastLineOut]
    taxes: list[TaxOut]
    net: MoneyOut
    tax: MoneyOut
    gross: MoneyOut

    @classmethod
    def of(cls, document: DraftDocument) -> "ForecastDocumentOut":
        draft = document.draft
        return cls(
            kind=_kind_of(document),
            price_basis=draft.contract.price_basis.value,
            lines=[ForecastLineOut.of(line) for line in draft.lines],
            taxes=[TaxOut.of(tax) for tax in draft.taxes],
            net=MoneyOut.of(draft.net),
            tax=MoneyOut.of(draft.tax),
            gross=MoneyOut.of(draft.gross),
        )


class ForecastBillOut(Out):
    """What is billed on a local day. The customer's other subscriptions may share the document."""

    bills_on: date
    documents: list[ForecastDocumentOut]

    @classmethod
    def of(cls, bill: PreviewedBill) -> "ForecastBillOut":
        documents = [ForecastDocumentOut.of(one) for one in bill.documents]
        return cls(bills_on=bill.bills_on, documents=documents)


class ForecastOut(Out):
    """`now_due` is billed at once, `next_bill` on the first day after today; both with tax.

    Usage counts as it stands now.
    """

    now_due: MoneyOut
    next_bill_on: date | None
    next_bill: MoneyOut | None
    bills: list[ForecastBillOut]

    @classmethod
    def of(cls, forecast: Forecast) -> "ForecastOut":
        return cls(
            now_due=MoneyOut.of(forecast.now_due),
            next_bill_on=forecast.next_bill_on,
            next_bill=money_out(forecast.next_bill),
            bills=[ForecastBillOut.of(bill) for bill in forecast.bills],
        )


class StandingOut(Out):
    """A subscription's end and its terms, as in `SubscriptionOut`."""

    ends_on: date | None
    minimum_term_ends_on: date | None
    term_stands_still: bool
    earliest_end_on: date | None
    phase: str | None
    phase_ends_on: date | None
    next_phase: str | None

    @classmethod
    def of(cls, standing: Standing) -> "StandingOut":
        ahead = standing.outlook
        return cls(
            ends_on=standing.ends_on,
            minimum_term_ends_on=ahead.minimum_term_ends_on,
            term_stands_still=ahead.term_stands_still,
            earliest_end_on=ahead.earliest_end_on,
            phase=ahead.phase,
            phase_ends_on=ahead.phase_ends_on,
            next_phase=ahead.next_phase,
        )


class EffectOut(Out):
    """What a command does to the term, the deliveries, and time that is paid already.

    `given_back` are the lines below zero that it brings; `credit` is what they come to, in the
    prices' own basis.
    """

    before: StandingOut
    after: StandingOut
    deliveries_dropped: list[DeliveryOut]
    deliveries_added: list[DeliveryOut]
    given_back: list[ForecastLineOut]
    credit: MoneyOut

    @classmethod
    def of(cls, effect: Effect, currency: str) -> "EffectOut":
        return cls(
            before=StandingOut.of(effect.before),
            after=StandingOut.of(effect.after),
            deliveries_dropped=[DeliveryOut.of(one) for one in effect.deliveries_dropped],
            deliveries_added=[DeliveryOut.of(one) for one in effect.deliveries_added],
            given_back=[ForecastLineOut.of(line) for line in effect.given_back],
            credit=MoneyOut.of(total((line.amount for line in effect.given_back), currency)),
        )


class InterruptedOut(SubscriptionOut):
    """The subscription after a pause or its end, and all that did.

    `effect` is null where the bills cannot be reckoned, so that the contract is parked.
    """

    effect: EffectOut | None


class ChangePreviewOut(Out):
    """The same days with the command and without it, and what the difference is at once.

    To have exactly this, send the command with `as_shown`: this `as_of` and `subscription_version`.
    `notes` say what nobody should wait for.
    """

    as_of: datetime
    subscription_version: int
    until: date
    subscription: SubscriptionOut
    changed: ForecastOut
    unchanged: ForecastOut
    difference_now: MoneyOut
    effect: EffectOut
    notes: list[str]

    @classmethod
    def of(cls, preview: ChangePreview, plans: Plans) -> "ChangePreviewOut":
        changed, unchanged = preview.changed, preview.unchanged
        return cls(
            as_of=preview.as_of,
            subscription_version=unchanged.subscription.version,
            until=preview.until,
            subscription=SubscriptionOut.of(changed.subscription, plans, preview.as_of),
            changed=ForecastOut.of(changed),
            unchanged=ForecastOut.of(unchanged),
            difference_now=MoneyOut.of(changed.now_due - unchanged.now_due),
            effect=EffectOut.of(preview.effect, changed.subscription.currency),
            notes=_notes_on(changed.subscription),
        )


def _notes_on(subscription: Subscription) -> list[str]:
    ends_on, imported = subscription.ends_on, subscription.imported_through
    if ends_on is None or imported is None or ends_on >= imported:
        return []
    return [
        f"another system billed it until {imported}: of that, nothing is given back here; "
        "credit it where it was billed"
    ]


def _kind_of(document: DraftDocument) -> str:
    if document.gross.amount_minor < 0:
        return "credit_note"
    return "deposit_request" if document.is_deposit_request else "invoice"
