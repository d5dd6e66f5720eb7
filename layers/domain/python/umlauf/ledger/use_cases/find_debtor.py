"""The debtor account of a customer in one entity's books, opened if there is none yet."""

from umlauf.ledger.books import Books
from umlauf.ledger.debtor_numbers import candidates
from umlauf.ledger.errors import NoDebtorAccountLeft
from umlauf.ledger.model import Debtor, debtor_id
from umlauf.ledger.ports import Debtors


def find_debtor(customer_id: str, *, books: Books, debtors: Debtors) -> Debtor:
    """A new one has version 0.

    Whoever puts it first opens it; two customers on one number meet there.
    """
    for number in candidates(customer_id, books.chart.debtor_numbers):
        debtor = debtors.get(debtor_id(books.legal_entity, number))
        if debtor is None:
            return Debtor(books.legal_entity, number, customer_id)
        if debtor.customer_id == customer_id:
            return debtor
    raise NoDebtorAccountLeft(f"{books.chart.name} has no free account number for {customer_id}")
