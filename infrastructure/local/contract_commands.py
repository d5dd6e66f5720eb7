"""`umlauf import` and `umlauf preview`: contracts from elsewhere, and the bills that lie ahead.

    umlauf import contracts.csv --shadow --until 2027-01-31
    umlauf import contracts.csv
    umlauf preview sub_abc --until 2027-01-31

The operator API judges the rows; each is answered for itself. A shadow run stores nothing.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local.contract_file import BadContractFile, in_batches, read_contracts
from local.running_platform import NotRunning
from umlauf.kernel.money import Money

_IMPORT: Final = "/v1/operator/imports/subscriptions"
_SHADOW: Final = f"{_IMPORT}/shadow-run"

Json = Any


class Staff(Protocol):
    """What the commands need of the running platform."""

    def as_staff(self, path: str, **query: Any) -> Json: ...

    def send_as_staff(self, path: str, body: Mapping[str, Any]) -> Json: ...


def add_contract_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Make `import` and `preview` commands."""
    taking = commands.add_parser("import", help="take contracts over from a CSV or JSON file")
    taking.add_argument("file", type=Path, help="rows as docs/openapi.json has RunningContractIn")
    taking.add_argument("--shadow", action="store_true", help="only show what would be billed")
    taking.add_argument("--until", help="the last day that is shown (with --shadow)")
    taking.set_defaults(run=_import, show=_show_import)
    looking = commands.add_parser("preview", help="the bills of a subscription that lie ahead")
    looking.add_argument("id", help="the subscription")
    looking.add_argument("--until", help="the last day that is shown; else two periods")
    looking.set_defaults(run=_preview, show=_show_preview)


def import_contracts(platform: Staff, file: Path, *, until: str | None = None) -> Json:
    """What became of each row; with `until` only what would. Raises NotRunning."""
    try:
        rows = read_contracts(file)
    except BadContractFile as error:
        raise NotRunning(str(error)) from None
    found: list[Json] = []
    totals: dict[str, Json] = {}
    for batch in in_batches(rows):
        if until is None:
            answer = platform.send_as_staff(_IMPORT, {"rows": batch})
        else:
            answer = platform.send_as_staff(_SHADOW, {"rows": batch, "until": until})
        found.extend(answer["rows"])
        _add(totals, answer.get("totals", ()))
    return {"rows": found, "totals": [totals[currency] for currency in sorted(totals)]}


def _import(platform: Staff, options: argparse.Namespace) -> Json:
    if options.shadow and options.until is None:
        raise NotRunning("say through which day: umlauf import FILE --shadow --until 2027-01-31")
    if options.until is not None and not options.shadow:
        raise NotRunning("--until goes with --shadow: an import bills nothing by itself")
    return import_contracts(platform, options.file, until=options.until)


def _preview(platform: Staff, options: argparse.Namespace) -> Json:
    query = {} if options.until is None else {"until": options.until}
    return platform.as_staff(f"/v1/operator/subscriptions/{options.id}/schedule", **query)


def _add(totals: dict[str, Json], more: Iterable[Json]) -> None:
    for total in more:
        currency = total["gross"]["currency"]
        if currency not in totals:
            totals[currency] = total
            continue
        known = totals[currency]
        sums = {name: _sum(known[name], total[name]) for name in ("net", "tax", "gross")}
        totals[currency] = {"documents": known["documents"] + total["documents"], **sums}


def _sum(one: Json, other: Json) -> Json:
    return {**one, "amount_minor": one["amount_minor"] + other["amount_minor"]}


def _show_import(data: Json, console: Console, options: argparse.Namespace) -> None:
    table = Table("contract", "outcome", "bills", "first", "total", "why not", header_style="bold")
    for row in data["rows"]:
        table.add_row(*(escape(cell) for cell in _cells(row)))
    console.print(table)
    for total in data["totals"]:
        amounts = ", ".join(f"{name} {_money(total[name])}" for name in ("net", "tax", "gross"))
        console.print(f"{total['documents']} documents: {amounts}")
    counted = Counter(row["outcome"] for row in data["rows"])
    what = "would be" if options.shadow else "are"
    console.print(f"{what}: " + ", ".join(f"{counted[each]} {each}" for each in sorted(counted)))


def _cells(row: Json) -> Iterator[str]:
    bills, problem = row.get("bills", ()), row["problem"]
    yield row["external_id"]
    yield row["outcome"].replace("_", " ")
    yield str(len(bills)) if bills else ""
    yield bills[0]["bills_on"] if bills else ""
    yield _money(_gross(bills)) if bills else ""
    yield f"{problem['field'] or ''}: {problem['detail']}" if problem else ""


def _gross(bills: Iterable[Json]) -> Json:
    amounts = [document["gross"] for bill in bills for document in bill["documents"]]
    total = amounts[0]
    for amount in amounts[1:]:
        total = _sum(total, amount)
    return total


def _show_preview(data: Json, console: Console, _: argparse.Namespace) -> None:
    table = Table("bill", "what", "from", "to", "for", "amount", header_style="bold")
    for bill in data["bills"]:
        for document in bill["documents"]:
            for line in document["lines"]:
                day, name = bill["bills_on"], escape(line["name"])
                start, end = line["service_start"], line["service_end"]
                table.add_row(day, name, start, end, line["quantity"], _money(line["amount"]))
            gross = f"[bold]{_money(document['gross'])}[/bold]"
            table.add_row("", f"[bold]{document['kind']}[/bold]", "", "", "", gross)
    console.print(table)
    console.print(f"due now: {_money(data['now_due'])}")


def _money(amount: Json) -> str:
    return str(Money(amount["amount_minor"], amount["currency"]))
