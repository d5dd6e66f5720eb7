"""Print what starting each function costs beside an empty handler, measured in the same run."""

from tests.architecture.template import read_template
from tests.architecture.tree import ROOT
from tests.benchmarks.output import Table, arguments, tell
from tests.functions.cold_start import Function, Start, functions, start

REPEATS = 5
COLUMNS = ("function", "modules", "CPU ms", "above an empty handler")
TEXT = f"CPU time to import the handler, least of {REPEATS} starts, byte code present."


def least(function: Function | None) -> Start:
    """The cheapest of some starts: whatever else the machine does only adds to the others."""
    return min((start(function) for _ in range(REPEATS)), key=lambda measured: measured.cpu_ms)


def main() -> None:
    options = arguments(__doc__)
    empty = least(None)
    rows: list[tuple[str | int | float, ...]] = [
        ("(empty handler)", len(empty.modules), empty.cpu_ms, 0)
    ]
    for function in functions(read_template(ROOT / "template.yaml")):
        measured = least(function)
        name = function.folder.removeprefix("functions/")
        above = measured.cpu_ms - empty.cpu_ms
        rows.append((name, len(measured.modules), measured.cpu_ms, above))
    tell([Table("Cold start", TEXT, COLUMNS, rows)], options.json)


if __name__ == "__main__":
    main()
