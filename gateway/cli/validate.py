"""`validate`: check messages on this machine, without a database."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer

from gateway.cli.installation import load_codec, load_routes, rules_address
from gateway.cli.installation import today as this_day
from gateway.cli.sources import Unreadable, find, read, unreadable
from gateway.cli.terminal import say
from gateway.cli.verdicts import Checked, Verdicts, verdicts_for

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
    HTML = "html"
    SARIF = "sarif"


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
    Format,
    typer.Option(
        "--format",
        help="text voor mensen; json geeft per bestand één regel met een JSON-object; html een pagina per bestand om "
        "te lezen of af te drukken; sarif één verslag voor editors en CI.",
    ),
]
Output: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="MAP",
        help="De map voor de pagina's van --format html; zonder deze optie komt één pagina op standaarduitvoer, en "
        "komen meer pagina's in de huidige map.",
        show_default=False,
    ),
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
        help="Controleer ook tegen de dag en de lijsten van gemeenten en productcodes, met de eigen codes uit de "
        "routetabellen (TR135 TR346 TR378 TR381).",
    ),
]


def validate(
    paths: Paths,
    form: Form = Format.TEXT,
    today: Today = None,
    reference: WithReference = False,
    output: Output = None,
) -> None:
    """Controleer berichten.

    Is het leesbare XML, en voldoet het aan de schema's en de regels van iJw 3.2? Er is geen database of token nodig,
    en er wordt niets bewaard.

    Het eindigt met 0 als alles geldig is, met 1 als er minstens één bericht niet geldig is, en met 2 als een pad
    niet te lezen was; de andere worden dan toch gecontroleerd.
    """
    if output is not None and form is not Format.HTML:
        raise typer.BadParameter("--output hoort bij --format html.")
    sources = list(find(paths))
    if not sources:
        say("Er is geen bestand dat op .xml eindigt.")
    verdicts = _verdicts(form, sources, output)
    outcomes = _check(sources, today or this_day(), with_reference=reference)
    raise typer.Exit(_show(outcomes, len(sources), form, verdicts))


def _verdicts(form: Format, sources: list[str | Unreadable], output: Path | None) -> Verdicts:
    if form is Format.TEXT:
        return verdicts_for(many=len(sources) >= _MANY)
    from gateway.cli import written_verdicts as written

    if form is Format.JSON:
        return written.JsonVerdicts()
    rules_at = rules_address()
    if form is Format.SARIF:
        return written.SarifVerdicts(rules_at)
    if output is None and len(sources) <= 1:
        return written.HtmlVerdicts(rules_at=rules_at)
    names = [source.name if isinstance(source, Unreadable) else source for source in sources]
    return written.HtmlVerdicts(written.Pages(output or Path(), names), rules_at)


def _show(outcomes: Iterator[Checked | Unreadable], count: int, form: Format, verdicts: Verdicts) -> int:
    """Show what becomes of each source; gives the exit code."""
    # Where what is written goes to the same screen, a progress bar would run through it.
    if count >= _MANY and sys.stderr.isatty() and (form is Format.TEXT or not sys.stdout.isatty()):
        from gateway.cli.rich_verdicts import tracked

        outcomes = tracked(outcomes, count)
    code = 0
    for found in outcomes:
        if isinstance(found, Unreadable):
            verdicts.unreadable(found.name, found.reason)
            code = _UNREADABLE
        else:
            verdicts.add(found)
            code = max(code, _INVALID if found.reading.findings else 0)
    verdicts.close()
    return code


def _check(sources: list[str | Unreadable], today: date, *, with_reference: bool) -> Iterator[Checked | Unreadable]:
    """Check one after the other, with one document in memory at a time."""
    from gateway.services.judging import Outside, judged

    codec, lists = load_codec()
    outside = Outside(today, lists, load_routes(lists=lists).on(today)) if with_reference else None

    def check(document: Document) -> Reading:
        return judged(codec.read(document), document, outside)

    for source in sources:
        if isinstance(source, Unreadable):
            yield source
            continue
        try:
            document = read(source)
        except OSError as error:
            yield unreadable(source, error)
            continue
        try:
            if source.lower().endswith(".zip"):
                yield from _check_zip(check, source, document)
            else:
                yield Checked(source, source, check(document), document)
        finally:
            document.close()


def _check_zip(check: Callable[[Document], Reading], source: str, document: Document) -> Iterator[Checked]:
    from gateway.wire.archive import open_archive
    from gateway.wire.reader import Reading
    from gateway.wire.refusal import Refusal

    opened = open_archive(document)
    if isinstance(opened, Refusal):
        yield Checked(source, source, Reading(refusal=opened), None)
        return
    for number, entry in enumerate(opened, 1):
        name = f"{source}#{number}"
        if isinstance(entry, Refusal):
            yield Checked(source, name, Reading(refusal=entry), None)
            continue
        try:
            yield Checked(source, name, check(entry), entry)
        finally:
            entry.close()
