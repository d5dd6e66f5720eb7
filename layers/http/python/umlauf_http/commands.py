"""Idempotency keys: a command that is sent again is answered again, not carried out again.

The answer is stored in the claim of the command, in the same transaction as the command's effects:
there is no moment at which one exists without the other. The claim is named by caller, operation
and key; its fingerprint tells a repetition from another command under the same key.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Any, Final

from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.identifiers import require_identifier
from umlauf.kernel.work import Claim
from umlauf_http.answers import Answer
from umlauf_http.problems import Refusal

HEADER: Final = "Idempotency-Key"
KEPT_FOR: Final = timedelta(days=30)


class Idempotency(Enum):
    """What an operation does with the caller's idempotency key."""

    NONE = "none"
    """Needs none: it changes nothing, or repeating it is harmless by itself."""
    ANSWERED = "answered"
    """The first answer is stored with the effects and given again."""
    REPEATED = "repeated"
    """Only the key is remembered: the answer is a secret, and the view is safe to repeat."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command as its caller names it. The same key and fingerprint is the same command."""

    key: str
    fingerprint: str

    def claim(self, answer: Answer | None, now: datetime) -> Claim:
        document = None if answer is None else answer.document()
        return Claim(self.key, self.fingerprint, document, now + KEPT_FOR)

    def replay(self, claim: Claim) -> Answer | None:
        """The stored answer, if it was kept. Raises Refusal 422 for another command's claim."""
        if claim.fingerprint != self.fingerprint:
            raise Refusal(
                422,
                "idempotency.key_reused",
                "this key was used for another request; send a new key with a new request",
                field=HEADER,
            )
        return None if claim.answer is None else Answer.of_document(claim.answer).replayed()


def read_command(
    principal: str, operation: str, headers: Mapping[str, str], content: Mapping[str, Any]
) -> Command:
    """Name the command. `content` is all that makes it this command: path, query and body."""
    key = headers.get(HEADER, "")
    if not key:
        raise Refusal(
            400,
            "idempotency.key_missing",
            f"send a fresh {HEADER} header, such as a UUID, and repeat it when you retry",
            field=HEADER,
        )
    try:
        require_identifier(key, HEADER)
    except InvalidInput as error:
        raise Refusal(400, "idempotency.key_invalid", error.message, field=HEADER) from None
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    fingerprint = sha256(canonical.encode()).hexdigest()
    return Command(f"COMMAND#{principal}#{operation}#{key}", fingerprint)
