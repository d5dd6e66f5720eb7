"""Stripe's test cards: numbers, tokens and how each behaves, as its testing page documents them."""

from dataclasses import dataclass
from typing import Literal

Authentication = Literal["never", "unless_set_up", "on_session", "always"]
RefundFate = Literal["succeeds", "succeeds_later", "fails_later"]


@dataclass(frozen=True, slots=True)
class Decline:
    """Why an issuer says no: the error's code, its decline code and the advice that comes along."""

    code: str
    decline_code: str
    message: str
    advice_code: str | None = None
    is_blocked: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A test card: `decline` answers its charges, `attaches` tells whether it can be saved."""

    token: str
    number: str
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    decline: Decline | None = None
    attaches: bool = True
    authentication: Authentication = "never"
    refund: RefundFate = "succeeds"


_DECLINED = "Your card was declined."

DECLINES = {
    decline.decline_code: decline
    for decline in (
        Decline("card_declined", "generic_decline", _DECLINED, "try_again_later"),
        Decline(
            "card_declined",
            "insufficient_funds",
            "Your card has insufficient funds.",
            "try_again_later",
        ),
        Decline("card_declined", "lost_card", _DECLINED, "do_not_try_again"),
        Decline("card_declined", "stolen_card", _DECLINED, "do_not_try_again"),
        Decline("card_declined", "card_velocity_exceeded", _DECLINED, "try_again_later"),
        Decline("card_declined", "fraudulent", _DECLINED, "do_not_try_again", is_blocked=True),
        Decline("expired_card", "expired_card", "Your card has expired.", "confirm_card_data"),
        Decline(
            "incorrect_cvc",
            "incorrect_cvc",
            "Your card's security code is incorrect.",
            "confirm_card_data",
        ),
        Decline(
            "processing_error",
            "processing_error",
            "An error occurred while processing your card. Try again in a little bit.",
            "try_again_later",
        ),
        Decline(
            "incorrect_number",
            "incorrect_number",
            "Your card number is incorrect.",
            "confirm_card_data",
        ),
        Decline(
            "authentication_required",
            "authentication_required",
            "Your card was declined. This transaction requires authentication.",
        ),
        Decline(
            "card_declined",
            "test_mode_live_card",
            "Your card was declined. Your request was in test mode, but used a non test card.",
        ),
    )
}


def _declining(token: str, number: str, decline_code: str, *, attaches: bool = False) -> Card:
    return Card(token, number, decline=DECLINES[decline_code], attaches=attaches)


_SUCCEEDING = (
    Card("visa", "4242424242424242"),
    Card("visa_debit", "4000056655665556", funding="debit"),
    Card("mastercard", "5555555555554444", "mastercard"),
    Card("mastercard_debit", "5200828282828210", "mastercard", funding="debit"),
    Card("mastercard_prepaid", "5105105105105100", "mastercard", funding="prepaid"),
    Card("amex", "378282246310005", "amex"),
    Card("discover", "6011111111111117", "discover"),
    Card("us", "4242424242424242"),
    Card("at", "4000000400000008", country="AT"),
    Card("be", "4000000560000004", country="BE"),
    Card("ch", "4000007560000009", country="CH"),
    Card("de", "4000002760000016", country="DE"),
    Card("fr", "4000002500000003", country="FR"),
    Card("gb", "4000008260000000", country="GB"),
    Card("ie", "4000003720000005", country="IE"),
    Card("nl", "4000005280000002", country="NL"),
    Card("pendingRefund", "4000000000007726", refund="succeeds_later"),
    Card("refundFail", "4000000000005126", refund="fails_later"),
)

_DECLINED_CARDS = (
    _declining("chargeDeclined", "4000000000000002", "generic_decline"),
    _declining("chargeDeclinedInsufficientFunds", "4000000000009995", "insufficient_funds"),
    _declining("chargeDeclinedLostCard", "4000000000009987", "lost_card"),
    _declining("chargeDeclinedStolenCard", "4000000000009979", "stolen_card"),
    _declining("chargeDeclinedExpiredCard", "4000000000000069", "expired_card"),
    _declining("chargeDeclinedIncorrectCvc", "4000000000000127", "incorrect_cvc"),
    _declining("chargeDeclinedProcessingError", "4000000000000119", "processing_error"),
    _declining("chargeDeclinedVelocityLimitExceeded", "4000000000006975", "card_velocity_exceeded"),
    _declining("chargeCustomerFail", "4000000000000341", "generic_decline", attaches=True),
    _declining("radarBlock", "4100000000000019", "fraudulent", attaches=True),
)

_AUTHENTICATED = (
    Card("authenticationRequiredOnSetup", "4000002500003155", authentication="unless_set_up"),
    Card("authenticationRequired", "4000002760003184", authentication="always"),
    Card(
        "authenticationRequiredSetupForOffSession",
        "4000003800000446",
        authentication="on_session",
    ),
    Card(
        "authenticationRequiredChargeDeclinedInsufficientFunds",
        "4000008260003178",
        decline=DECLINES["insufficient_funds"],
        authentication="unless_set_up",
    ),
    Card("threeDSecure2Required", "4000000000003220", authentication="always"),
    Card(
        "threeDSecureRequiredChargeDeclined",
        "4000008400001629",
        decline=DECLINES["generic_decline"],
        authentication="always",
    ),
    Card("threeDSecureOptional", "4000000000003055"),
)

CARDS = {card.token: card for card in (*_SUCCEEDING, *_DECLINED_CARDS, *_AUTHENTICATED)}
_BY_NUMBER = {card.number: card for card in reversed(CARDS.values())}
_NUMBER_LENGTHS = range(12, 20)
_BRAND_PREFIXES = (("34", "amex"), ("37", "amex"), ("4", "visa"), ("5", "mastercard"))


def card_by_token(token: str) -> Card | None:
    """Find the card of `pm_card_…` or `tok_…`; Stripe writes the brand into some names only."""
    for prefix in ("pm_card_", "tok_"):
        if token.startswith(prefix):
            name = token.removeprefix(prefix)
            short = name.removeprefix("visa_")
            return CARDS.get(name) or (CARDS.get(short) if short.startswith("charge") else None)
    return None


def card_by_number(number: str) -> Card:
    """Find a card by its number; any other number is one that test mode declines."""
    known = _BY_NUMBER.get(number)
    if known is not None:
        return known
    code = "test_mode_live_card" if is_card_number(number) else "incorrect_number"
    brand = next((name for prefix, name in _BRAND_PREFIXES if number.startswith(prefix)), "unknown")
    return Card("", number, brand, decline=DECLINES[code], attaches=False)


def is_card_number(number: str) -> bool:
    """Check length and Luhn's check digit."""
    if not (number.isascii() and number.isdigit() and len(number) in _NUMBER_LENGTHS):
        return False
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(number))]
    return sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0
