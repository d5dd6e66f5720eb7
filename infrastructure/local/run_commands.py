"""`umlauf runs`, `umlauf parked` and `umlauf retry`: what billing runs did, and could not do.

umlauf runs
umlauf runs start
umlauf runs show run_000012
umlauf parked --reason billing.vat_id_missing
umlauf retry sub_abc
umlauf retry --all-parked --reason billing.tax_rate_unknown
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Protocol

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from local.running_platform import NotRunning, Refused
from umlauf.kernel.money import Money

_RUNS: Final = "/v1/operator/billing-runs"
_PARKED: Final = f"{_RUNS}/parked"
_PAGE: Final = 100
_MAX_PAGES: Final = 100
_COUNTED: Final = ("started", "status", "due", "billed", "free", "skipped", "parked", "issued")

Json = Any


class Staff(Protocol):
    """What the commands need of the running platform."""

    def as_staff(self, path: str, **query: Any) -> Json: ...

    def send_as_staff(self, path: str, body: Mapping[str, Any]) -> Json: ...


def add_run_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make `runs`, `parked` and `retry` commands."""
    runs = commands.add_parser("runs", help="billing runs: list, show or start one")
    runs.add_argument("action", choices=["list", "show", "start"], nargs="?", default="list")
    runs.add_argument("id", nargs="?", help="the run to show")
    runs.add_argument("--limit", type=int, default=20)
    runs.set_defaults(run=_runs, show=_show_runs)
    parked = commands.add_parser("parked", help="contracts that could not be billed, and why")
    parked.add_argument("--reason", help="only those parked for this code")
    parked.set_defaults(run=_parked, show=_show_parked)
    retry = commands.add_parser("retry", help="bill parked contracts now")
    retry.add_argument("id", nargs="?", help="the subscription")
    retry.add_argument("--all-parked", action="store_true", help="every parked contract")
    retry.add_argument("--reason", help="with --all-parked: only those parked for this code")
    retry.set_defaults(run=_retry, show=_show_retried, code=_retry_code)


# --- Reading --------------------------------------------------------------------------------------


def _runs(platform: Staff, options: argparse.Namespace) -> Json:
    if options.action == "start":
        return platform.send_as_staff(_RUNS, {})
    if options.action == "show":
        if not options.id:
            raise NotRunning("say which run to show: umlauf runs show run_000001")
        return platform.as_staff(f"{_RUNS}/{options.id}")
    return platform.as_staff(_RUNS, limit=options.limit)


def _parked(platform: Staff, options: argparse.Namespace) -> Json:
    return {"items": list(_parked_contracts(platform, options.reason))}


def _parked_contracts(platform: Staff, reason: str | None) -> Iterator[Json]:
    """Every parked contract, the oldest first."""
    query: dict[str, Any] = {"limit": _PAGE}
    if reason is not None:
        query["reason_code"] = reason
    for _ in range(_MAX_PAGES):
        page = platform.as_staff(_PARKED, **query)
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        query["cursor"] = page["next_cursor"]
    raise NotRunning(f"more than {_MAX_PAGES * _PAGE} contracts are parked; choose a --reason")


def _retry(platform: Staff, options: argparse.Namespace) -> Json:
    """Each contract by itself: one that cannot be billed yet stops no other."""
    if bool(options.id) == options.all_parked:
        raise NotRunning("say which: umlauf retry sub_..., or umlauf retry --all-parked")
    if options.reason is not None and not options.all_parked:
        raise NotRunning("--reason goes with --all-parked")
    ids = [options.id]
    if options.all_parked:
        found = _parked_contracts(platform, options.reason)
        ids = [contract["subscription_id"] for contract in found]
    return {"items": [_retried(platform, each) for each in ids]}


def _retried(platform: Staff, subscription_id: str) -> Json:
    try:
        answer = platform.send_as_staff(f"{_PARKED}/{subscription_id}/retry", {})
    except Refused as refusal:
        if "code" not in refusal.problem:
            raise
        told = {name: refusal.problem.get(name) for name in ("code", "field", "detail")}
        return {"subscription_id": subscription_id, "outcome": "refused", "problem": told}
    return {**answer, "problem": None}


def _retry_code(data: Json) -> int:
    return 1 if any(one["problem"] for one in data["items"]) else 0


# --- Showing --------------------------------------------------------------------------------------


def _show_runs(data: Json, console: Console, options: argparse.Namespace) -> None:
    if options.action == "show":
        _show_run(data, console)
        return
    if options.action == "start":
        console.print(f"{data['run_id']} is {data['status']}; umlauf runs show {data['run_id']}")
        return
    if not data["items"]:
        console.print("no run had anything to do yet")
        return
    # The id is what the next command asks for: on a narrow terminal the other columns give way.
    table = Table(Column("run", no_wrap=True), *_COUNTED, header_style="bold")
    for run in data["items"]:
        report = run["report"]
        counts = _counts(report) if report else ("", "", "", "", "")
        table.add_row(run["id"], _minute(run["started_at"]), run["status"], *counts, _issued(run))
    console.print(table)


def _counts(report: Json) -> tuple[str, str, str, str, str]:
    skipped = sum(reason["contracts"] for reason in report["skipped"])
    parked = sum(reason["contracts"] for reason in report["parked"])
    counted = (report["due"], report["billed"], report["nothing_to_charge"], skipped, parked)
    due, billed, free, skipped_, parked_ = (str(count) for count in counted)
    return due, billed, free, skipped_, parked_


def _show_run(run: Json, console: Console) -> None:
    by = ", by hand" if run["is_by_hand"] else ""
    console.print(f"[bold]{run['id']}[/bold]: {run['status']}{by}")
    ended = f", finished {_minute(run['finished_at'])}" if run["finished_at"] else ""
    console.print(f"started {_minute(run['started_at'])}{ended}")
    report = run["report"]
    if report is None:
        return
    table = Table("contracts", "how many", "why", header_style="bold")
    table.add_row("due", str(report["due"]), "")
    table.add_row("billed", str(report["billed"]), "")
    table.add_row("nothing to charge", str(report["nothing_to_charge"]), "")
    for what in ("skipped", "parked"):
        for reason in report[what]:
            table.add_row(what, str(reason["contracts"]), escape(reason["code"]))
    console.print(table)
    if report["parked_before"]:
        console.print(f"{report['parked_before']} of those parked were parked before")
    console.print(f"issued: {_issued(run) or 'nothing'}")
    if run["voided_numbers"]:
        console.print(f"voided numbers: {', '.join(run['voided_numbers'])}")


def _show_parked(data: Json, console: Console, _: argparse.Namespace) -> None:
    if not data["items"]:
        console.print("no contract is parked")
        return
    contract = Column("contract", no_wrap=True)
    table = Table(contract, "reason", "since", "tries", "tried", "why", header_style="bold")
    for one in data["items"]:
        again = "daily" if one["is_stuck"] else "each run"
        since = _minute(one["first_parked_at"])
        table.add_row(
            one["subscription_id"],
            escape(one["reason_code"]),
            since,
            str(one["attempts"]),
            again,
            escape(one["message"]),
        )
    console.print(table)
    console.print(f"parked: {_counted(one['reason_code'] for one in data['items'])}")


def _show_retried(data: Json, console: Console, _: argparse.Namespace) -> None:
    if not data["items"]:
        console.print("no contract is parked")
        return
    contract = Column("contract", no_wrap=True)
    table = Table(contract, "outcome", "documents", "why not", header_style="bold")
    for one in data["items"]:
        problem = one["problem"]
        table.add_row(
            one["subscription_id"],
            one["outcome"].replace("_", " "),
            ", ".join(one.get("documents", ())),
            escape(problem["detail"] or problem["code"]) if problem else "",
        )
    console.print(table)
    outcomes = (one["outcome"].replace("_", " ") for one in data["items"])
    console.print(f"retried: {_counted(outcomes)}")
    if any(one.get("is_due_again") for one in data["items"]):
        console.print("further periods lie behind; the next run bills them")


def _issued(run: Json) -> str:
    return "; ".join(
        f"{one['count']} {_kind(one)}: {_amounts(one['gross'])}" for one in run["documents"]
    )


def _kind(issued: Json) -> str:
    kind = str(issued["kind"]).replace("_", " ")
    return kind if issued["count"] == 1 else f"{kind}s"


def _amounts(amounts: Iterable[Json]) -> str:
    return ", ".join(str(Money(one["amount_minor"], one["currency"])) for one in amounts)


def _counted(names: Iterable[str]) -> str:
    counts = Counter(names)
    return ", ".join(f"{counts[name]} {name}" for name in sorted(counts))


def _minute(instant: str) -> str:
    """`2026-10-01T09:05:12Z` as people read it."""
    return instant[:16].replace("T", " ")
