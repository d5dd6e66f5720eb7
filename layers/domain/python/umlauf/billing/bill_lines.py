"""The lines of a bill to be, before they have a document, a number or a tax."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from umlauf.billing.charges import BilledCharge, RatedQuantity
from umlauf.billing.model import LineDiscount, LineKind, PriceBasis
from umlauf.billing.reconciling import FEE_KINDS, Credit, NewFee
from umlauf.catalog.model import Supply, TaxCategory
from umlauf.catalog.policies import ProrationBasis
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money
from umlauf.subscriptions.model import Subscription

_ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """A line to be: what is charged, or with `corrects` what is given back (below zero).

    `amount` is in the plan's `price_basis`, after `discounts`. `full_period` and `full_minor` are
    what later credits are reckoned from.
    """

    charge_id: str
    subscription_id: str
    item: str
    kind: LineKind
    name: str
    plan_id: str
    plan_version: int
    period: Period
    full_period: Period
    full_minor: Decimal
    amount: Money
    supply: Supply
    tax_category: TaxCategory
    price_basis: PriceBasis
    quantity: Decimal = _ONE
    unit: str = "period"
    agreed_quantity: int = 1
    discounts: tuple[LineDiscount, ...] = ()
    basis: ProrationBasis = ProrationBasis.ACTUAL_DAYS
    usage: RatedQuantity | None = None
    corrects: BilledCharge | None = None

    @property
    def is_shown(self) -> bool:
        """Free use is worth a line; no use, and what changes nothing, are not."""
        if self.amount or self.discounts:
            return True
        if self.kind in FEE_KINDS:
            return self.corrects is None
        return self.usage is not None and self.usage.counted != 0


@dataclass(frozen=True, slots=True)
class Bill:
    """What one contract is billed on a day, and the charges whose counters move with it."""

    lines: tuple[BillLine, ...]
    changed: tuple[BilledCharge, ...]


def fee_line(new: NewFee, subscription: Subscription) -> BillLine:
    fee = new.fee
    return BillLine(
        charge_id=new.id,
        subscription_id=subscription.id,
        item=fee.item.id,
        kind=fee.kind,
        name=fee.item.name,
        plan_id=fee.plan.plan_id,
        plan_version=fee.plan.plan_version,
        period=new.period,
        full_period=fee.full_period,
        full_minor=fee.full_minor,
        amount=new.amount,
        supply=fee.item.supply,
        tax_category=fee.item.tax_category,
        price_basis=PriceBasis.of(fee.plan),
        quantity=Decimal(fee.quantity),
        agreed_quantity=fee.quantity,
        discounts=new.discounts,
        basis=fee.plan.proration,
    )


def credit_line(credit: Credit) -> BillLine:
    return given_back(credit.charge, credit.period, credit.amount)


def given_back(charge: BilledCharge, period: Period, amount: Money) -> BillLine:
    return replace(
        line_of_charge(charge, charge_id=charge.id, kind=charge.kind, amount=-amount),
        period=period,
        corrects=charge,
    )


def line_of_charge(
    charge: BilledCharge,
    *,
    charge_id: str,
    kind: LineKind,
    amount: Money,
    quantity: Decimal | None = None,
    corrects: BilledCharge | None = None,
) -> BillLine:
    return BillLine(
        charge_id=charge_id,
        subscription_id=charge.subscription_id,
        item=charge.item,
        kind=kind,
        name=charge.name,
        plan_id=charge.plan_id,
        plan_version=charge.plan_version,
        period=charge.period,
        full_period=charge.full_period,
        full_minor=charge.full_minor,
        amount=amount,
        supply=charge.supply,
        tax_category=charge.tax_category,
        price_basis=charge.price_basis,
        quantity=Decimal(charge.quantity) if quantity is None else quantity,
        unit=charge.usage.unit if charge.usage else "period",
        agreed_quantity=charge.quantity,
        basis=charge.basis,
        corrects=corrects,
    )
