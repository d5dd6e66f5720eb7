"""A customer fetches the file of what they were billed, staff of anybody; nobody else does."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.functions.api_world import World
from umlauf.billing.documents import DocumentKind
from umlauf.billing.stored_documents import StoredDocument, storage_key
from umlauf.customers.model import Language
from umlauf.kernel.work import Work
from umlauf_adapters.billing.document_archive import S3DocumentArchive
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.dynamo_works import DynamoWorks

BUCKET = "umlauf-test-documents"
PDF = b"%PDF-1.7 as it was issued"


@pytest.fixture(scope="module", autouse=True)
def bucket(world: World) -> Iterator[str]:
    client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCUMENTS_BUCKET", BUCKET)
        yield BUCKET


def store(world: World, customer_id: str, document_id: str) -> StoredDocument:
    key = storage_key("umlauf-de", world.now.date(), f"RE-{document_id}")
    file = S3DocumentArchive(client("s3"), BUCKET).put_once(key, PDF, document_id=document_id)
    document = StoredDocument(
        id=document_id,
        kind=DocumentKind.INVOICE,
        number=f"RE-{document_id}",
        legal_entity="umlauf-de",
        customer_id=customer_id,
        language=Language.GERMAN,
        key=key,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        rendered_at=world.now,
    )
    work = Work(world.now)
    work.put(document)
    DynamoWorks().commit(work)
    return document


def test_a_customer_gets_a_link_to_their_file_that_soon_ends(world: World) -> None:
    anna_id, anna = world.sign_up()
    store(world, anna_id, "inv_hers")
    shown = world.look(anna, "/v1/documents/inv_hers")
    assert (shown["kind"], shown["number"]) == ("invoice", "RE-inv_hers")
    assert shown["sha256"] == sha256(PDF).hexdigest()
    assert shown["size_bytes"] == len(PDF)

    link = urlsplit(shown["url"])
    asked = parse_qs(link.query)
    assert f"{BUCKET}" in f"{link.netloc}{link.path}"
    assert link.path.endswith("/umlauf-de/2026/RE-inv_hers.pdf")
    assert asked["X-Amz-Expires"] == ["300"]
    assert asked["response-content-disposition"] == ['attachment; filename="RE-inv_hers.pdf"']
    ends = datetime.fromisoformat(shown["url_expires_at"])
    assert (ends.astimezone(UTC) - world.now).total_seconds() == 300


def test_anothers_file_is_not_there(world: World) -> None:
    anna_id, _ = world.sign_up()
    _, ben = world.sign_up()
    store(world, anna_id, "inv_annas")
    refused, absent = ben.get("/v1/documents/inv_annas"), ben.get("/v1/documents/inv_nobodys")
    assert (refused.status, refused.code) == (404, "billing.unknown_document")
    assert (absent.status, absent.code) == (refused.status, refused.code)


@pytest.mark.parametrize("group", ["admins", "operators", "support"])
def test_staff_who_look_things_up_get_anybodys_file(world: World, group: str) -> None:
    document_id = f"inv_for_{group}"
    store(world, "cus_any", document_id)
    shown = world.look(world.staff(group), f"/v1/operator/documents/{document_id}")
    assert shown["url"].startswith("https://")


def test_what_is_not_rendered_yet_is_said_to_be_missing(world: World) -> None:
    refused = world.admin.get("/v1/operator/documents/inv_fresh")
    assert (refused.status, refused.code) == (404, "billing.unknown_document")


def test_a_customer_is_no_staff(world: World) -> None:
    _, anna = world.sign_up()
    assert anna.get("/v1/operator/documents/inv_any").status in {401, 403}
