"""Build one function or layer for `sam build`.

`python -m artifacts.build DESTINATION` runs in the source folder; layers/build.mk calls it for each
resource. `sam build`'s own Python builder wants the target's interpreter or Docker. This needs
neither: every wheel is fetched for the target by name, and our own code is plain source.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from artifacts.target import PLATFORM, PYTHON_VERSION, target_interpreter
from artifacts.trim import trim

NEVER_SHIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", "README.md")


def build(source: Path, destination: Path) -> None:
    """Fill `destination`: with wheels where `source` has lock files, with its code elsewhere."""
    locks = sorted(source.glob("*.txt"))
    if locks:
        site_packages = destination / "python"
        install(locks, site_packages)
        trim(site_packages)
    else:
        shutil.copytree(source, destination, ignore=NEVER_SHIPPED, dirs_exist_ok=True)
    byte_compile(destination)


def install(locks: list[Path], site_packages: Path) -> None:
    """Install for the target exactly what the lock files name, each file checked by its hash."""
    requirements = [argument for lock in locks for argument in ("-r", str(lock))]
    subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "install", "--quiet"),
            *("--python-platform", PLATFORM, "--python-version", PYTHON_VERSION),
            *("--only-binary", ":all:", "--no-deps", "--require-hashes", "--link-mode", "copy"),
            *("--target", str(site_packages), *requirements),
        ],
        check=True,
    )


def byte_compile(folder: Path) -> None:
    """Write the target's byte code beside the sources, if its interpreter is here.

    Lambda cannot write .pyc files, so without them every cold start compiles every import again.
    The mode is `unchecked-hash` because packing and unpacking change the time stamps that the
    default mode compares.
    """
    interpreter = target_interpreter()
    if interpreter is None:
        return  # `python -m artifacts.sizes` says so once, for the whole build
    subprocess.run(
        [
            *(interpreter, "-m", "compileall", "-q", "-j", "0"),
            *("--invalidation-mode", "unchecked-hash"),
            *("-s", str(folder), "-p", "/opt", str(folder)),
        ],
        check=True,
    )


if __name__ == "__main__":
    build(Path.cwd(), Path(sys.argv[1]))
