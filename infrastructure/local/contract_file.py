"""A file of contracts that run elsewhere, as rows of the import.

JSON: a list of rows, or {"rows": [...]}, as the API takes them. CSV: the same fields as columns, an
empty cell is left out. In one cell, several things are divided by `;`, and a thing from its number
by `:`, as in `theft-cover:2`; a pause is `2026-07-01/2026-08-01`, a term `24 month`.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

Row = dict[str, Any]

MOST_ROWS_AT_ONCE: Final = 50
MOST_BYTES_AT_ONCE: Final = 60_000
"""The API takes 64 KiB."""


class BadContractFile(Exception):
    """The file cannot be read as contracts; the message names the line and what to do."""


def read_contracts(file: Path) -> list[Row]:
    """Every row, in order. Raises BadContractFile."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadContractFile(f"{file} cannot be read: {error}") from None
    rows = _of_json(file, text) if file.suffix.lower() == ".json" else list(_of_csv(file, text))
    if not rows:
        raise BadContractFile(f"{file} has no rows")
    return rows


def in_batches(rows: list[Row]) -> Iterator[list[Row]]:
    """As few requests as the API's bounds allow, in order."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        length = len(json.dumps(row).encode())
        is_full = len(batch) >= MOST_ROWS_AT_ONCE or size + length > MOST_BYTES_AT_ONCE
        if batch and is_full:
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += length
    if batch:
        yield batch


def _of_json(file: Path, text: str) -> list[Row]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise BadContractFile(f"{file}: {error}") from None
    rows = found.get("rows") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadContractFile(f"{file}: must be a list of rows, or an object with rows")
    return rows


def _of_csv(file: Path, text: str) -> Iterator[Row]:
    reader = csv.DictReader(text.splitlines(), strict=True)
    try:
        for cells in reader:
            yield _row(cells)
    except (csv.Error, ValueError) as error:
        raise BadContractFile(f"{file}:{reader.line_num}: {error}") from None


def _row(cells: Mapping[str | None, Any]) -> Row:
    row: Row = {}
    for column, cell in cells.items():
        if column is None:
            raise ValueError("more cells than columns")
        if cell is None:
            raise ValueError(f"no cell for {column}")
        if text := cell.strip():
            row[column.strip()] = _of_cell(column.strip(), text)
    return row


def _of_cell(column: str, text: str) -> Any:
    if column not in _READ:
        return text
    read, example = _READ[column]
    try:
        return read(text)
    except ValueError:
        raise ValueError(f"{column}: {text!r} cannot be read; write it like {example}") from None


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.split(";")]


def _counted(text: str) -> dict[str, int]:
    return {name: int(count) for name, _, count in (one.partition(":") for one in _several(text))}


def _term(text: str) -> Row:
    count, unit = text.split()
    return {"count": int(count), "unit": unit.removesuffix("s")}


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
}
