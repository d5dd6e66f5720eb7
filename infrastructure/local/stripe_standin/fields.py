"""Small parts that several objects share: metadata, addresses, amounts."""

from typing import Any

from local.stripe_standin.refusals import Refusal
from local.stripe_standin.wire import Json

_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
_CURRENCY_LENGTH = 3
_MAX_AMOUNT = 99_999_999
# The least Stripe charges, in minor units; it converts for currencies that are not listed.
_MINIMUM_AMOUNTS = {"chf": 50, "eur": 50, "gbp": 30, "usd": 50}


def merged_metadata(current: Json, given: Json | str | None) -> Json:
    """Merge as Stripe does: an empty value removes a key, an empty `metadata` removes all."""
    if given is None:
        return current
    if isinstance(given, str):
        return {}
    merged = current | given
    return {key: value for key, value in merged.items() if value != ""}


def unset_if_empty(value: Any) -> Any:
    """Read an empty string, which unsets a field, as null."""
    return None if value == "" else value


def billing_details(given: Json | None) -> Json:
    given = given or {}
    address = given.get("address") or {}
    return {
        "address": {name: unset_if_empty(address.get(name)) for name in _ADDRESS},
        "email": unset_if_empty(given.get("email")),
        "name": unset_if_empty(given.get("name")),
        "phone": unset_if_empty(given.get("phone")),
        "tax_id": unset_if_empty(given.get("tax_id")),
    }


def checked_amount(amount: int, currency: str, *, param: str = "amount") -> int:
    """Refuse what Stripe would: nothing, less than the currency's minimum, too much."""
    if amount < 1:
        raise Refusal("Invalid positive integer", code="parameter_invalid_integer", param=param)
    if amount < _MINIMUM_AMOUNTS.get(currency, 1):
        raise Refusal(
            "Amount must be no less than the minimum charge amount of the currency.",
            code="amount_too_small",
            param=param,
        )
    if amount > _MAX_AMOUNT:
        raise Refusal(
            f"Amount must be no more than {_MAX_AMOUNT}.", code="amount_too_large", param=param
        )
    return amount


def checked_currency(currency: str) -> str:
    lowered = currency.lower()
    if not (lowered.isascii() and lowered.isalpha() and len(lowered) == _CURRENCY_LENGTH):
        raise Refusal(f"Invalid currency: {currency}.", param="currency")
    return lowered
