"""The domain runs on Python alone: no package, no clock, no environment, no randomness."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import DOMAIN, name, python_files

# What of the standard library computes without reaching outside. Extend it only with such modules.
PURE_MODULES = {
    *("abc", "base64", "bisect", "calendar", "collections", "contextlib", "dataclasses"),
    *("datetime", "decimal", "enum", "fractions", "functools", "hashlib", "heapq", "hmac"),
    *("itertools", "json", "math", "operator", "re", "statistics", "string", "types", "typing"),
    *("unicodedata", "zlib", "zoneinfo", "__future__"),
}
# Calls that read the clock or roll dice although their module is pure.
BANNED_CALLS = {"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp", "uuid1", "uuid4"}
PURE_NAMESAKES = {("datetime", "fromtimestamp")}  # pure when given a zone; DTZ006 sees to that


def domain_files() -> list[Path]:
    return [path for path in python_files() if path.is_relative_to(DOMAIN)]


def imported_modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_domain_imports_only_itself_and_pure_modules() -> None:
    reaching = [
        f"{name(path)}: {module}"
        for path in domain_files()
        for module in imported_modules(ast.parse(path.read_text()))
        if module.split(".")[0] not in PURE_MODULES | {"umlauf"}
    ]
    assert reaching == []


def test_the_domain_never_asks_what_time_it_is() -> None:
    asking = [
        f"{name(path)}:{node.lineno}: {ast.unparse(node.func)}"
        for path in domain_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in BANNED_CALLS
        and (ast.unparse(node.func.value), node.func.attr) not in PURE_NAMESAKES
    ]
    assert asking == []


IMPORT_EVERYTHING = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
import umlauf
found = [module.name for module in pkgutil.walk_packages(umlauf.__path__, "umlauf.")]
for module in found:
    importlib.import_module(module)
print(len(found))
"""


def test_the_domain_runs_on_a_python_without_any_package() -> None:
    # -S: no site-packages; -I: no environment variables, no working folder.
    ran = subprocess.run(
        [sys.executable, "-S", "-I", "-B", "-c", IMPORT_EVERYTHING, str(DOMAIN.parent)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) >= len(domain_files()) - 1  # all of them but umlauf itself
