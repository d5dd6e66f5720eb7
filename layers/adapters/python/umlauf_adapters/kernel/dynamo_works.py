"""Commits a unit of work as ONE TransactWriteItems. Nothing is written beside it."""

from uuid import uuid4

from pynamodb.constants import ALL_OLD
from pynamodb.exceptions import CancellationReason, TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from umlauf.kernel.work import MAX_WRITES, AlreadyClaimed, Claim, StaleVersion, Work
from umlauf_adapters.kernel.documents import encode, encode_instant
from umlauf_adapters.kernel.faults import PASSING, StoreUnavailable, is_passing, transient_faults
from umlauf_adapters.kernel.items import (
    ClaimItem,
    DocumentAttribute,
    EventItem,
    shared_connection,
)
from umlauf_adapters.kernel.layouts import layout_of

_NO_FAILURE = "None"
_CONDITION_FAILED = "ConditionalCheckFailed"


class DynamoWorks:
    """Implements umlauf.kernel.work.Works."""

    def commit(self, work: Work) -> None:
        if work.size > MAX_WRITES:
            raise ValueError(f"{work.size} writes do not fit one transaction; chunk and seal")
        # The token makes botocore's own retries of a lost answer one and the same transaction.
        transaction = TransactWrite(
            connection=shared_connection(), client_request_token=str(uuid4())
        )
        try:
            with transaction:
                for claim in work.claims:
                    transaction.save(
                        _claim_item(claim),
                        condition=ClaimItem.pk.does_not_exist(),
                        return_values=ALL_OLD,
                    )
                for aggregate in work.aggregates:
                    _save_aggregate(transaction, aggregate)
                for item in _event_items(work):
                    transaction.save(item, condition=EventItem.pk.does_not_exist())
        except TransactWriteError as error:
            raise _refusal(error, work) from error

    def claimed(self, key: str) -> Claim | None:
        with transient_faults():
            try:
                item = ClaimItem.get(key, consistent_read=True)
            except ClaimItem.DoesNotExist:
                return None
        return Claim(item.pk, item.fingerprint or "", item.answer)


def _save_aggregate(transaction: TransactWrite, aggregate: object) -> None:
    layout = layout_of(type(aggregate))
    item = layout.to_item(aggregate)
    loaded_version = int(item.version) - 1
    model = layout.table
    condition = model.version == loaded_version if loaded_version else model.pk.does_not_exist()
    transaction.save(item, condition=condition)
    if layout.also:
        transaction.save(layout.also(aggregate))


def _claim_item(claim: Claim) -> Model:
    item = ClaimItem(claim.key)
    if claim.fingerprint:
        item.fingerprint = claim.fingerprint
    if claim.answer is not None:
        item.answer = dict(encode(claim.answer))
    if claim.expires_at is not None:
        item.expires_at = int(claim.expires_at.timestamp())
    return item


def _event_items(work: Work) -> list[Model]:
    return [
        EventItem(
            f"{aggregate.KIND}#{aggregate.id}",
            f"{aggregate.version + 1:010d}.{place:02d}",
            type=event.TYPE,
            occurred_at=encode_instant(work.now),
            data=encode(event),
        )
        for aggregate in work.aggregates
        for place, event in enumerate(work.events_of(aggregate))
    ]


def _refusal(error: TransactWriteError, work: Work) -> Exception:
    reasons = error.cancellation_reasons
    if not reasons:
        if is_passing(error):
            return StoreUnavailable("the outcome of a write is unknown; try again")
        return error
    # Reasons come in the order of the writes: claims, aggregates, events. A taken claim tells more
    # than a stale version.
    for claim, reason in zip(work.claims, reasons, strict=False):
        if reason is not None and reason.code == _CONDITION_FAILED:
            return AlreadyClaimed(_stored_claim(claim, reason))
    codes = {reason.code for reason in reasons if reason is not None} - {_NO_FAILURE}
    if codes & {_CONDITION_FAILED, "TransactionConflict", "DuplicateItem"}:
        return StaleVersion("somebody else changed this meanwhile")
    if codes & (PASSING | {"ThrottlingError", "ProvisionedThroughputExceeded"}):
        return StoreUnavailable("the store is short of capacity; try again")
    return error


def _stored_claim(claim: Claim, reason: CancellationReason) -> Claim:
    raw = reason.raw_item or {}
    answer = DocumentAttribute().deserialize(raw["answer"]["M"]) if "answer" in raw else None
    return Claim(claim.key, raw.get("fingerprint", {}).get("S", ""), answer)
