"""Sums over one entity's books: trial balance, sub-ledger, and the identities between them.

Pure. Books of several entities are never added up: give the entries and debtors of one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from umlauf.kernel.money import Money
from umlauf.ledger.model import Debtor, JournalEntry, movements_on

Balances = Mapping[tuple[str, str], Money]
"""(account, currency) → balance, debit positive."""


def trial_balance(entries: Iterable[JournalEntry]) -> Balances:
    """Each account's balance per currency. All of one currency add up to zero."""
    sums: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        for posting in entry.postings:
            sums[posting.account, posting.amount.currency] += posting.signed.amount_minor
    return {key: Money(minor, key[1]) for key, minor in sorted(sums.items())}


def is_balanced(balances: Balances) -> bool:
    sums: Counter[str] = Counter()
    for (_, currency), balance in balances.items():
        sums[currency] += balance.amount_minor
    return not any(sums.values())


def debtor_balances(entries: Iterable[JournalEntry], control_account: str) -> Balances:
    """What each debtor owes, from the entries alone: (debtor, currency) → balance."""
    sums: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        for movement in movements_on(control_account, entry.postings):
            sums[entry.debtor or "", movement.currency] += movement.amount_minor
    return {key: Money(minor, key[1]) for key, minor in sorted(sums.items())}


def sub_ledger_gaps(
    entries: Iterable[JournalEntry], debtors: Iterable[Debtor], control_account: str
) -> Balances:
    """Where a debtor's kept balance differs from what the journal says: empty in sound books.

    Since every movement on the control account belongs to a debtor, an empty answer also says that
    the control account equals the sum of the debtors.
    """
    posted = debtor_balances(entries, control_account)
    kept = {
        (debtor.number, balance.currency): balance
        for debtor in debtors
        for balance in debtor.balances
    }
    gaps = {}
    for key in sorted({*posted, *kept}):
        zero = Money(0, key[1])
        gap = kept.get(key, zero) - posted.get(key, zero)
        if gap:
            gaps[key] = gap
    return gaps
