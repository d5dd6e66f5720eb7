"""Who is calling, and whether this operation is theirs to call.

API Gateway has verified the token's signature and expiry. This checks what it does not: that the
claims are there at all, come from the pool this API serves, belong to an ID token, and, for staff,
carry a group the operation allows.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.identifiers import require_identifier
from umlauf_http.problems import Refusal


class Access(Enum):
    PUBLIC = "public"
    CUSTOMER = "customer"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Identity:
    """`name` is the customer id, the staff member's `sub`, or "" for nobody."""

    access: Access
    name: str = ""
    groups: frozenset[str] = frozenset()

    @property
    def principal(self) -> str:
        """Names the caller in claims, so that two callers with the same idempotency key never meet.

        Who is not signed in is named by the operation (`named_by`), or shares one name with all.
        """
        return f"{self.access.value}:{self.name}" if self.name else self.access.value


NOBODY: Final = Identity(Access.PUBLIC)

# A customer's user name is the customer id (signup makes it so). A staff member's may be an e-mail
# address, which has no place in claims and audit records.
_NAME_CLAIM: Final = {Access.CUSTOMER: "cognito:username", Access.STAFF: "sub"}


def read_identity(
    claims: Mapping[str, Any] | None, access: Access, pool_id: str | None
) -> Identity:
    """Read who the verified claims name. Raises Refusal 401."""
    if access is Access.PUBLIC:
        return NOBODY
    if not claims:
        raise _unauthenticated("send an ID token: Authorization: Bearer <id token>")
    issuer = str(claims.get("iss", ""))
    if not pool_id or issuer.rsplit("/", 1)[-1] != pool_id:
        raise _unauthenticated(f"this token is not for the {access.value} API")
    if claims.get("token_use") != "id":
        raise _unauthenticated("send the ID token, not the access token")
    name = str(claims.get(_NAME_CLAIM[access], ""))
    try:
        require_identifier(name, _NAME_CLAIM[access])
    except InvalidInput:
        raise _unauthenticated("the token names nobody") from None
    return Identity(access, name, _groups(claims.get("cognito:groups", "")))


def require_group(identity: Identity, allowed: Iterable[str]) -> None:
    """Staff need one of the operation's groups. Raises Refusal 403."""
    names = sorted(allowed)
    if identity.access is Access.STAFF and not identity.groups.intersection(names):
        raise Refusal(
            403, "request.forbidden", f"this needs one of the groups {', '.join(names) or '(none)'}"
        )


def _groups(claim: Any) -> frozenset[str]:
    # API Gateway turns the list into text: "a,b", or "[a b]".
    parts = re.split(r"[\s,\[\]]+", claim) if isinstance(claim, str) else map(str, claim)
    return frozenset(part for part in parts if part)


def _unauthenticated(detail: str) -> Refusal:
    return Refusal(401, "request.unauthenticated", detail)
