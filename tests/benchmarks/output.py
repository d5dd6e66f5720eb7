"""How a benchmark tells what it measured: tables for people, the same figures as JSON."""

import argparse
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

Cell = str | int | float
_BYTES_PER_GIB = 2**30


@dataclass(frozen=True)
class Table:
    """The first column names the row. Figures are shown with three digits, and kept whole."""

    title: str
    text: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def as_markdown(self) -> str:
        sides = ["---" if _is_named(self.rows, n) else "---:" for n in range(len(self.columns))]
        lines = [self.columns, sides, *([_shown(cell) for cell in row] for row in self.rows)]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"## {self.title}\n\n{self.text}\n\n{table}\n"

    def as_json(self) -> dict[str, object]:
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return {"title": self.title, "text": self.text, "rows": rows}


def arguments(description: str | None) -> argparse.Namespace:
    """What every benchmark is told on the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    return parser.parse_args()


def tell(tables: Sequence[Table], file: Path | None) -> None:
    print("\n".join(table.as_markdown() for table in tables), flush=True)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        figures = {"machine": machine(), "tables": [table.as_json() for table in tables]}
        file.write_text(json.dumps(figures, indent=2) + "\n")


def machine() -> dict[str, Cell]:
    """What figures of one machine must not be read without."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count() or 1,
        "memory_gib": round(memory / _BYTES_PER_GIB),
        "python": platform.python_version(),
    }


def _is_named(rows: Sequence[Sequence[Cell]], column: int) -> bool:
    return any(isinstance(row[column], str) and row[column] for row in rows)


def _shown(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int) or cell == int(cell):
        return f"{int(cell):,}"
    digits = 0 if abs(cell) >= 100 else 1 if abs(cell) >= 10 else 2
    return f"{cell:,.{digits}f}"
