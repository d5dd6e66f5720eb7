"""The tree as these tests see it: which files belong to it, which packages it holds."""

import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = ROOT / "layers" / "domain" / "python" / "umlauf"
IMPORT_ROOTS = [*sorted(ROOT.glob("layers/*/python")), ROOT / "infrastructure"]


@cache
def files() -> tuple[Path, ...]:
    """Every file that is, or by a commit would be, part of the tree."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return tuple(path for path in paths if path.is_file())


def python_files(*folders: str) -> list[Path]:
    """The Python sources under `folders`, all of them when none is named."""
    roots = [ROOT / folder for folder in folders] or [ROOT]
    return [
        path
        for path in files()
        if path.suffix == ".py" and any(path.is_relative_to(root) for root in roots)
    ]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def packages(folder: Path) -> set[str]:
    """The names importable from `folder`: its packages and modules with sources in them."""
    sources = [path for path in python_files() if path.is_relative_to(folder)]
    tops = {path.relative_to(folder).parts[0] for path in sources}
    return {top.removesuffix(".py") for top in tops} - {"__init__"}


def contexts() -> list[Path]:
    """The folders of the domain's contexts; the kernel is none."""
    return [DOMAIN / context for context in sorted(packages(DOMAIN) - {"kernel"})]


@cache
def settings() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())
