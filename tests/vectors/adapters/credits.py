"""Credit notes, adjustments and the customer's credit balance."""

from datetime import UTC, datetime
from typing import Any, Final

from tests.vectors.adapters.registry import adapter
from tests.vectors.cases import Case
from tests.vectors.shapes import Answer, Given
from tests.vectors.words import amount, currency, percent, price, share
from umlauf.billing.credits import CreditBalance, EntryKind, apply_credit, empty_balance, lower_open
from umlauf.billing.discounts import Fee, discount_fees
from umlauf.billing.model import (
    PriceBasis,
    Receivable,
    Settlement,
    SettlementState,
    TaxTreatment,
)
from umlauf.billing.reconciling import prorated
from umlauf.billing.tax import TaxableAmount, split_taxes
from umlauf.catalog.coupons import Coupon
from umlauf.kernel.money import Money, total

AT: Final = datetime(2026, 1, 1, tzinfo=UTC)


def receivable(owed: Money, paid: Money | None = None) -> Receivable:
    """What is owed on an invoice of which some is paid."""
    settlements = (Settlement("att_case", SettlementState.SUCCEEDED, paid, AT),) if paid else ()
    return Receivable(
        id="inv_case",
        number="RE-1",
        legal_entity="entity",
        customer_id="cus_case",
        subscription_id="sub_case",
        amount=owed,
        issued_on=AT.date(),
        due_on=AT.date(),
        time_zone="UTC",
        watch_on=None,
        settlements=settlements,
    )


def balance(credit: Money) -> CreditBalance:
    nothing = empty_balance("cus_case", "entity", credit.currency)
    if not credit:
        return nothing
    return nothing.move(EntryKind.PREPAYMENT, credit, "case", AT)[0]


def paid_out(credit: CreditBalance, refund: Money) -> CreditBalance:
    return credit.move(EntryKind.PAID_OUT, -refund, "case", AT)[0] if refund else credit


def use_credit(credit: Money, charge: Money) -> tuple[Money, Money, Money]:
    """What a balance pays of a charge, what is left of it, and what is still due."""
    left, paid, _ = apply_credit(balance(credit), receivable(charge), AT)
    return paid.from_balance, left.amount, paid.open


@adapter(
    "net(?:_cents)?",
    "tax_(?:pct|rate)|rate",
    "unused|fraction|share",
    may="(?:discount|coupon)(?:_cents)?",
)
def credit_note_for_unused(case: Case) -> Any:
    """A coupon lowered what was paid, so also what is given back."""
    code, full = currency(case), price(case, "net")
    if case.has("(?:discount|coupon)(?:_cents)?"):
        coupon = Coupon(id="coupon", name="Coupon", amounts=(amount(case, "discount|coupon"),))
        (fee,) = discount_fees([Fee("fee", full)], [coupon], code)
        full = fee.amount_minor
    given = prorated(full, share(case.get("unused|fraction|share")), code)
    return taxed(given, percent(case.get("tax_(?:pct|rate)|rate")))


def taxed(net: Money, rate: Any) -> Answer:
    treatment = TaxTreatment("DE", "standard", rate)
    split = split_taxes([TaxableAmount(net, treatment)], PriceBasis.NET, net.currency)
    (tax,) = split.taxes
    whole = total([net, tax.tax], net.currency)
    return Answer(whole, net=net, tax=tax.tax, vat=tax.tax, total=whole, gross=whole)


@adapter(
    "total(?:_cents)?", "refund(?:_cents)?", may="final_invoice(?:_cents)?|next_invoice(?:_cents)?"
)
def refund_and_credit(case: Case) -> Any:
    """Of a note's total a part is paid out, the rest stays to the customer's credit."""
    whole, refund = amount(case, "total"), amount(case, "refund")
    left = paid_out(balance(whole), refund)
    answer = Answer(
        left.amount,
        refund=Given(total([whole, -left.amount], whole.currency)),
        credit_balance=left.amount,
        credit=left.amount,
    )
    if case.has("(?:final|next)_invoice(?:_cents)?"):
        due = use_credit(left.amount, amount(case, "(?:final|next)_invoice"))[2]
        answer.update(final_invoice_due=due, next_invoice_due=due)
    return answer


@adapter("invoice(?:_cents)?", "paid(?:_cents)?", "credit_note(?:_cents)?", may="refund(?:_cents)?")
def note_on_part_paid(case: Case) -> Any:
    """First the open amount, never below zero; the rest is the customer's, paid out or kept."""
    owed = receivable(amount(case, "invoice"), amount(case, "paid"))
    (lowered,), effect = lower_open([owed], amount(case, "credit_note"), "cn_case", AT)
    rest = effect.to_balance
    return Answer(
        lowered.open,
        reduces_due=lowered.credited,
        open=lowered.open,
        due=lowered.open,
        to_refund_or_balance=rest,
        to_balance=rest,
        credit_balance=paid_out(balance(rest), amount(case, "refund", 0)).amount,
    )


@adapter("credit(?:_cents)?", "charge(?:_cents)?", may="paid(?:_cents)?")
def credit_pays_charge(case: Case) -> Any:
    charge = amount(case, "charge")
    owed = receivable(charge, amount(case, "paid", 0))
    left, paid, _ = apply_credit(balance(amount(case, "credit")), owed, AT)
    return Answer(
        paid.open,
        charged=charge,
        balance=paid.open,
        due=paid.open,
        credit_used=paid.from_balance,
        credit_left=left.amount,
        cba=left.amount,
    )


@adapter(
    "(?:recurring|charge|price)(?:_cents)?",
    "(?:item_adj|paid|refund)(?:_cents)?",
    may="(?:item_adj|paid|refund)(?:_cents)?",
)
def item_adjustment(case: Case) -> Any:
    """An adjustment lowers what is open; of what is paid already it becomes credit, or a refund.

    What is refunded without one is owed again, as money that was returned is.
    """
    charge, refund = amount(case, "recurring|charge|price"), amount(case, "refund", 0)
    adjusted, paid = amount(case, "item_adj", 0), amount(case, "paid", 0)
    given = max(adjusted, -adjusted)
    if not given:
        owed = receivable(charge, total([paid, -refund], charge.currency))
        return Answer(owed.open, charged=charge, cba=owed.overpaid, balance=owed.open)
    (lowered,), effect = lower_open([receivable(charge, paid)], given, "cn_case", AT)
    return Answer(
        lowered.open,
        charged=total([charge, -given], charge.currency),
        cba=paid_out(balance(effect.to_balance), refund).amount,
        balance=lowered.open,
    )
