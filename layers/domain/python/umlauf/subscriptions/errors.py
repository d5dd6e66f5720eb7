"""What subscriptions refuse, each under a stable code."""

from umlauf.kernel.errors import Conflict, InvalidInput, NotFound


class UnknownSubscription(NotFound):
    code = "subscriptions.unknown_subscription"


class BadDates(InvalidInput):
    code = "subscriptions.bad_dates"


class NotABoundary(InvalidInput):
    """Charges fall due at billing boundaries only."""

    code = "subscriptions.not_a_boundary"


class NotPending(Conflict):
    code = "subscriptions.not_pending"


class NotActive(Conflict):
    code = "subscriptions.not_active"


class PaymentNotReady(Conflict):
    code = "subscriptions.payment_not_ready"


class NoAssetReserved(Conflict):
    code = "subscriptions.no_asset_reserved"


class WrongAssetModel(Conflict):
    code = "subscriptions.wrong_asset_model"


class EndTooEarly(Conflict):
    """Minimum term or notice forbid that day; the message names the first that is allowed."""

    code = "subscriptions.end_too_early"


class BoundaryNotDue(Conflict):
    """This boundary was billed already, or its turn has not come."""

    code = "subscriptions.boundary_not_due"
