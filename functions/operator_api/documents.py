"""The files of what was issued, looked up."""

from groups import LOOK_UP
from umlauf.billing.errors import UnknownDocument
from umlauf.billing.stored_documents import LINK_LIFETIME
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.documents import DocumentOut
from wiring import STORED_DOCUMENTS, archive

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)


@endpoint(routes, "/v1/operator/documents/{document_id}")
def look_up_document(document_id: str, call: Call) -> DocumentOut:
    """Where the file of an invoice or credit note, named by its id, can be fetched just now."""
    document = STORED_DOCUMENTS.get(document_id)
    if document is None:
        raise UnknownDocument(
            f"there is no document of {document_id} in the archive; one is stored minutes after"
        )
    url = archive().link(document.key, lifetime=LINK_LIFETIME)
    return DocumentOut.of(document, url, call.now + LINK_LIFETIME)
