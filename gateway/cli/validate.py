"""`validate`: check messages on this machine, without a database."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer

from gateway.cli.installation import load_codec
from gateway.cli.sources import Unreadable, find, read, unreadable
from gateway.cli.terminal import printable, say
from gateway.cli.verdicts import verdicts_for

if TYPE_CHECKING:
    from gateway.wire.document import Document
    from gateway.wire.reader import Reading

_INVALID, _UNREADABLE = 1, 2
# Fewer are done before a progress bar is drawn.
_MANY: Final = 10


class Format(StrEnum):
    """For whom the outcome is written."""

    TEXT = "text"
    JSON = "json"


def day(text: str) -> date:
    """Read a date as the standard writes it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("schrijf een datum als jjjj-mm-dd.") from None


Paths: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        metavar="PAD...",
        help="Bestanden, ZIP-bestanden of mappen (*.xml, ook in mappen daarin), of - voor standaardinvoer.",
        show_default=False,
    ),
]
Form: TypeAlias = Annotated[
    Format, typer.Option("--format", help="text voor mensen; json geeft per bestand één regel met een JSON-object.")
]
Today: TypeAlias = Annotated[
    date | None,
    typer.Option(
        "--on",
        metavar="DATUM",
        parser=day,
        help="Controleer met --reference alsof het deze dag is (jjjj-mm-dd).",
        show_default="vandaag",
    ),
]
WithReference: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--reference",
        help="Controleer ook tegen de dag en de lijsten van gemeenten en productcodes (TR135 TR346 TR378 TR381).",
    ),
]


def validate(paths: Paths, form: Form = Format.TEXT, today: Today = None, reference: WithReference = False) -> None:
    """Controleer berichten.

    Is het leesbare XML, en voldoet het aan de schema's en de regels van iJw 3.2? Er is geen database of token nodig,
    en er wordt niets bewaard.

    Het eindigt met 0 als alles geldig is, met 1 als er minstens één bericht niet geldig is, en met 2 als een pad
    niet te lezen was; de andere worden dan toch gecontroleerd.
    """
    sources = list(find(paths))
    if not sources:
        say("Er is geen bestand dat op .xml eindigt.")
    raise typer.Exit(_show(_check(sources, today or _today(), with_reference=reference), len(sources), form))


def _show(outcomes: Iterator[tuple[str, Reading | Unreadable]], count: int, form: Format) -> int:
    """Show what becomes of each source; gives the exit code."""
    many = count >= _MANY
    # Where the lines of JSON go to the same screen, a progress bar would run through them.
    if many and sys.stderr.isatty() and not (form is Format.JSON and sys.stdout.isatty()):
        from gateway.cli.rich_verdicts import tracked

        outcomes = tracked(outcomes, count)
    verdicts = JsonVerdicts() if form is Format.JSON else verdicts_for(many=many)
    code = 0
    for name, found in outcomes:
        if isinstance(found, Unreadable):
            verdicts.unreadable(printable(name), found.reason)
            code = _UNREADABLE
        else:
            verdicts.add(name, found)
            code = max(code, _INVALID if found.findings else 0)
    verdicts.close()
    return code


class JsonVerdicts:
    """One JSON object a line for each message; a path that cannot be read has none, for nothing is known of it."""

    def add(self, name: str, reading: Reading) -> None:
        """Write the report, at once: whoever reads along wants it now."""
        from gateway.wire.report import report

        # A file name that is no UTF-8 becomes an escape of JSON.
        line = json.dumps(report(reading, name), ensure_ascii=False).encode(errors="backslashreplace")
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()

    def unreadable(self, name: str, reason: str) -> None:
        """Say why, on standard error."""
        say(f"{name}: {reason}")

    def close(self) -> None:
        """Say nothing more."""


def _today() -> date:
    from gateway.services.clock import dutch_day, utc_now

    return dutch_day(utc_now())


def _check(
    sources: list[str | Unreadable], today: date, *, with_reference: bool
) -> Iterator[tuple[str, Reading | Unreadable]]:
    """Check one after the other, with one document in memory at a time."""
    from gateway.rules.rule import Reference
    from gateway.services.judging import judged

    codec, lists = load_codec()
    reference = Reference(today, lists) if with_reference else None

    def check(document: Document) -> Reading:
        return judged(codec.read(document), document, reference)

    for source in sources:
        if isinstance(source, Unreadable):
            yield source.name, source
            continue
        try:
            document = read(source)
        except OSError as error:
            yield source, unreadable(source, error)
            continue
        try:
            if source.lower().endswith(".zip"):
                yield from _check_zip(check, source, document)
            else:
                yield source, check(document)
        finally:
            document.close()


def _check_zip(check: Callable[[Document], Reading], name: str, document: Document) -> Iterator[tuple[str, Reading]]:
    from gateway.wire.archive import open_archive
    from gateway.wire.reader import Reading
    from gateway.wire.refusal import Refusal

    opened = open_archive(document)
    if isinstance(opened, Refusal):
        yield name, Reading(refusal=opened)
        return
    for number, entry in enumerate(opened, 1):
        if isinstance(entry, Refusal):
            yield f"{name}#{number}", Reading(refusal=entry)
            continue
        try:
            yield f"{name}#{number}", check(entry)
        finally:
            entry.close()
