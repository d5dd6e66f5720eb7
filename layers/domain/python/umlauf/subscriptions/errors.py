"""What subscriptions refuse, each under a stable code."""

from umlauf.kernel.errors import Conflict, InvalidInput, NotFound


class UnknownSubscription(NotFound):
    code = "subscriptions.unknown_subscription"


class BadDates(InvalidInput):
    code = "subscriptions.bad_dates"


class NotPending(Conflict):
    code = "subscriptions.not_pending"


class StartsLater(Conflict):
    """It was ordered for a later day; the message names it."""

    code = "subscriptions.starts_later"


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


class NotPossibleThen(InvalidInput):
    """A change before the start, after the end, or before a later one; the message names a day."""

    code = "subscriptions.not_possible_then"


class TooEarly(Conflict):
    """The plan's policy lets the change begin later; the message names the first day."""

    code = "subscriptions.too_early"


class BadQuantity(InvalidInput):
    code = "subscriptions.bad_quantity"


class AddOnTakenAlready(Conflict):
    code = "subscriptions.add_on_taken_already"


class AddOnNotTaken(Conflict):
    code = "subscriptions.add_on_not_taken"


class NoChosenAmount(InvalidInput):
    """Not an item of the plan whose price the subscriber names."""

    code = "subscriptions.no_chosen_amount"


class TooMany(Conflict):
    """More pauses, skips, coupons or scheduled changes than one subscription may hold."""

    code = "subscriptions.too_many"


class PauseNotAllowed(Conflict):
    """The plan cannot be paused, or not for so long."""

    code = "subscriptions.pause_not_allowed"


class PausesOverlap(Conflict):
    code = "subscriptions.pauses_overlap"


class NotPaused(Conflict):
    code = "subscriptions.not_paused"


class TermBinds(Conflict):
    """The change would end the minimum term early; the message names the day it is over."""

    code = "subscriptions.term_binds"


class TermStandsStill(Conflict):
    """An open pause stops the minimum term's clock, so no end can be reckoned."""

    code = "subscriptions.term_stands_still"


class NoSuchDelivery(InvalidInput):
    code = "subscriptions.no_such_delivery"


class SkipTooLate(Conflict):
    """The delivery is under way; the message names the day until which it could be changed."""

    code = "subscriptions.skip_too_late"


class CouponNotUsable(InvalidInput):
    """It offers nothing in the currency, or for the items, of this subscription."""

    code = "subscriptions.coupon_not_usable"


class UnknownScheduledChange(NotFound):
    code = "subscriptions.unknown_scheduled_change"


class ScheduledChangeInTheWay(Conflict):
    """A change that is scheduled could not begin any more; the message names it."""

    code = "subscriptions.scheduled_change_in_the_way"


class WithdrawalTooLate(Conflict):
    code = "subscriptions.withdrawal_too_late"


class NotEnded(Conflict):
    code = "subscriptions.not_ended"


class EndedForCause(Conflict):
    """We ended it; only staff takes it up again."""

    code = "subscriptions.ended_for_cause"


class EndedAlready(Conflict):
    """Its end has come: it can be taken up again, but not changed back."""

    code = "subscriptions.ended_already"


class BadImport(InvalidInput):
    """A running contract whose parts contradict each other."""

    code = "subscriptions.bad_import"


class AssetNotReturned(InvalidInput):
    """A swap needs to know where the former asset was brought."""

    code = "subscriptions.asset_not_returned"


class NoRightOfWithdrawal(Conflict):
    """Only consumers may withdraw; a business cancels."""

    code = "subscriptions.no_right_of_withdrawal"


class StalePreview(Conflict):
    """What was shown is not what would happen now: preview again."""

    code = "subscriptions.stale_preview"
