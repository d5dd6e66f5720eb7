"""The archive takes a file once, and names each refusal."""

from hashlib import sha256
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from umlauf.billing.errors import DocumentKeyTaken
from umlauf.kernel.errors import Transient
from umlauf_adapters.billing.document_archive import S3DocumentArchive
from umlauf_adapters.kernel.aws_clients import client

pytestmark = pytest.mark.usefixtures("aws")

KEY = "umlauf-de/2026/RE-2026-000001.pdf"


@pytest.fixture
def archive(aws: None) -> S3DocumentArchive:
    client("s3").create_bucket(
        Bucket="documents", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    return S3DocumentArchive(client("s3"), "documents")


def test_the_first_file_of_a_document_stays(archive: S3DocumentArchive) -> None:
    first = archive.put_once(KEY, b"first", document_id="inv_one")
    again = archive.put_once(KEY, b"another, longer", document_id="inv_one")
    assert again == first
    assert (first.sha256, first.size_bytes) == (sha256(b"first").hexdigest(), 5)
    assert client("s3").get_object(Bucket="documents", Key=KEY)["Body"].read() == b"first"


def test_no_document_takes_anothers_place(archive: S3DocumentArchive) -> None:
    archive.put_once(KEY, b"first", document_id="inv_one")
    with pytest.raises(DocumentKeyTaken, match="inv_one, not of inv_two"):
        archive.put_once(KEY, b"second", document_id="inv_two")


class Refusing:
    """An S3 that answers every call with one fault."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    def put_object(self, **_: Any) -> None:
        raise self._fault


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(ClientError({"Error": {"Code": code}}, "PutObject"), id=code)
        for code in ("SlowDown", "ConditionalRequestConflict", "AccessDenied", "InternalError")
    ]
    + [pytest.param(ConnectTimeoutError(endpoint_url="s3"), id="no answer")],
)
def test_what_may_pass_is_tried_again(fault: Exception) -> None:
    with pytest.raises(Transient):
        S3DocumentArchive(Refusing(fault), "documents").put_once(KEY, b"", document_id="inv_one")
