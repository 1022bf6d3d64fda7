"""How the commands write: for a person on a terminal, or plain for whatever reads the pipe."""

from __future__ import annotations

import getpass
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import typer

from gateway.cli.failures import RefusedError

_BSN: Final = re.compile(r"[0-9]{9}")


def say(text: str) -> None:
    """Tell a person something; standard output stays for what a program may read."""
    typer.echo(text, err=True)


def operator() -> str:
    """Give how the audit trail calls whoever types a command: by the name of their account on this machine."""
    try:
        return f"command-line:{getpass.getuser()}"
    except (KeyError, OSError):  # an account without a name, as in a container
        return "command-line"


def bsn_from_input(option: str, given: str) -> str:
    """Read a BSN from standard input; `given` has to be `-`, for on the command line everybody can see it."""
    if given != "-":
        # What was typed is not repeated: it may be the number itself.
        raise RefusedError(f"Geef {option} -, en het BSN op de standaardinvoer; een opdrachtregel kan iedereen zien.")
    number = sys.stdin.readline().strip()
    if not _BSN.fullmatch(number):
        raise RefusedError("Op de standaardinvoer staat geen BSN van 9 cijfers.")
    return number


def is_attended() -> bool:
    """Say whether a person is there to answer a question."""
    return sys.stdin.isatty()


def printable(name: str) -> str:
    """Give a file name without what would move the cursor or begin a new line."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)


def show(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a list with a line above it that names the columns: a table on a terminal, tabs in a pipe."""
    if sys.stdout.isatty():
        _as_table(columns, rows)
        return
    for row in (columns, *rows):
        typer.echo("\t".join(_plain(cell) for cell in row))


def moment(value: datetime | None) -> str:
    """Write a moment for a person on this machine, in its own time."""
    return value.astimezone().strftime("%Y-%m-%d %H:%M") if value else "-"


def _as_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns)
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def _plain(cell: str) -> str:
    return " ".join(cell.split()) or "-"
