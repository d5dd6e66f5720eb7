"""On the whole platform: what is issued becomes a file that nobody can take away again."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from local.platform import Platform
from tests.functions.render_documents.test_render_documents import (
    ADA,
    INVOICE,
    KEY,
    NOW,
    RECEIVABLE,
)
from tests.scenarios.conftest import running_platform
from umlauf.billing.events import InvoiceIssued
from umlauf.billing.stored_documents import LINK_LIFETIME
from umlauf.kernel.work import Work
from umlauf_adapters.billing.document_archive import DynamoStoredDocuments, S3DocumentArchive
from umlauf_adapters.customers.customers import DynamoCustomers
from umlauf_adapters.kernel.dynamo_works import DynamoWorks

pytestmark = pytest.mark.local


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with running_platform(tmp_path_factory.mktemp("documents"), start=NOW) as running:
        issue()
        running.cloud.settle()
        yield running


def issue() -> None:
    """What a billing run commits, without the run."""
    assert DynamoCustomers().find(ADA.id) is None
    work = Work(NOW)
    work.put(ADA)
    work.put(RECEIVABLE)
    work.put(
        INVOICE,
        InvoiceIssued(
            invoice_id=INVOICE.id,
            number=INVOICE.number,
            legal_entity=INVOICE.legal_entity,
            customer_id=INVOICE.customer_id,
            subscription_id=INVOICE.subscription_id,
            currency=INVOICE.currency,
            net=INVOICE.net,
            tax=INVOICE.tax,
            gross=INVOICE.gross,
            taxes=(),
            lines=(),
            issued_on=INVOICE.issued_on,
            due_on=INVOICE.due_on,
            is_business=False,
        ),
    )
    DynamoWorks().commit(work)


def archive(platform: Platform) -> tuple[Any, str]:
    return platform.cloud.client("s3"), platform.cloud.resource("DocumentsBucket")


def test_an_issued_invoice_reaches_the_archive_by_itself(platform: Platform) -> None:
    s3, bucket = archive(platform)
    file = s3.get_object(Bucket=bucket, Key=KEY)["Body"].read()
    record = DynamoStoredDocuments().get(INVOICE.id)
    assert record is not None
    assert record.sha256 == sha256(file).hexdigest()
    assert file.startswith(b"%PDF-1.7")


def test_a_link_opens_the_file_without_a_token(platform: Platform) -> None:
    s3, bucket = archive(platform)
    link = S3DocumentArchive(s3, bucket).link(KEY, lifetime=LINK_LIFETIME)
    answer = httpx.get(link)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="RE-2026-000001.pdf"'
    assert answer.content == s3.get_object(Bucket=bucket, Key=KEY)["Body"].read()


def test_what_lies_there_can_be_neither_removed_nor_replaced(platform: Platform) -> None:
    s3, bucket = archive(platform)
    [version] = s3.list_object_versions(Bucket=bucket)["Versions"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key=KEY, VersionId=version["VersionId"])
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=bucket, Key=KEY, Body=b"another", IfNoneMatch="*")
