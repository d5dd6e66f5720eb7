"""Print how large each built layer and all functions are, and refuse layers that grew too large.

`python -m artifacts.sizes BUILD_FOLDER`, where BUILD_FOLDER is what `sam build` filled.
"""

import sys
from pathlib import Path

from artifacts.target import PYTHON_VERSION

# Lambda allows a function and its layers 250 MB unzipped; this budget keeps cold starts short.
LAYERS_LIMIT_BYTES = 60 * 1000 * 1000


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def report(build_folder: Path) -> list[str]:
    """Describe what was built, one line each; raises SystemExit when nothing was, or too much."""
    built = sorted(path for path in build_folder.iterdir() if path.is_dir())
    layers = [path for path in built if (path / "python").is_dir()]
    functions = [path for path in built if path not in layers]
    if not layers:
        raise SystemExit(f"{build_folder} holds no built layer")

    lines = [f"{layer.name:<24} {bytes_in(layer) / 1e6:7.2f} MB" for layer in layers]
    total = sum(bytes_in(layer) for layer in layers)
    lines.append(f"{'all layers':<24} {total / 1e6:7.2f} MB of {LAYERS_LIMIT_BYTES / 1e6:.0f} MB")
    code = sum(bytes_in(function) for function in functions)
    lines.append(f"{f'{len(functions)} functions':<24} {code / 1e6:7.2f} MB")
    lines.append(_byte_code(layers))
    if total > LAYERS_LIMIT_BYTES:
        raise SystemExit("\n".join([*lines, "the layers are over their limit"]))
    return lines


def _byte_code(layers: list[Path]) -> str:
    if any(next(layer.rglob("*.pyc"), None) for layer in layers):
        return f"byte code for Python {PYTHON_VERSION} is in every layer"
    return f"no byte code: python{PYTHON_VERSION} is not on PATH; cold starts will be slower"


if __name__ == "__main__":
    print("\n".join(report(Path(sys.argv[1]))))
