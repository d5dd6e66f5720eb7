"""Bill what fell due on one contract, in one work: documents, charges, receivable and due date."""

from umlauf.billing.ports import BillingDesk
from umlauf.billing.results import BillingResult, NextNumber
from umlauf.billing.use_cases.bill_together import bill_together
from umlauf.kernel.work import Work
from umlauf.subscriptions.model import Subscription


def bill_contract(
    subscription: Subscription, next_number: NextNumber, *, work: Work, desk: BillingDesk
) -> BillingResult:
    """Bill one contract for one day; nothing to charge moves on without a document.

    A copy of the subscription that is out of date is refused by the commit. A number is asked for
    only when there is something to document. Raises UnknownContract, UnknownPlan, TaxRateUnknown,
    VatIdMissing, AddressMissing, NotInvoiceable, TooManyCharges, NoPriceInCurrency.
    """
    (result,) = bill_together([subscription], next_number, work=work, desk=desk)
    return result
