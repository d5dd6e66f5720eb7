"""What a person sees of the demo: live progress, and the closing table."""

import os
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from demo.figures import SECONDS_PER_MINUTE, Figures
from invariants.report import Report
from umlauf.kernel.money import Money


class LiveProgress:
    """A bar a scene. Where nobody watches (no terminal) a line when a scene begins."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description:<46}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[note]}[/dim]"),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def scene(self, title: str, steps: int) -> None:
        if not self._console.is_terminal:
            self._console.print(title)
        self._task = self._progress.add_task(title, total=steps, note="")

    def step(self, note: str = "") -> None:
        if note:
            self._progress.update(self._task, note=note)
        self._progress.advance(self._task)


def closing_table(figures: Figures, report: Report, seconds: float) -> Table:
    """What happened, and whether it adds up."""
    table = Table(title="The demo month", show_header=False, title_style="bold")
    table.add_row("customers", f"{figures.customers} ({figures.active_subscriptions} subscribed)")
    table.add_row("rides", f"{figures.rides:,}")
    parts = " + ".join(
        f"{_minutes(part)} {name}"
        for part, name in (
            (figures.billed_seconds, "billed"),
            (figures.open_seconds, "open"),
            (figures.included_seconds, "on flat plans"),
            (figures.prepaid_seconds, "prepaid"),
        )
    )
    table.add_row("minutes metered", f"{_minutes(figures.metered_seconds)} = {parts}")
    table.add_row("prepaid sessions", f"{figures.prepaid_sessions:,}")
    table.add_row("invoices", f"{figures.invoices:,} for {_money(figures.invoiced)}")
    table.add_row("", _counts(figures.invoices_by_status))
    table.add_row("paid", _money(figures.paid))
    table.add_row("in dunning", _counts(figures.dunning_cases))
    table.add_row("dead letters", _counts(figures.dead_letters) or "none")
    ledger = report.laws[0]
    table.add_row("ledger", "[red]NOT balanced[/red]" if ledger.broken else "balanced")
    holding = sum(not law.broken for law in report.laws)
    table.add_row("invariants", f"{holding} of {len(report.laws)} hold")
    table.add_row("took", f"{seconds:,.1f} s on {os.cpu_count()} cores")
    return table


def _minutes(seconds: int) -> str:
    return f"{seconds / SECONDS_PER_MINUTE:,.2f}"


def _money(amounts: dict[str, Money] | object) -> str:
    assert isinstance(amounts, dict)  # noqa: S101 - of our own making
    return " and ".join(str(amount) for amount in amounts.values()) or "nothing"


def _counts(counts: object) -> str:
    assert isinstance(counts, dict)  # noqa: S101 - of our own making
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items())
