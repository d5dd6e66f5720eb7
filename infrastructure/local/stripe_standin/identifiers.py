"""Identifiers of Stripe's shape that are the same in every run.

An id is derived from what caused it: the caller's idempotency key, or the object whose due moment
came. Two requests that race therefore get the same ids whichever arrives first. A caller without a
key of its own (the library then invents a random one) is numbered in order of arrival.
"""

import hashlib
import re

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LENGTHS = {"cus": 14, "req": 14}
_USUAL_LENGTH = 24
_INVENTED_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def derive(prefix: str, *causes: object) -> str:
    """Derive an id such as `pi_3Qk…` from its causes."""
    length = _LENGTHS.get(prefix, _USUAL_LENGTH)
    return f"{prefix}_{digest(prefix, *causes, length=length)}"


def digest(*parts: object, length: int) -> str:
    """Hash the parts into `length` letters and digits."""
    text = "\x1f".join(str(part) for part in parts)
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    letters = []
    for _ in range(length):
        number, index = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[index])
    return "".join(letters)


def is_invented_key(idempotency_key: str) -> bool:
    """Tell a key the library invented (it looks like a UUID) from one the caller derived."""
    return _INVENTED_KEY.fullmatch(idempotency_key) is not None
