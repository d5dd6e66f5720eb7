"""Remember under which id the provider knows a customer."""

from umlauf.kernel.work import Work
from umlauf.payments.model import Payer
from umlauf.payments.ports import Payers


def register_payer(
    customer_id: str, provider_customer_id: str, *, work: Work, payers: Payers
) -> Payer:
    """The payer, new or as it is."""
    known = payers.get(customer_id)
    if known is not None:
        return known
    payer = Payer(customer_id, provider_customer_id)
    work.put(payer)
    return payer
