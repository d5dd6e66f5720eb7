"""The files of the customer's invoices and credit notes."""

from ownership import own_document
from umlauf.billing.stored_documents import LINK_LIFETIME
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.documents import DocumentOut
from wiring import archive

routes = Routes(__name__, Access.CUSTOMER)


@endpoint(routes, "/v1/documents/{document_id}")
def get_document(document_id: str, call: Call) -> DocumentOut:
    """Where the file of an invoice or credit note, named by its id, can be fetched just now.

    404 until it is rendered, moments after it was issued.
    """
    document = own_document(document_id, call)
    url = archive().link(document.key, lifetime=LINK_LIFETIME)
    return DocumentOut.of(document, url, call.now + LINK_LIFETIME)
