"""Stored documents on the wire: what is on record of one, and where it can be fetched just now."""

from datetime import datetime

from umlauf.billing.documents import DocumentKind
from umlauf.billing.stored_documents import StoredDocument
from umlauf_http.wire import Out


class DocumentOut(Out):
    """The document of an invoice or credit note, as PDF/A-3 with its e-invoice inside.

    `url` needs no token and works until `url_expires_at`: fetch it without an Authorization header.
    `sha256` is that of the file, in hexadecimal.
    """

    document_id: str
    kind: DocumentKind
    number: str
    language: str
    sha256: str
    size_bytes: int
    rendered_at: datetime
    url: str
    url_expires_at: datetime

    @classmethod
    def of(cls, document: StoredDocument, url: str, url_expires_at: datetime) -> "DocumentOut":
        return cls(
            document_id=document.id,
            kind=document.kind,
            number=document.number,
            language=document.language.value,
            sha256=document.sha256,
            size_bytes=document.size_bytes,
            rendered_at=document.rendered_at,
            url=url,
            url_expires_at=url_expires_at,
        )
