"""Identifiers that a replay computes again: derived from what the caller sent, never random.

The same command (scope and idempotency key) always names the same new thing, so a repeated command
meets its own claim instead of making a second thing, and two runs of the same story have the same
event log.
"""

from base64 import b32encode
from hashlib import sha256
from re import compile as pattern
from typing import Final

from umlauf.kernel.errors import InvalidInput

_LENGTH: Final = 20  # 100 bits: no collision to fear among 2**40 things
_PREFIX = pattern(r"[a-z]{2,8}")
_IDENTIFIER = pattern(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")


def derive_id(prefix: str, *parts: str) -> str:
    """`<prefix>_<20 characters a-z2-7>`, the same for the same parts in the same order."""
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"a prefix is 2 to 8 lower-case letters, not {prefix!r}")
    # Lengths keep ("ab", "c") and ("a", "bc") apart.
    text = "".join(f"{len(part)}:{part}" for part in (prefix, *parts))
    digest = sha256(text.encode()).digest()
    return f"{prefix}_{b32encode(digest).decode().lower()[:_LENGTH]}"


def require_identifier(value: str, field: str) -> str:
    """Give an identifier that came from outside back, or refuse it.

    `#` and control characters would break keys.
    """
    if not _IDENTIFIER.fullmatch(value):
        raise InvalidInput(
            f"{field} must be 1 to 128 letters, digits or . _ : - and start with a letter or digit",
            field=field,
        )
    return value
