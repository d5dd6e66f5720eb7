"""A file of contracts that run elsewhere, as rows of the import.

JSON: a list of rows, or {"rows": [...]}, as the API takes them. CSV: the same fields as columns, an
empty cell is left out. In one cell, several things are divided by `;`, and a thing from its number
by `:`, as in `theft-cover:2`; a pause is `2026-07-01/2026-08-01`, a term `24 month`. A cell may
also hold JSON, as the API takes it, where it begins with `[` or `{`. A row that cannot be read
keeps no other from being sent.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

Row = dict[str, Any]

MOST_ROWS_AT_ONCE: Final = 50
MOST_BYTES_AT_ONCE: Final = 60_000
"""The API takes 64 KiB."""


class BadContractFile(Exception):
    """The file cannot be read as contracts; the message names the line and what to do."""


class _BadCell(Exception):
    """One row cannot be read."""

    def __init__(self, field: str | None, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row as it stands in the file: what is sent, or the field and why it cannot be read.

    `place` is the line of a CSV file, the number of a row in a JSON file.
    """

    place: int
    row: Row
    bad_field: str | None = None
    bad: str | None = None


def read_contracts(file: Path) -> list[FileRow]:
    """Every row, in order. Raises BadContractFile."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadContractFile(f"{file} cannot be read: {error}") from None
    rows = _of_json(file, text) if file.suffix.lower() == ".json" else list(_of_csv(file, text))
    if not rows:
        raise BadContractFile(f"{file} has no rows")
    return rows


def in_batches(rows: list[FileRow]) -> Iterator[list[FileRow]]:
    """As few requests as the API's bounds allow, in order."""
    batch: list[FileRow] = []
    size = 0
    for row in rows:
        length = len(json.dumps(row.row).encode())
        is_full = len(batch) >= MOST_ROWS_AT_ONCE or size + length > MOST_BYTES_AT_ONCE
        if batch and is_full:
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += length
    if batch:
        yield batch


def _of_json(file: Path, text: str) -> list[FileRow]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise BadContractFile(f"{file}: {error}") from None
    rows = found.get("rows") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadContractFile(f"{file}: must be a list of rows, or an object with rows")
    return [FileRow(number, row) for number, row in enumerate(rows, start=1)]


def _of_csv(file: Path, text: str) -> Iterator[FileRow]:
    reader = csv.DictReader(StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            yield _file_row(reader.line_num, cells)
    except csv.Error as error:
        raise BadContractFile(f"{file}:{reader.line_num}: {error}; is a quote open?") from None


def _file_row(place: int, cells: Mapping[str | None, Any]) -> FileRow:
    try:
        return FileRow(place, _row(cells))
    except _BadCell as bad:
        name = str(cells.get("external_id") or "").strip()
        return FileRow(place, {"external_id": name}, bad.field, bad.message)


def _row(cells: Mapping[str | None, Any]) -> Row:
    row: Row = {}
    for column, cell in cells.items():
        if column is None:
            raise _BadCell(None, "there are more cells than columns; quote a cell with a comma")
        if cell is None:
            raise _BadCell(column, "there is no cell; give the row as many as the first line has")
        if text := cell.strip():
            row[column.strip()] = _of_cell(column.strip(), text)
    return row


def _of_cell(column: str, text: str) -> Any:
    if column not in _READ:
        return text
    read, example = _READ[column]
    try:
        return json.loads(text) if text[0] in "[{" else read(text)
    except ValueError:
        raise _BadCell(column, f"{text!r} cannot be read; write it like {example}") from None


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.split(";")]


def _counted(text: str) -> dict[str, int]:
    return {name: int(count) for name, _, count in (one.partition(":") for one in _several(text))}


def _term(text: str) -> Row:
    count, unit = text.split()
    return {"count": int(count), "unit": unit.removesuffix("s")}


def _coupons(text: str) -> list[Row]:
    """`welcome:2` has two periods left, `loyal` no end."""
    coupons = (one.partition(":") for one in _several(text))
    return [
        {"coupon_id": name, **({"periods_left": int(left)} if left else {})}
        for name, _, left in coupons
    ]


def _pauses(text: str) -> list[Row]:
    pauses = (one.partition("/") for one in _several(text))
    return [{"starts_on": start, "ends_on": end or None} for start, _, end in pauses]


_READ: Final[Mapping[str, tuple[Callable[[str], Any], str]]] = {
    "plan_version": (int, "2"),
    "quantity": (int, "2"),
    "add_ons": (_several, "theft-cover;city-guide"),
    "add_on_quantities": (_counted, "theft-cover:2"),
    "chosen_minor": (_counted, "base-fee:2500"),
    "term": (_term, "24 month"),
    "pauses": (_pauses, "2026-07-01/2026-08-01"),
    "coupons": (_coupons, "welcome:2;loyal"),
}
