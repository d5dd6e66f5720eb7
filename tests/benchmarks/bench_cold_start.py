"""Print what starting each function costs beside an empty handler, measured in the same run."""

from tests.architecture.template import read_template
from tests.architecture.tree import ROOT
from tests.functions.cold_start import Function, Start, functions, start

REPEATS = 5


def least(function: Function | None) -> Start:
    """The cheapest of some starts: whatever else the machine does only adds to the others."""
    return min((start(function) for _ in range(REPEATS)), key=lambda measured: measured.cpu_ms)


def main() -> None:
    empty = least(None)
    print("## Cold start")
    print(f"\nCPU time to import the handler, least of {REPEATS} starts, byte code present.\n")
    print("| function | modules | CPU ms | above an empty handler |")
    print("|---|---:|---:|---:|")
    print(f"| (empty handler) | {len(empty.modules)} | {empty.cpu_ms:.0f} | |")
    for function in functions(read_template(ROOT / "template.yaml")):
        measured = least(function)
        name = function.folder.removeprefix("functions/")
        above = measured.cpu_ms - empty.cpu_ms
        print(f"| {name} | {len(measured.modules)} | {measured.cpu_ms:.0f} | {above:.0f} |")


if __name__ == "__main__":
    main()
