"""The outcome of `validate` for a person on a terminal: colours, a table and a progress bar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from gateway.cli.terminal import printable
from gateway.cli.verdicts import Checked, Tally
from gateway.wire.reader import Reading

Item = TypeVar("Item")


def tracked(items: Iterable[Item], count: int) -> Iterator[Item]:
    """Pass things on, with a progress bar on standard error as long as it takes."""
    columns = (TextColumn("Controleren"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(items, total=count)


class RichVerdicts:
    """Of many files only what is wrong is shown, and not before the progress bar has left the screen they share."""

    def __init__(self, *, many: bool) -> None:
        """Begin at nothing."""
        self._many = many
        self._console = Console(highlight=False)
        self._tally = Tally()
        self._kept: list[tuple[str, Reading | str]] = []

    def add(self, checked: Checked) -> None:
        """Show the outcome of one message, or keep it for later."""
        name, reading = checked.name, checked.reading
        self._tally.add(reading)
        if not self._many:
            self._show(name, reading)
        elif reading.findings:
            self._kept.append((name, reading))

    def unreadable(self, name: str, reason: str) -> None:
        """Show a path that cannot be read, or keep it for later."""
        self._tally.unreadable += 1
        if self._many:
            self._kept.append((name, reason))
        else:
            self._show(name, reason)

    def close(self) -> None:
        """Show what was kept, and how it went as a whole."""
        for name, outcome in self._kept:
            self._show(name, outcome)
        if self._tally.checked > 1:
            self._console.print(self._table())
        self._console.print(str(self._tally))

    def _show(self, name: str, outcome: Reading | str) -> None:
        name = printable(name)
        if isinstance(outcome, str):
            self._console.print(Text.assemble(("? ", "bold yellow"), (name, "bold"), f"  {outcome}"))
            return
        mark = ("✗ ", "bold red") if outcome.findings else ("✓ ", "bold green")
        kind = f"  {outcome.type} {outcome.release}" if outcome.type else ""
        self._console.print(Text.assemble(mark, (name, "bold"), (kind, "dim")))
        if outcome.findings:
            self._console.print(Padding(_findings(outcome), (0, 0, 1, 2)))

    def _table(self) -> Table:
        table = Table("Bericht")
        table.add_column("Geldig", justify="right", style="green")
        table.add_column("Niet geldig", justify="right", style="red")
        for name in sorted(self._tally.good.keys() | self._tally.wrong.keys()):
            table.add_row(name, str(self._tally.good[name]), str(self._tally.wrong[name]))
        return table


def _findings(reading: Reading) -> Table:
    grid = Table.grid(padding=(0, 2))
    for finding in reading.findings:
        line = f"regel {finding.line}" if finding.line else ""
        grid.add_row(Text(line, "cyan"), Text(finding.code, "red"), Text(finding.message))
        if finding.path:
            grid.add_row("", "", Text(finding.path, "dim"))
    return grid
