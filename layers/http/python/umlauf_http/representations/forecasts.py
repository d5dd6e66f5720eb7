"""Bills that lie ahead, on the wire: what will be charged, line by line, and what a change does."""

from datetime import date, datetime

from pydantic import Field

from umlauf.billing.drafting import DraftDocument
from umlauf.billing.forecasting import Forecast
from umlauf.billing.model import InvoiceLine
from umlauf.billing.previewing import PreviewedBill
from umlauf.billing.use_cases.preview_change import ChangePreview
from umlauf_http.representations.invoices import DiscountOut, TaxOut
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


class ChangePreviewOut(Out):
    """The same days with the command and without it, and what the difference is at once.

    To have exactly this, send the command with `as_shown`: this `as_of` and `subscription_version`.
    """

    as_of: datetime
    subscription_version: int
    until: date
    subscription: SubscriptionOut
    changed: ForecastOut
    unchanged: ForecastOut
    difference_now: MoneyOut

    @classmethod
    def of(cls, preview: ChangePreview) -> "ChangePreviewOut":
        changed, unchanged = preview.changed, preview.unchanged
        return cls(
            as_of=preview.as_of,
            subscription_version=unchanged.subscription.version,
            until=preview.until,
            subscription=SubscriptionOut.of(changed.subscription),
            changed=ForecastOut.of(changed),
            unchanged=ForecastOut.of(unchanged),
            difference_now=MoneyOut.of(changed.now_due - unchanged.now_due),
        )


def _kind_of(document: DraftDocument) -> str:
    if document.gross.amount_minor < 0:
        return "credit_note"
    return "deposit_request" if document.is_deposit_request else "invoice"
