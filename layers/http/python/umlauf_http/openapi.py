"""The command `python -m umlauf_http.openapi`: writes what is generated from the routes.

docs/openapi.json (for readers), functions/public_api/openapi.json (the same, served at
/v1/openapi.json) and the API body in template.yaml. With `--check` it writes nothing and fails if
any of them differs from the code.
"""

import argparse
import importlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from umlauf_http.application import Application
from umlauf_http.gateway_body import gateway_properties, replace_block
from umlauf_http.openapi_document import describe

ROOT: Final = Path(__file__).resolve().parents[4]

FUNCTIONS: Final = {
    "public_api": "PublicApi",
    "customer_api": "CustomerApi",
    "operator_api": "OperatorApi",
}
"""The API functions' folders, with their logical ids in template.yaml."""

# Adapters name their tables when they are imported. Nothing is called, so any name will do.
_ENVIRONMENT: Final = {
    "TABLE_PREFIX": "umlauf",
    "STAGE": "dev",
    "AWS_DEFAULT_REGION": "eu-central-1",
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m umlauf_http.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare, and fail on drift")
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository")
    options = parser.parse_args(arguments)
    drifted = False
    for path, text in generated(options.root).items():
        if path.exists() and path.read_text() == text:
            continue
        drifted = True
        name = path.relative_to(options.root)
        if options.check:
            sys.stderr.write(f"{name} differs from the routes; run `make openapi`\n")
        else:
            path.write_text(text)
            sys.stdout.write(f"wrote {name}\n")
    return 1 if drifted and options.check else 0


def generated(root: Path) -> dict[Path, str]:
    """Every generated file with the text it should have."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    apps = {folder: load_application(root / "functions" / folder) for folder in FUNCTIONS}
    document = describe([operation for app in apps.values() for operation in app.operations])
    properties = gateway_properties(
        {FUNCTIONS[folder]: app.operations for folder, app in apps.items()}
    )
    template = root / "template.yaml"
    return {
        root / "docs" / "openapi.json": json.dumps(document, indent=2, ensure_ascii=False) + "\n",
        root / "functions" / "public_api" / "openapi.json": json.dumps(
            document, separators=(",", ":"), ensure_ascii=False
        ),
        template: replace_block(template.read_text(), properties),
    }


def load_application(folder: Path) -> Application:
    """Import a function as Lambda does: its folder is the code root, so its modules are top-level.

    Nothing of it stays importable, so that the next function may have modules of the same names.
    """
    with _alone_on_the_path(folder):
        found = importlib.import_module("app").app
    if not isinstance(found, Application):
        raise TypeError(f"{folder.name}/app.py has no Application called app")
    return found


@contextmanager
def _alone_on_the_path(folder: Path) -> Iterator[None]:
    names = {path.stem for path in folder.glob("*.py")}
    hidden = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(hidden)


if __name__ == "__main__":
    sys.exit(main())
