"""A document that was issued is one file: the one on record, and no other lies beside it."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from invariants.archive import files_are_the_documents
from invariants.books import Books
from tests.functions.render_documents.test_render_documents import INVOICE, KEY, NOTE, NOW
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.documents import DocumentKind
from umlauf.billing.model import Invoice
from umlauf.billing.stored_documents import StoredDocument
from umlauf.customers.model import Language

NOTE_KEY = "umlauf-de/2026/GS-2026-000001.pdf"
HASH = sha256(b"the invoice").hexdigest()
OTHER = sha256(b"the note").hexdigest()
RECORD = StoredDocument(
    id=INVOICE.id,
    kind=DocumentKind.INVOICE,
    number=INVOICE.number,
    legal_entity=INVOICE.legal_entity,
    customer_id=INVOICE.customer_id,
    language=Language.GERMAN,
    key=KEY,
    sha256=HASH,
    size_bytes=11,
    rendered_at=NOW,
)
NOTE_RECORD = replace(
    RECORD,
    id=NOTE.id,
    kind=DocumentKind.CREDIT_NOTE,
    number=NOTE.number,
    key=NOTE_KEY,
    sha256=OTHER,
)
FILES = {KEY: HASH, NOTE_KEY: OTHER}


def books(*records: StoredDocument, archive: dict[str, str] | None) -> Books:
    stored: dict[type, list[Any]] = {
        Invoice: [INVOICE],
        CreditNote: [NOTE],
        StoredDocument: list(records),
    }
    return Books(stored, archive=archive)


def test_documents_with_their_files_break_nothing() -> None:
    assert list(files_are_the_documents(books(RECORD, NOTE_RECORD, archive=FILES))) == []


def test_nothing_is_claimed_of_an_archive_nobody_looked_into() -> None:
    assert list(files_are_the_documents(books(archive=None))) == []


@pytest.mark.parametrize(
    ("records", "archive", "said"),
    [
        pytest.param([RECORD], {KEY: HASH}, "never stored", id="no record"),
        pytest.param([RECORD, NOTE_RECORD], {KEY: HASH}, "its file is none", id="no file"),
        pytest.param(
            [RECORD, NOTE_RECORD], {**FILES, KEY: OTHER}, "its file is another", id="another file"
        ),
        pytest.param(
            [RECORD, NOTE_RECORD], {**FILES, "stray.pdf": HASH}, "is no document", id="stray file"
        ),
        pytest.param(
            [RECORD, NOTE_RECORD, replace(RECORD, id="inv_none")], FILES, "never issued", id="twice"
        ),
        pytest.param(
            [replace(RECORD, number="RE-2026-000002"), NOTE_RECORD],
            FILES,
            "is stored as RE-2026-000002",
            id="another number",
        ),
        pytest.param(
            [replace(RECORD, customer_id="cus_eve"), NOTE_RECORD],
            FILES,
            "is stored for cus_eve",
            id="another customer",
        ),
    ],
)
def test_each_way_to_lose_or_swap_a_file_is_told(
    records: list[StoredDocument], archive: dict[str, str], said: str
) -> None:
    found = list(files_are_the_documents(books(*records, archive=archive)))
    assert any(said in one for one in found), found
