"""A provider's own list of what runs, as a CSV file: read line by line, with what is wrong told by its line."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

_MUNICIPALITY: Final = re.compile(r"[0-9]{4}")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_BSN: Final = re.compile(r"[0-9]{8,9}")
_REQUIRED: Final = ("gemeente", "toewijzingnummer")
_KNOWN: Final = (*_REQUIRED, "einddatum", "bsn")
_MOST_PROBLEMS: Final = 50


@dataclass(frozen=True, slots=True)
class FileLine:
    """One allocation of the list."""

    gemeente: str
    toewijzing_nummer: int
    einddatum: date | None
    bsn: str | None = field(repr=False)
    says_end: bool


def read_list(data: bytes) -> tuple[list[FileLine], list[str]]:
    """Read a list: columns gemeente and toewijzingNummer, and if they are there einddatum and bsn, by `;` or `,`.

    Gives the lines, and what is wrong, in Dutch, by the number of its line and without its values.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], ["Het bestand is niet in UTF-8 geschreven."]
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",")
    names = [name.strip().lower() for name in next(reader, [])]
    missing = [name for name in _REQUIRED if name not in names]
    if missing or len(set(names)) != len(names):
        known = ", ".join(_KNOWN)
        return [], [f"De eerste regel noemt de kolommen, elk één keer: {known}; de eerste twee horen er te zijn."]
    lines: list[FileLine] = []
    wrong: list[str] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            given = dict(zip(names, (cell.strip() for cell in cells), strict=False))
            problem = _wrong(given)
            if problem:
                wrong.append(f"Regel {reader.line_num}: {problem}.")
            else:
                lines.append(_line(given))
    except csv.Error:
        wrong.append(f"Regel {reader.line_num}: dit is geen goede CSV.")
    return lines, wrong[:_MOST_PROBLEMS]


def _wrong(given: dict[str, str]) -> str | None:
    if not _MUNICIPALITY.fullmatch(given.get("gemeente", "")):
        return "gemeente heeft vier cijfers"
    if not _NUMBER.fullmatch(given.get("toewijzingnummer", "")):
        return "toewijzingNummer is een getal van hoogstens negen cijfers"
    if given.get("bsn") and not _BSN.fullmatch(given["bsn"]):
        return "bsn heeft negen cijfers"
    if given.get("einddatum"):
        try:
            date.fromisoformat(given["einddatum"])
        except ValueError:
            return "einddatum is een dag, geschreven als JJJJ-MM-DD, of leeg"
    return None


def _line(given: dict[str, str]) -> FileLine:
    return FileLine(
        given["gemeente"],
        int(given["toewijzingnummer"]),
        date.fromisoformat(given["einddatum"]) if given.get("einddatum") else None,
        given["bsn"].zfill(9) if given.get("bsn") else None,
        "einddatum" in given,
    )
