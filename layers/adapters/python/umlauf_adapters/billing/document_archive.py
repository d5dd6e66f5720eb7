"""The archive of documents in S3, and what is on record of them in DynamoDB.

The bucket is locked: a version that was put can be neither overwritten nor removed before its time.
Put-if-absent keeps a second version from being made at all.
"""

from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from umlauf.billing.errors import DocumentKeyTaken
from umlauf.billing.stored_documents import ArchivedFile, StoredDocument
from umlauf_adapters.billing.layouts import STORED_DOCUMENTS, document_partition
from umlauf_adapters.kernel.faults import StoreUnavailable

_IS_THERE: Final = frozenset({"PreconditionFailed", "412"})
_OWNER: Final = "document-id"
_HASH: Final = "sha256"


class DynamoStoredDocuments:
    """Implements umlauf.billing.ports.StoredDocuments."""

    def get(self, document_id: str) -> StoredDocument | None:
        return STORED_DOCUMENTS.get(document_partition(document_id), "DOCUMENT")


class S3DocumentArchive:
    """Implements umlauf.billing.ports.DocumentArchive."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put_once(self, key: str, content: bytes, *, document_id: str) -> ArchivedFile:
        digest = sha256(content)
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=content,
                IfNoneMatch="*",
                ContentType="application/pdf",
                ChecksumSHA256=b64encode(digest.digest()).decode(),
                Metadata={_OWNER: document_id, _HASH: digest.hexdigest()},
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _IS_THERE:
                return self._already_there(key, document_id)
            # Two at once (ConditionalRequestConflict), throttling, or a right that was taken away:
            # each is tried again, and an alarm tells of what never passes.
            raise StoreUnavailable(f"the archive did not take the document: {code}") from error
        except BotoCoreError as error:
            raise StoreUnavailable("the archive did not answer") from error
        return ArchivedFile(digest.hexdigest(), len(content))

    def link(self, key: str, *, lifetime: timedelta) -> str:
        name = key.rpartition("/")[2]
        url: str = self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{name}"',
            },
            ExpiresIn=int(lifetime.total_seconds()),
        )
        return url

    def _already_there(self, key: str, document_id: str) -> ArchivedFile:
        try:
            found = self._client.head_object(Bucket=self._bucket, Key=key)
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable("the archive did not answer") from error
        owner = found["Metadata"].get(_OWNER)
        if owner != document_id:
            raise DocumentKeyTaken(
                f"{key} holds the document of {owner}, not of {document_id}", field="number"
            )
        return ArchivedFile(found["Metadata"][_HASH], int(found["ContentLength"]))
