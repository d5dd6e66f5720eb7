"""Render a document once and put it where nobody can change it."""

from umlauf.billing.documents import DocumentView
from umlauf.billing.events import DocumentStored
from umlauf.billing.ports import DocumentDesk
from umlauf.billing.stored_documents import StoredDocument, storage_key
from umlauf.kernel.work import Work


def store_document(
    document_id: str, view: DocumentView, *, legal_entity: str, work: Work, desk: DocumentDesk
) -> StoredDocument:
    """Give what is on record of the document; put it there, with its file, if nothing is.

    The file comes first and is put only if there is none: after a crash between file and record,
    the record is made of the file that lies there. Raises DocumentKeyTaken, Transient.
    """
    known = desk.stored_documents.get(document_id)
    if known is not None:
        return known
    key = storage_key(legal_entity, view.issued_on, view.number)
    file = desk.archive.put_once(key, desk.render(view), document_id=document_id)
    stored = StoredDocument(
        id=document_id,
        kind=view.kind,
        number=view.number,
        legal_entity=legal_entity,
        customer_id=view.buyer.id,
        language=view.language,
        key=key,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        rendered_at=work.now,
    )
    work.put(
        stored,
        DocumentStored(
            document_id=document_id,
            kind=view.kind,
            number=view.number,
            legal_entity=legal_entity,
            customer_id=view.buyer.id,
            key=key,
            sha256=file.sha256,
            size_bytes=file.size_bytes,
        ),
    )
    return stored
