"""`render` and `convert`: from the typed JSON form to XML, and back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from gateway.cli.installation import load_codec
from gateway.cli.sources import read, unreadable
from gateway.cli.terminal import printable, say

if TYPE_CHECKING:
    from gateway.ijw.finding import Finding
    from gateway.wire.document import Document

_INVALID, _UNREADABLE = 1, 2
_WHOLE = frozenset({"type", "release", "bericht"})


def render(
    kind: Annotated[str, typer.Argument(metavar="TYPE", help="Het soort bericht, zoals JW315.")],
    path: Annotated[
        str, typer.Argument(metavar="JSON", help="Een bestand met de getypeerde vorm, of - voor standaardinvoer.")
    ],
) -> None:
    """Maak XML van getypeerde JSON.

    De XML van de standaard komt op standaarduitvoer. De JSON is {"type": …, "release": …, "bericht": {…}}, of
    alleen het deel onder "bericht". Past het niet in het schema, dan staat op standaardfout wat er mis is, komt er
    geen XML, en eindigt het met 1.
    """
    from gateway.ijw.berichten import BERICHTEN

    name = kind.upper()
    if name not in BERICHTEN:
        raise typer.BadParameter(f"kies uit {', '.join(BERICHTEN)}.", param_hint="TYPE")
    document, reading = load_codec()[0].read_json(_whole(name, _read(path)))
    if reading.findings:
        _refuse(path, reading.findings)
    if reading.type != name:
        say(f"{printable(path)}: dit is een {reading.type}, geen {name}.")
        raise typer.Exit(_INVALID)
    _write(document.chunks())


def convert(
    path: Annotated[str, typer.Argument(metavar="BESTAND", help="Een bericht in XML, of - voor standaardinvoer.")],
) -> None:
    """Maak getypeerde JSON van XML.

    De JSON komt op standaarduitvoer. Is het bericht niet geldig, dan staat op standaardfout wat er mis is, en
    eindigt het met 1.
    """
    from gateway.wire.json_form import to_json

    reading = load_codec()[0].read(_read(path))
    if reading.bericht is None:
        _refuse(path, reading.findings)
    pieces = json.JSONEncoder(ensure_ascii=False, indent=2).iterencode(to_json(reading.bericht))
    _write(piece.encode() for piece in (*pieces, "\n"))


def _read(path: str) -> Document:
    try:
        return read(path)
    except OSError as error:
        say(f"{printable(path)}: {unreadable(path, error).reason}")
        raise typer.Exit(_UNREADABLE) from None


def _whole(name: str, document: Document) -> Document:
    """Put the form around what is only the message."""
    from gateway.wire.document import MAX_SIZE, Document

    if document.size > MAX_SIZE:
        return document
    data = document.content()
    try:
        form = json.loads(data.decode())
    except (ValueError, RecursionError):
        return document
    if isinstance(form, dict) and not form.keys() - _WHOLE and "bericht" in form:
        return document
    # The text itself is passed on, not what was just read of it: whoever judges it wants to see every name.
    return Document(b'{"type":"%s","bericht":%s}' % (name.encode(), data))


def _refuse(path: str, findings: Iterable[Finding]) -> NoReturn:
    for finding in findings:
        place = f"{printable(path)}:{finding.line}" if finding.line else finding.path or printable(path)
        say(f"{place}: [{finding.code}] {finding.message}")
    raise typer.Exit(_INVALID)


def _write(pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
