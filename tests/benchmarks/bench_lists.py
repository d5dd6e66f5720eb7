"""Print what a page of each list costs DynamoDB, over the local cloud's."""

import os
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from local.cloud import LocalCloud
from tests.benchmarks.bench_billing_cycle import write_tables_only
from tests.benchmarks.output import Cell, Table, arguments, tell

STORED = 2_000
LIMIT = 50
COLUMNS = ("list", "rows", "calls", "which", "read units")
TEXT = f"""\
The first page, at most {LIMIT} rows, with {STORED:,} invoices and as many contracts stored. One
invoice in twenty is open, one in forty a deposit request; one contract in ten has the plan, one in
four is active. Every figure is a count."""


def main() -> None:
    options = arguments(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        write_tables_only(Path(folder))
        with LocalCloud(Path(folder), state_dir=Path(folder) / "state") as cloud:
            rows = measure(cloud)
    tell([Table("Lists", TEXT, COLUMNS, rows)], options.json)


def measure(cloud: LocalCloud) -> list[list[Cell]]:
    # Models read their table's name when they are imported, clients their endpoint.
    os.environ["TABLE_PREFIX"] = "umlauf"
    os.environ["AWS_ENDPOINT_URL"] = cloud.client("dynamodb").meta.endpoint_url
    listed = import_module("tests.benchmarks.listed_documents")
    listed.write(STORED)
    return [_row(cloud, name, ask) for name, ask in listed.lists(LIMIT).items()]


def _row(cloud: LocalCloud, name: str, ask: Callable[[], Any]) -> list[Cell]:
    ask()  # the first one learns the tables
    with cloud.measure() as measured:
        page = ask()
    (tally,) = measured.by_function.values()
    which = " · ".join(f"{n} {call}" for call, n in sorted(tally.calls.items()))
    return [name, len(page.items), tally.calls.total(), which, tally.read_units]


if __name__ == "__main__":
    main()
