"""The debtor account of a customer, opened if there is none yet."""

from umlauf.ledger.chart import Chart
from umlauf.ledger.debtor_numbers import candidates
from umlauf.ledger.errors import NoDebtorAccountLeft
from umlauf.ledger.model import Debtor
from umlauf.ledger.ports import Debtors


def find_debtor(customer_id: str, *, chart: Chart, debtors: Debtors) -> Debtor:
    """A new one has version 0.

    Whoever puts it first opens it; two customers on one number meet there.
    """
    for number in candidates(customer_id, chart.debtor_numbers):
        debtor = debtors.get(number)
        if debtor is None:
            return Debtor(number, customer_id)
        if debtor.customer_id == customer_id:
            return debtor
    raise NoDebtorAccountLeft(f"{chart.name} has no free account number for {customer_id}")
