"""`umlauf catalog`: publish the catalog file, see before what that would change, write it out.

    umlauf catalog apply catalog/plans.yaml --dry-run
    umlauf catalog export on-sale.yaml

The file is judged by the operator API. A refusal names the field by its path; here that becomes a
file and a line.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import yaml
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local.reviewed_yaml import BadYaml, read_reviewed
from local.running_platform import NotRunning, Refused

_PATH: Final = "/v1/operator/catalog"
_NOTHING: Final = "nothing"
_TOLD: Final = {
    "new": "new",
    "changed": "new version",
    "unchanged": "unchanged",
    "left_out": "not in the file, stays on sale",
}

Json = Any


class Staff(Protocol):
    """What the command needs of the running platform."""

    def as_staff(self, path: str, **query: Any) -> Json: ...

    def send_as_staff(self, path: str, body: Mapping[str, Any]) -> Json: ...


def add_catalog_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make `catalog` a command."""
    catalog = commands.add_parser("catalog", help="publish the catalog file, or write it out")
    catalog.add_argument("action", choices=["apply", "export"])
    catalog.add_argument("file", nargs="?", type=Path, help="the catalog as YAML")
    catalog.add_argument("--dry-run", action="store_true", help="only show what would change")
    catalog.set_defaults(run=_run, show=_show)


def _run(platform: Staff, options: argparse.Namespace) -> Json:
    if options.action == "apply":
        return apply_catalog(platform, options.file, dry_run=options.dry_run)
    catalog = {name: section for name, section in platform.as_staff(_PATH).items() if section}
    if options.file is not None:
        options.file.write_text(as_yaml(catalog), encoding="utf-8")
    return catalog


def apply_catalog(platform: Staff, file: Path | None, *, dry_run: bool) -> Json:
    """The review of what is published. Raises NotRunning with file and line of what is wrong."""
    if file is None:
        raise NotRunning("say which file to apply: umlauf catalog apply catalog/plans.yaml")
    try:
        reviewed = read_reviewed(file)
    except BadYaml as error:
        raise NotRunning(str(error)) from None
    if not isinstance(reviewed.content, Mapping):
        raise NotRunning(f"{file}:1: must be a mapping with plans")
    try:
        return platform.send_as_staff(_PATH, {**reviewed.content, "dry_run": dry_run})
    except Refused as refusal:
        places = [f"{reviewed.place(path)}: {said}" for path, said in _complaints(refusal.problem)]
        if not places:
            raise
        raise Refused("\n".join(places), refusal.problem) from None


def as_yaml(catalog: Mapping[str, Any]) -> str:
    """The catalog as a file that `apply` reads back."""
    return yaml.safe_dump(dict(catalog), sort_keys=False, allow_unicode=True, width=100)


def _complaints(problem: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each refused path of the document with what is wrong there."""
    if problem.get("field"):
        yield str(problem["field"]), str(problem["detail"])
    for error in problem.get("errors") or ():
        yield str(error["field"]), f"{error['field']}: {error['message']}"


def _show(data: Json, console: Console, options: argparse.Namespace) -> None:
    if options.action == "apply":
        _show_review(data, console)
    elif options.file is None:
        print(as_yaml(data), end="")
    else:
        console.print(f"{len(data['plans'])} plans written to {options.file}")


def _show_review(review: Json, console: Console) -> None:
    table = Table("what", "id", "version", header_style="bold")
    table.add_column("change", overflow="fold")
    for entry in review["items"]:
        cells = (entry["kind"], entry["id"], str(entry["version"]), _TOLD[entry["change"]])
        table.add_row(*map(escape, cells))
        for difference in entry["differences"]:
            table.add_row("", "", "", escape(_told(difference)))
    console.print(table)
    console.print(_summary(review))


def _told(difference: Mapping[str, Any]) -> str:
    before, after = (difference[side] for side in ("before", "after"))
    return f"{difference['path']}: {before or _NOTHING} → {after or _NOTHING}"


def _summary(review: Json) -> str:
    changes = Counter(entry["change"] for entry in review["items"])
    counted = ", ".join(f"{changes[change]} {told}" for change, told in _TOLD.items())
    if review["is_published"]:
        return f"published: {counted}"
    return f"would be published: {counted}; nothing is stored"
