"""The guide's code does what the guide says, with nothing but the standard library."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
GUIDE: Final = ROOT / "docs" / "library.md"
DOMAIN: Final = ROOT / "layers" / "domain" / "python"
END_OF_BLOCK: Final = "-- end of block --"
BLOCKS: Final = re.compile(
    r"^```python\n(.*?)^```\n\n^```text\n(.*?)^```$", re.DOTALL | re.MULTILINE
)
RUNNER: Final = """
import sys
sys.path.insert(0, sys.argv[1])
names = {"__name__": "guide"}
for block in sys.stdin.read().split(sys.argv[2]):
    exec(compile(block, "guide", "exec"), names)
    print(sys.argv[2])
"""


def _blocks() -> list[tuple[str, str]]:
    return BLOCKS.findall(GUIDE.read_text())


@pytest.fixture(scope="module")
def printed() -> list[str]:
    """What each block prints, in an interpreter that knows no installed package."""
    run = subprocess.run(
        [sys.executable, "-S", "-I", "-c", RUNNER, str(DOMAIN), END_OF_BLOCK],
        input=END_OF_BLOCK.join(code for code, _ in _blocks()),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.split(END_OF_BLOCK + "\n")[:-1]


def test_every_block_of_code_says_what_it_prints() -> None:
    assert len(_blocks()) == GUIDE.read_text().count("```python")


@pytest.mark.parametrize("number", range(len(_blocks())))
def test_the_guide_prints_what_it_says(number: int, printed: list[str]) -> None:
    assert printed[number] == _blocks()[number][1]


def test_a_subscription_is_billed_in_ten_lines() -> None:
    code = _blocks()[0][0]
    statements = code.split("\n\n")[-1].rstrip().splitlines()
    assert len(statements) == 10
