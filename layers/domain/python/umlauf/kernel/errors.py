"""The four kinds of answerable failure; anything else is a bug and may crash.

A subclass is named for the fact (`InsufficientBalance`), carries a stable `code` that clients may
branch on, and knows nothing of HTTP, queues or state machines: each edge maps the four kinds to its
own answer.
"""

from typing import ClassVar


class UmlaufError(Exception):
    """An answerable failure. `code` is stable; the message is for people and may change."""

    code: ClassVar[str] = "umlauf.error"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class InvalidInput(UmlaufError):
    """Can never be right, however often it is sent.

    `field` names the input, the message the remedy.
    """

    code = "umlauf.invalid_input"


class NotFound(UmlaufError):
    """Is not there, or is not the caller's to see: the two are never told apart."""

    code = "umlauf.not_found"


class Conflict(UmlaufError):
    """A rule or a newer version forbids it now; after a reload it may be right."""

    code = "umlauf.conflict"


class Transient(UmlaufError):
    """May succeed later without any change to the input."""

    code = "umlauf.transient"

    def __init__(
        self, message: str, *, field: str | None = None, retry_after_seconds: int = 5
    ) -> None:
        super().__init__(message, field=field)
        self.retry_after_seconds = retry_after_seconds
