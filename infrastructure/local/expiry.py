"""Items that expire: deleted at their very second, with the stream record DynamoDB writes.

DynamoDB promises only "within a few days"; the second itself is the earliest it may happen and the
one a test can name.
"""

# ruff: noqa: SLF001 - ministack offers nothing public for this; self_test guards each name

import heapq
import itertools
from typing import Any

from local.boot import ACCOUNT_ID, REGION, Ministack
from local.patches import Patches

# DynamoDB ignores moments further back than this: they are mistakes, not expiries.
_IGNORED_AGE_SECONDS = 5 * 365 * 86400
_BY_DYNAMODB = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}

Item = dict[str, Any]


class Expiry:
    """A due source fed by every write to a table with a TTL attribute."""

    def __init__(self, ministack: Ministack) -> None:
        self._ministack = ministack
        self._due: list[tuple[float, int, str, str, str]] = []
        self._order = itertools.count()

    def watch(self, patches: Patches) -> None:
        """See every write from here on."""
        emit = patches.ministack.dynamodb._emit_stream_event

        def emit_and_note(
            table: str, kind: str, old: Item | None, new: Item | None, *arguments: Any, **named: Any
        ) -> None:
            emit(table, kind, old, new, *arguments, **named)
            if new is not None:
                self._note(table, new)

        patches.replace(patches.ministack.dynamodb, "_emit_stream_event", emit_and_note)

    def rescan(self) -> None:
        """Find what was written unseen: before TTL was switched on, or in a loaded state."""
        self._due.clear()
        for name, table in self._ministack.dynamodb._tables._data.items():
            for partition in table["items"].values():
                for item in partition.values():
                    self._note(name[2], item)

    def next_due(self, _now: float) -> float | None:
        return self._due[0][0] if self._due else None

    def fire(self, now: float) -> None:
        while self._due and self._due[0][0] <= now:
            _, _, table, partition, sort = heapq.heappop(self._due)
            self._ministack.call_dynamodb(self._expire, table, partition, sort, now)

    def _setting(self, table: str) -> str | None:
        setting = self._ministack.dynamodb._ttl_settings.get_scoped(ACCOUNT_ID, REGION, table)
        is_on = setting and setting.get("TimeToLiveStatus") == "ENABLED"
        return setting["AttributeName"] if is_on else None

    def _note(self, table_name: str, item: Item) -> None:
        attribute = self._setting(table_name)
        if attribute is None or "N" not in item.get(attribute, {}):
            return
        moment = float(item[attribute]["N"])
        dynamodb = self._ministack.dynamodb
        table = dynamodb._tables.get_scoped(ACCOUNT_ID, REGION, table_name)
        key = dynamodb._extract_key_val
        partition = key(item[table["pk_name"]])
        sort = key(item[table["sk_name"]]) if table["sk_name"] else "__no_sort__"
        heapq.heappush(self._due, (moment, next(self._order), table_name, partition, sort))

    def _expire(self, table_name: str, partition: str, sort: str, now: float) -> None:
        dynamodb, attribute = self._ministack.dynamodb, self._setting(table_name)
        table = dynamodb._tables.get(table_name)
        item = table["items"].get(partition, {}).get(sort) if table and attribute else None
        value = (item or {}).get(attribute, {}).get("N")
        if value is None or not now - _IGNORED_AGE_SECONDS < float(value) <= now:
            return  # deleted, prolonged or never meant to expire
        dynamodb._remove_item(table, partition, sort)
        before = dynamodb.stream_end_position(table_name)
        dynamodb._emit_stream_event(table_name, "REMOVE", item, None)
        for record in dynamodb.stream_records_since(table_name, before, 1):
            record["userIdentity"] = _BY_DYNAMODB
