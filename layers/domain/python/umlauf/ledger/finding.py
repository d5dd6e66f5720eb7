"""What somebody looks for in the journal."""

from dataclasses import dataclass
from datetime import date

from umlauf.ledger.model import JournalEntry, debtor_id


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSearch:
    """What entries are wanted; None leaves it open. The days of posting are half-open.

    `debtors` are the ids of the accounts that an entry may stand on, `account` is one it moves.
    """

    debtors: tuple[str, ...] | None = None
    legal_entity: str | None = None
    account: str | None = None
    posted_from: date | None = None
    posted_before: date | None = None

    def is_met_by(self, entry: JournalEntry) -> bool:
        return (
            self.legal_entity in {None, entry.legal_entity}
            and (self.debtors is None or _debtor_of(entry) in self.debtors)
            and (self.account is None or any(self.account == one.account for one in entry.postings))
            and (self.posted_from is None or self.posted_from <= entry.posted_on)
            and (self.posted_before is None or entry.posted_on < self.posted_before)
        )


def _debtor_of(entry: JournalEntry) -> str | None:
    return None if entry.debtor is None else debtor_id(entry.legal_entity, entry.debtor)
