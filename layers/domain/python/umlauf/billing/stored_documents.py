"""What is on record of a document once it lies in the archive: where, and by which hash.

A document is rendered once. From then on the file is the document, whatever the customer is called
later; whoever reads it can prove by the hash that it is still what was issued.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

from umlauf.billing.documents import DocumentKind
from umlauf.customers.model import Language

LINK_LIFETIME: Final = timedelta(minutes=5)
"""How long a link to a file works: long enough to follow it, too short to pass it on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """A file in the archive. Immutable; `id` is that of the invoice or credit note."""

    KIND: ClassVar[str] = "stored_document"

    id: str
    kind: DocumentKind
    number: str
    legal_entity: str
    customer_id: str
    language: Language
    key: str
    sha256: str
    """In hexadecimal."""
    size_bytes: int
    rendered_at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """What the archive holds under a key."""

    sha256: str
    size_bytes: int


def storage_key(legal_entity: str, issued_on: date, number: str) -> str:
    """One key for each number: no second document can ever take its place."""
    return f"{legal_entity}/{issued_on.year}/{number}.pdf"
