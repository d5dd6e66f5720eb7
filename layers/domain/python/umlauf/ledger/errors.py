"""What the ledger refuses, each with the remedy."""

from umlauf.kernel.errors import Conflict, InvalidInput


class UnbalancedEntry(InvalidInput):
    code = "ledger.unbalanced_entry"


class NoAccount(InvalidInput):
    """The chart has no account for a supply: add it before posting again.

    Nothing is posted on a guess.
    """

    code = "ledger.no_account"


class NotPosted(InvalidInput):
    """An event the ledger has no coding rule for."""

    code = "ledger.no_coding_rule"


class NoDebtorAccountLeft(Conflict):
    """The chart's range of debtor accounts is too full: widen the accounts' length."""

    code = "ledger.no_debtor_account_left"


class NoBooks(InvalidInput):
    """An event that does not say in whose books it belongs."""

    code = "ledger.no_books"


class NoChart(InvalidInput):
    """A legal entity whose chart of accounts is not known."""

    code = "ledger.no_chart"
