"""Why a payment failed or came back, and what may be done about it: data, one line per reason.

Cards carry the network's decline code as Stripe names it, direct debits the bank's ISO 20022
reason. `retry` says what a further attempt with the same method is worth: `later` (at most
`retries` times, not before `wait_days`), `new_method` (only another card, account or mandate can
help) or `never` (people look first). A customer is at fault only where the bank's reason proves it;
only then may the bank's cost be passed on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Retry(StrEnum):
    NEVER = "never"
    LATER = "later"
    NEW_METHOD = "new_method"


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    retry: Retry
    retries: int = 0
    wait_days: int = 0
    is_customer_fault: bool = False

    def advice(self, attempts_made: int) -> Retry:
        """What to do after the `attempts_made`-th failed attempt: `later` wears out."""
        if self.retry is Retry.LATER and attempts_made > self.retries:
            return Retry.NEW_METHOD
        return self.retry


def _table(reasons: Iterable[Reason]) -> Mapping[str, Reason]:
    return MappingProxyType({reason.code: reason for reason in reasons})


_BANK: Final = (
    Reason("AC01", Retry.NEW_METHOD, is_customer_fault=True),  # account number is wrong
    Reason("AC04", Retry.NEW_METHOD, is_customer_fault=True),  # account closed
    Reason("AC06", Retry.NEW_METHOD, is_customer_fault=True),  # account blocked
    Reason("AG01", Retry.NEW_METHOD),  # account does not take direct debits
    Reason("AM04", Retry.LATER, retries=1, wait_days=5, is_customer_fault=True),  # no funds
    Reason("AM05", Retry.NEVER),  # collected twice: our own fault
    Reason("BE05", Retry.NEVER),  # creditor identifier unknown: our own data
    Reason("MD01", Retry.NEW_METHOD),  # no valid mandate
    Reason("MD06", Retry.NEVER),  # the debtor asked for the money back: ask before anything else
    Reason("MD07", Retry.NEVER),  # the debtor died
    Reason("MS02", Retry.NEW_METHOD),  # the debtor refused: ask
    # No reason given. German banks send it in place of AM04, so it earns the same one retry.
    Reason("MS03", Retry.LATER, retries=1, wait_days=5),
    Reason("RC01", Retry.NEW_METHOD),  # bank identifier is wrong
)

_CARD_MAY_WORK_LATER: Final = (
    "approve_with_id",
    "call_issuer",
    "card_velocity_exceeded",
    "do_not_honor",
    "generic_decline",
    "insufficient_funds",
    "issuer_not_available",
    "no_action_taken",
    "processing_error",
    "reenter_transaction",
    "try_again_later",
    "withdrawal_count_limit_exceeded",
)
_CARD_IS_NO_USE: Final = (
    "authentication_required",
    "card_not_supported",
    "currency_not_supported",
    "do_not_try_again",
    "expired_card",
    "incorrect_cvc",
    "incorrect_number",
    "incorrect_zip",
    "invalid_account",
    "invalid_cvc",
    "invalid_expiry_month",
    "invalid_expiry_year",
    "invalid_number",
    "invalid_pin",
    "lost_card",
    "new_account_information_available",
    "not_permitted",
    "pickup_card",
    "restricted_card",
    "revocation_of_all_authorizations",
    "revocation_of_authorization",
    "service_not_allowed",
    "stolen_card",
    "stop_payment_order",
    "transaction_not_allowed",
)
ABANDONED: Final = "authentication_abandoned"
"""The customer did not confirm with their bank in time."""

REFUSED: Final = "refused_by_provider"
"""The provider would not even ask the bank."""

UNKNOWN: Final = "unknown"

_CARD_NEEDS_PEOPLE: Final = ("fraudulent", "merchant_blacklist", "security_violation")

_CARD_RETRIES: Final = 3
_CARD_WAIT_DAYS: Final = 1

REASONS: Final = _table(
    (
        *_BANK,
        *(
            Reason(code, Retry.LATER, retries=_CARD_RETRIES, wait_days=_CARD_WAIT_DAYS)
            for code in _CARD_MAY_WORK_LATER
        ),
        *(Reason(code, Retry.NEW_METHOD) for code in (*_CARD_IS_NO_USE, ABANDONED, REFUSED)),
        *(Reason(code, Retry.NEVER) for code in _CARD_NEEDS_PEOPLE),
    )
)

_UNKNOWN_RETRIES: Final = 1


def reason(code: str) -> Reason:
    """The reason of a code; one we do not know earns one cautious retry and no fee."""
    known = REASONS.get(code)
    return known or Reason(code, Retry.LATER, retries=_UNKNOWN_RETRIES, wait_days=_CARD_WAIT_DAYS)
