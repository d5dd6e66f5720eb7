"""`umlauf`: talk to the running platform. Tables for people, `--json` for machines.

Reads the clock, events and invariants from the local control API, and customers, subscriptions and
invoices from the operator API, signed in as the staff member whose login the platform wrote down
when it started.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from local.catalog_command import add_catalog_command
from local.contract_commands import add_contract_commands
from local.run_commands import add_run_commands
from local.running_platform import NotRunning, Platform, Refused
from umlauf.kernel.money import Money

DEFAULT_HTTP_PORT: Final = 8080
_FOLLOW_SECONDS: Final = 1.0
_REFUSED: Final = 1
_NOT_DONE: Final = 2
_MARGINS: Final = 3
"""What a column of a table needs besides its text."""

Json = Any


def _status(platform: Platform, _: argparse.Namespace) -> Json:
    return platform.get("/_umlauf/status")


def _clock(platform: Platform, options: argparse.Namespace) -> Json:
    if options.action == "advance":
        return platform.post("/_umlauf/clock/advance", {"duration": options.value})
    if options.action == "set":
        return platform.post("/_umlauf/clock/set", {"to": options.value})
    return platform.get("/_umlauf/clock")


def _invariants(platform: Platform, _: argparse.Namespace) -> Json:
    return platform.get("/_umlauf/invariants")


def _things(kind: str, filters: tuple[str, ...]) -> Callable[[Platform, argparse.Namespace], Json]:
    """Show one by its id, or list those that the options leave."""

    def read(platform: Platform, options: argparse.Namespace) -> Json:
        if options.id:
            return platform.as_staff(f"/v1/operator/{kind}/{options.id}")
        if options.action == "show":
            raise NotRunning(f"say which of the {kind} to show, by its id")
        said = {name: vars(options)[name] for name in filters}
        query = {name: value for name, value in said.items() if value is not None}
        return platform.as_staff(f"/v1/operator/{kind}", limit=options.limit, **query)

    return read


def _events(platform: Platform, options: argparse.Namespace) -> Iterator[Json]:
    """Events page by page; with --follow until interrupted."""
    cursor = options.after
    while True:
        page = platform.get("/_umlauf/events", after=cursor, limit=options.limit)
        yield from page["items"]
        cursor = page["next_cursor"] or cursor
        if not page["items"]:
            if not options.follow:
                return
            time.sleep(_FOLLOW_SECONDS)  # noqa: TID251 - a person is watching


def show(data: Json, console: Console) -> None:
    """Lists as tables, objects as two columns, lists in objects below them."""
    if isinstance(data, Mapping) and isinstance(data.get("items"), list):
        data = data["items"]
    if isinstance(data, list):
        _show_list(data, console)
    elif isinstance(data, Mapping):
        below = {key: value for key, value in data.items() if _is_list_of_things(value)}
        _show_thing({key: value for key, value in data.items() if key not in below}, console)
        for key, things in below.items():
            console.print(f"\n[bold]{key}[/bold]")
            _show_list(things, console)
    else:
        console.print(_text(data))


def _show_thing(thing: Mapping[str, Json], console: Console) -> None:
    table = Table(show_header=False, box=None, pad_edge=False)
    for key, value in thing.items():
        table.add_row(f"[bold]{key}[/bold]", _text(value))
    console.print(table)


def _show_list(things: list[Json], console: Console) -> None:
    """A table; where the terminal is too narrow for one, thing by thing."""
    if not things:
        console.print("nothing there")
        return
    columns = [key for key, value in things[0].items() if not isinstance(value, list)]
    rows = [[_text(thing.get(column)) for column in columns] for thing in things]
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    if sum(widths) + _MARGINS * len(columns) + 1 > console.width:
        for thing in things:
            _show_thing(thing, console)
            console.print()
        return
    table = Table(*columns, header_style="bold")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _is_list_of_things(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _text(value: Json) -> str:
    match value:
        case None:
            return ""
        case {"amount_minor": int(minor), "currency": str(currency)}:
            return str(Money(minor, currency))
        case dict():
            return ", ".join(f"{key} {_text(one)}" for key, one in value.items() if one is not None)
        case list():
            return "; ".join(_text(one) for one in value)
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _show_event(event: Json, console: Console) -> None:
    console.print(
        f"[dim]{event['occurred_at']}[/dim] [bold]{event['type']}[/bold] {event['aggregate']} "
        f"{json.dumps(event['data'], ensure_ascii=False)}",
        soft_wrap=True,
    )


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="umlauf", description="Talk to the running platform.")
    port = os.environ.get("UMLAUF_HTTP_PORT", str(DEFAULT_HTTP_PORT))
    top.add_argument("--url", default=f"http://127.0.0.1:{port}", help="where the platform answers")
    top.add_argument("--json", action="store_true", help="print JSON instead of tables")
    commands = top.add_subparsers(dest="command", required=True)
    _add_platform_commands(commands)
    for kind in ("customers", "subscriptions", "invoices"):
        _add_things(commands, kind)
    add_catalog_command(commands)
    add_contract_commands(commands)
    add_run_commands(commands)
    for command in commands.choices.values():
        command.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    return top


def _add_platform_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    commands.add_parser("status", help="what runs, and where").set_defaults(run=_status)
    clock = commands.add_parser("clock", help="show or move the clock")
    clock.add_argument("action", choices=["show", "advance", "set"])
    clock.add_argument("value", nargs="?", help="a duration such as 30d, or an instant")
    clock.set_defaults(run=_clock)
    events = commands.add_parser("events", help="what happened, in order")
    events.add_argument("--follow", action="store_true", help="go on until Ctrl-C")
    events.add_argument("--after", default="", help="start behind this cursor")
    events.add_argument("--limit", type=int, default=100)
    events.set_defaults(run=_events)
    invariants = commands.add_parser("invariants", help="what must always hold")
    invariants.set_defaults(run=_invariants, code=lambda data: 0 if data.get("hold") else 1)


def _add_things(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", kind: str) -> None:
    things = commands.add_parser(kind, help=f"{kind}: show one, or list them")
    things.add_argument("action", choices=["show", "list"])
    things.add_argument("id", nargs="?")
    things.add_argument("--limit", type=int, default=50)
    if kind == "customers":
        things.add_argument("--country", default="DE", help="where they live (DE)")
        things.set_defaults(run=_things(kind, ("country",)))
        return
    things.add_argument("--customer", dest="customer_id", help="whose; without it, everybody's")
    things.add_argument("--status", help="only those that are now so")
    things.set_defaults(run=_things(kind, ("customer_id", "status")))


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Gives 0, 1 if something is refused or broken, 2 if nothing could be asked.

    That is so when no platform answers, a file cannot be read, or the command lacks something.
    """
    options = parser().parse_args(arguments)
    try:
        with closing(Platform(options.url)) as platform:
            return _run(options, platform)
    except NotRunning as error:
        print(f"umlauf: {error}", file=sys.stderr)
        return _REFUSED if isinstance(error, Refused) else _NOT_DONE
    except KeyboardInterrupt:
        return 0


def _run(options: argparse.Namespace, platform: Platform) -> int:
    console = Console(soft_wrap=False)
    data = options.run(platform, options)
    if options.command == "events":
        for event in data:
            if options.json:
                print(json.dumps(event, ensure_ascii=False), flush=True)
            else:
                _show_event(event, console)
        return 0
    if options.json:
        print(json.dumps(data, ensure_ascii=False, indent=2))
    elif "show" in options:
        options.show(data, console, options)
    else:
        show(data, console)
    return int(options.code(data)) if "code" in options else 0


if __name__ == "__main__":
    raise SystemExit(main())
