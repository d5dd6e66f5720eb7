"""The machine the code is built for, which is not the machine it is built on."""

import subprocess

# The template's Runtime and Architectures; tests/architecture compares them.
PYTHON_VERSION = "3.13"
PLATFORM = "aarch64-manylinux_2_28"


def target_interpreter() -> str | None:
    """Name an interpreter of the target's version, whose byte code Lambda can use, or None."""
    name = f"python{PYTHON_VERSION}"
    try:
        # A name on PATH proves nothing: a version manager's shim may answer that it has none.
        answer = subprocess.run([name, "-c", ""], capture_output=True, timeout=30, check=False)
    except FileNotFoundError:
        return None
    return name if answer.returncode == 0 else None
