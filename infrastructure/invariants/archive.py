"""What holds between documents, what is on record of their files, and the files themselves."""

from collections import Counter
from collections.abc import Iterator, Mapping

from invariants.books import Books
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.model import Invoice
from umlauf.billing.stored_documents import StoredDocument, storage_key

Violations = Iterator[str]


def files_are_the_documents(books: Books) -> Violations:
    """Every issued document has one file, and it is the one on record; nothing else lies there.

    Nothing is said where nobody looked into the archive.
    """
    if books.archive is None:
        return
    records = {record.id: record for record in books.of(StoredDocument)}
    issued: list[Invoice | CreditNote] = [*books.of(Invoice), *books.of(CreditNote)]
    documents = {one.id: one for one in issued}
    for document in documents.values():
        record = records.get(document.id)
        if record is None:
            yield f"{document.number} was issued, but never stored"
        else:
            yield from _contradictions(document, record)
    for record in records.values():
        if record.id not in documents:
            yield f"{record.number} was stored, but never issued"
    yield from _files(list(records.values()), books.archive)


def _contradictions(document: Invoice | CreditNote, record: StoredDocument) -> Violations:
    key = storage_key(document.legal_entity, document.issued_on, document.number)
    if (record.number, record.key) != (document.number, key):
        yield f"{document.number} is stored as {record.number} under {record.key}"
    if record.customer_id != document.customer_id:
        yield f"{document.number} is stored for {record.customer_id}"


def _files(records: list[StoredDocument], archive: Mapping[str, str]) -> Violations:
    named = Counter(record.key for record in records)
    yield from (f"file {key} is {times} documents" for key, times in named.items() if times > 1)
    yield from (f"file {key} is no document" for key in archive if key not in named)
    for record in records:
        if archive.get(record.key) != record.sha256:
            found = "another one" if record.key in archive else "none"
            yield f"{record.number} is on record with {record.sha256}; its file is {found}"
