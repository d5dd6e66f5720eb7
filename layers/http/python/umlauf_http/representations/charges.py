"""Billed charges on the wire: what was charged, and how much of it was given back."""

from datetime import date

from umlauf.billing.charges import BilledCharge
from umlauf_http.wire import Exact, MoneyOut, Out, PageOut


class ChargeOut(Out):
    """Amounts are in the invoice's price basis. A charge without invoice says nothing was used.

    Of a fee, `full_price_minor` is the exact price of the full period after discounts, and the
    amount its share by `proration`, rounded (less what a coupon given once took off). `creditable`
    is what can still be given back. Periods are half-open.
    """

    id: str
    item: str
    kind: str
    name: str
    plan_id: str
    plan_version: int
    quantity: int
    service_start: date
    service_end: date
    full_start: date
    full_end: date
    full_price_minor: Exact
    proration: str
    amount: MoneyOut
    credited: MoneyOut
    creditable: MoneyOut
    tax_rate: Exact
    invoice_id: str | None
    invoice_line: int | None

    @classmethod
    def of(cls, charge: BilledCharge) -> "ChargeOut":
        return cls(
            id=charge.id,
            item=charge.item,
            kind=charge.kind.value,
            name=charge.name,
            plan_id=charge.plan_id,
            plan_version=charge.plan_version,
            quantity=charge.quantity,
            service_start=charge.period.start,
            service_end=charge.period.end,
            full_start=charge.full_period.start,
            full_end=charge.full_period.end,
            full_price_minor=charge.full_minor,
            proration=charge.basis.value,
            amount=MoneyOut.of(charge.amount),
            credited=MoneyOut.of(charge.credited),
            creditable=MoneyOut.of(charge.creditable),
            tax_rate=charge.treatment.rate,
            invoice_id=charge.invoice_id or None,
            invoice_line=charge.line or None,
        )


class ChargesOut(PageOut[ChargeOut]):
    """The charges of a subscription, the latest service period first."""
