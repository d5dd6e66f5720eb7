"""`umlauf import` and `umlauf preview`: contracts from elsewhere, and the bills that lie ahead.

    umlauf import contracts.csv --shadow --until 2027-01-31
    umlauf import contracts.csv
    umlauf preview sub_abc --until 2027-01-31

The operator API judges the rows; each is answered for itself, by the line of the file. A shadow run
stores nothing.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local.contract_file import (
    MOST_ROWS_AT_ONCE,
    BadContractFile,
    FileRow,
    in_batches,
    read_contracts,
)
from local.running_platform import NotRunning, Refused
from umlauf.kernel.money import Money

_IMPORT: Final = "/v1/operator/imports/subscriptions"
_SHADOW: Final = f"{_IMPORT}/shadow-run"

_REFUSED: Final = "refused"
_NOTHING_BEFORE: Final = (
    "before billed_through: use and arrears are not charged here, an end gives nothing back here; "
    "both are the other system's"
)
_OUTCOMES: Final[Mapping[bool, Mapping[str, str]]] = {
    False: {"imported": "imported", "already_there": "already imported", _REFUSED: _REFUSED},
    True: {
        "imported": "would be imported",
        "already_there": "already imported",
        _REFUSED: "would be refused",
    },
}
"""What to say of an import, and of one that is only tried."""

Json = Any


def _nobody(_: str) -> None:
    """Hear nothing."""


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
    taking.set_defaults(run=_import, show=_show_import, code=_import_code)
    looking = commands.add_parser("preview", help="the bills of a subscription that lie ahead")
    looking.add_argument("id", help="the subscription")
    looking.add_argument("--until", help="the last day that is shown; else two periods")
    looking.set_defaults(run=_preview, show=_show_preview)


def import_contracts(
    platform: Staff, file: Path, *, until: str | None = None, tell: Callable[[str], None] = _nobody
) -> Json:
    """What became of each row; with `until` only what would. Raises NotRunning.

    `tell` hears how far it is, when a file takes more than one request.
    """
    try:
        rows = read_contracts(file)
    except BadContractFile as error:
        raise NotRunning(str(error)) from None
    found = [_unreadable(row) for row in rows if row.bad is not None]
    totals: dict[str, Json] = {}
    readable = [row for row in rows if row.bad is None]
    sent = 0
    for batch in in_batches(readable):
        try:
            answer = _sent(platform, [row.row for row in batch], until)
        except NotRunning as error:
            raise _broken_off(error, f"after {sent} of {len(readable)} rows") from None
        found.extend(
            {**told, "row": row.place} for told, row in zip(answer["rows"], batch, strict=True)
        )
        _add(totals, answer.get("totals", ()))
        sent += len(batch)
        if len(readable) > MOST_ROWS_AT_ONCE:
            tell(f"{sent} of {len(readable)} rows")
    found.sort(key=lambda told: told["row"])
    return {"rows": found, "totals": [totals[currency] for currency in sorted(totals)]}


def _broken_off(error: NotRunning, where: str) -> NotRunning:
    said = f"{where}: {error}; send the file again, what is imported stays as it is"
    return Refused(said, error.problem) if isinstance(error, Refused) else NotRunning(said)


def _sent(platform: Staff, rows: Sequence[Json], until: str | None) -> Json:
    if until is None:
        return platform.send_as_staff(_IMPORT, {"rows": rows})
    return platform.send_as_staff(_SHADOW, {"rows": rows, "until": until})


def _unreadable(row: FileRow) -> Json:
    problem = {"code": "file.unreadable_row", "field": row.bad_field, "detail": row.bad}
    name = row.row.get("external_id", "")
    told = {"row": row.place, "external_id": name, "outcome": _REFUSED, "problem": problem}
    return {**told, "notes": [], "bills": []}


def _import(platform: Staff, options: argparse.Namespace) -> Json:
    if options.shadow and options.until is None:
        raise NotRunning("say through which day: umlauf import FILE --shadow --until 2027-01-31")
    if options.until is not None and not options.shadow:
        raise NotRunning("--until goes with --shadow: an import bills nothing by itself")
    console = Console(stderr=True)
    return import_contracts(platform, options.file, until=options.until, tell=console.print)


def _import_code(data: Json) -> int:
    return 1 if any(row["outcome"] == _REFUSED for row in data["rows"]) else 0


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
    if options.shadow:
        _show_bills(data["rows"], console)
    outcomes = _OUTCOMES[options.shadow]
    _show_rows(data["rows"], console, outcomes)
    console.print(_NOTHING_BEFORE)
    for total in data["totals"]:
        amounts = ", ".join(f"{name} {_money(total[name])}" for name in ("net", "tax", "gross"))
        what = "document" if total["documents"] == 1 else "documents"
        console.print(f"{total['documents']} {what}: {amounts}")
    counted = Counter(outcomes[row["outcome"]] for row in data["rows"])
    console.print(", ".join(f"{counted[each]} {each}" for each in sorted(counted)))


def _show_bills(rows: Iterable[Json], console: Console) -> None:
    """What would be billed when, document by document."""
    table = Table("row", "contract", "bill", "document", "for", "amount", header_style="bold")
    for row in rows:
        for bill in row.get("bills", ()):
            for document in bill["documents"]:
                names = ", ".join(dict.fromkeys(line["name"] for line in document["lines"]))
                table.add_row(
                    str(row["row"]),
                    escape(row["external_id"]),
                    bill["bills_on"],
                    document["kind"].replace("_", " "),
                    escape(names),
                    _money(document["gross"]),
                )
    if table.row_count:
        console.print(table)


def _show_rows(rows: Iterable[Json], console: Console, outcomes: Mapping[str, str]) -> None:
    """What became of each row; where bills are shown, each row's total."""
    table = Table("row", "contract", "outcome", "total", "why not", header_style="bold")
    for row in rows:
        problem, bills = row["problem"], row.get("bills", ())
        total = _money(_gross(bills)) if bills else ""
        what = outcomes[row["outcome"]]
        table.add_row(
            str(row["row"]), escape(row["external_id"]), what, total, escape(_told(problem))
        )
    console.print(table)


def _told(problem: Json) -> str:
    if not problem:
        return ""
    field = f"{problem['field']}: " if problem["field"] else ""
    return f"{field}{problem['detail']}"


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
