"""What dunning refuses, each with the remedy."""

from umlauf.kernel.errors import InvalidInput, NotFound, Transient


class UnknownCase(NotFound):
    code = "dunning.unknown_case"


class UnknownDebt(NotFound):
    code = "dunning.unknown_debt"


class UnknownPlan(NotFound):
    code = "dunning.unknown_plan"


class UnlawfulPlan(InvalidInput):
    """A plan that may not be used.

    Steps out of order, no end with people, a fee where none is due.
    """

    code = "dunning.unlawful_plan"


class FeeAboveCost(InvalidInput):
    code = "dunning.fee_above_cost"


class CustomerNotAtFault(InvalidInput):
    code = "dunning.customer_not_at_fault"


class BooksBehind(Transient):
    """The receivable does not know yet what became of a payment; it will in a moment."""

    code = "dunning.books_behind"


class BaseRateUnknown(InvalidInput):
    """No base rate is on record for a half-year: add it. It is never guessed."""

    code = "dunning.base_rate_unknown"
