"""Print what the demo month takes as a whole: BENCH_BIKES bikes (60), in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.architecture.tree import ROOT
from tests.benchmarks.output import Cell, Table, arguments, tell

DEFAULT_BIKES = 60
KIB_PER_MIB = 1024
COLUMNS = ("bikes", "rides", "invoices", "wall s", "CPU s", "memory MiB", "rides a wall s")
TEXT = """\
`python -m demo play`: the platform from start to end, three months of its time, every invariant
checked at last. Rides come in by the hour, so a second of it holds far more than readings."""


def main() -> None:
    options = arguments(__doc__)
    bikes = int(os.environ.get("BENCH_BIKES", str(DEFAULT_BIKES)))
    tell([Table("Demo month", TEXT, COLUMNS, [measure(bikes)])], options.json)


def measure(bikes: int) -> list[Cell]:
    """Play the month. Raises AssertionError if it does not hold together."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "demo", "play", "--bikes", str(bikes), "--json", str(file)]
        started = perf_counter()
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as demo:
            _, status, used = os.wait4(demo.pid, 0)
            demo.returncode = os.waitstatus_to_exitcode(status)
        seconds = perf_counter() - started
        if demo.returncode != 0:
            raise AssertionError(f"the demo ended with {demo.returncode}")
        figures: dict[str, Any] = json.loads(file.read_text())
    return [
        bikes,
        figures["rides"],
        figures["invoices"],
        seconds,
        used.ru_utime + used.ru_stime,
        used.ru_maxrss / KIB_PER_MIB,
        figures["rides"] / seconds,
    ]


if __name__ == "__main__":
    main()
