"""A function may read the tables its code reaches, and no other: policies follow the imports.

The local cloud refuses what a policy lacks; nothing else would notice what it has too much.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.architecture.template import Template, as_list, read_template, referenced
from tests.architecture.tree import IMPORT_ROOTS, ROOT

KERNEL_TABLES: Final = {"ClaimsTable", "EventsTable"}
TABLE: Final = re.compile(r'context_table\(\s*"(\w+)"')
FUNCTIONS: Final = sorted(path.parent for path in ROOT.glob("functions/*/app.py"))


@pytest.fixture(scope="module")
def template() -> Template:
    return read_template(ROOT / "template.yaml")


def _imported(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _source_of(module: str, function: Path) -> Path | None:
    for root in (function, *IMPORT_ROOTS):
        place = root.joinpath(*module.split("."))
        for candidate in (place.with_suffix(".py"), place / "__init__.py"):
            if candidate.is_file():
                return candidate
    return None


def _reached(function: Path) -> set[str]:
    """The tables of all layouts that the function's modules import, directly or not."""
    seen: set[Path] = set()
    waiting = list(function.glob("*.py"))
    while waiting:
        source = waiting.pop()
        if source in seen:
            continue
        seen.add(source)
        found = (_source_of(module, function) for module in _imported(source))
        waiting.extend(path for path in found if path is not None and path not in seen)
    names = {name for source in seen for name in TABLE.findall(source.read_text())}
    return {f"{name.title()}Table" for name in names}


def _granted(function: Path, action: str, template: Template) -> set[str]:
    """The tables on which the function may do `action`."""
    [properties] = [
        resource["Properties"]
        for _, resource in template.written_resources("AWS::Serverless::Function")
        if resource["Properties"]["CodeUri"] == f"functions/{function.name}"
    ]
    statements: list[Any] = [
        statement for policy in properties["Policies"] for statement in policy["Statement"]
    ]
    resources = [
        one["Resource"] for one in statements if f"dynamodb:{action}" in as_list(one["Action"])
    ]
    return {name for name in referenced(resources) if name.endswith("Table")}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda path: path.name)
def test_a_function_reads_the_tables_it_reaches_and_no_other(
    function: Path, template: Template
) -> None:
    assert _granted(function, "GetItem", template) - KERNEL_TABLES == _reached(function)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda path: path.name)
def test_a_function_writes_no_table_it_does_not_read(function: Path, template: Template) -> None:
    assert _granted(function, "PutItem", template) <= _reached(function) | KERNEL_TABLES


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda path: path.name)
def test_only_who_reads_many_at_once_may(function: Path, template: Template) -> None:
    sources = "".join(path.read_text() for path in function.glob("*.py"))
    # Whoever credits, or shows what would be credited, reads every charge of an invoice at once;
    # whoever lists invoices, what is owed on them.
    at_once = r"\.(find|get)_many\(|\b(Credit|Billing)Desk\(|InvoiceRegister\("
    reads_many = re.search(at_once, sources) is not None
    assert bool(_granted(function, "BatchGetItem", template)) == reads_many


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda path: path.name)
def test_who_lists_by_entries_may_read_what_they_name(function: Path, template: Template) -> None:
    sources = "".join(path.read_text() for path in function.glob("*.py"))
    for register, table in (
        ("InvoiceRegister(", "BillingTable"),
        ("SubscriptionRegister(", "SubscriptionsTable"),
    ):
        assert register not in sources or table in _granted(function, "BatchGetItem", template)
