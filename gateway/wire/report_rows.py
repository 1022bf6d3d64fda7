"""The lines of a document for a report: which of them are shown, and which findings belong to them.

The document is read twice as a stream, first to see how long it is and where the findings lie, then for what is shown.
Only that is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from gateway.ijw.finding import Finding
from gateway.wire.document import Document
from gateway.wire.expat import ExpatError
from gateway.wire.place import Spot, spots

# A page of more rows is slow to open and nobody reads it; of a longer document only the surroundings are shown.
MAX_ROWS: Final = 2_000
CONTEXT: Final = 5
# More of a row tells a reader nothing; a schema allows no value that comes near.
MAX_WIDTH: Final = 1_000
# A rule about doubles may concern every element in a message.
MAX_PLACES: Final = 10
# A line over this length was written by a program without line breaks; it is broken between its elements.
_LONG: Final = 300
# So much of a line is looked at together; a document may be one line of 25 MB.
_PIECE: Final = 64 * 1024
_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_BETWEEN: Final = re.compile(rb"(?<=>)(?=<)")


class Row(Struct, frozen=True):
    """What a report shows as one line: a line of the document, or a part of a long one."""

    index: int
    line: int
    offset: int
    text: bytes


@dataclass(slots=True)
class Excerpt:
    """What is shown of a document.

    `marks` tells, by the number of a finding and the number of its path, the row in which that begins; `starts`
    where in a row a wrong element begins; `broken` whether lines were too long to show as they are.
    """

    total: int = 0
    rows: list[Row] = field(default_factory=list)
    marks: dict[tuple[int, int], int] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)
    broken: bool = False

    @property
    def partial(self) -> bool:
        """Say whether something was left out."""
        return len(self.rows) < self.total


def excerpt(document: Document, findings: Sequence[Finding]) -> Excerpt:
    """Choose what to show of a document with these findings."""
    search = _Search(findings, _spots(document, findings))
    found = Excerpt()
    for row in rows(document):
        found.total = row.index + 1
        found.broken = found.broken or row.line <= row.index
        search.look(row)
    found.marks, found.starts = search.marks, search.starts
    wanted = None if found.total <= MAX_ROWS else _around(found)
    found.rows = [row for row in rows(document) if wanted is None or row.index in wanted]
    return found


def rows(document: Document) -> Iterator[Row]:
    """Give all rows of a document, one at a time."""
    index = offset = 0
    line = 1
    for piece, ended in _pieces(document):
        for part in _BETWEEN.split(piece) if len(piece) > _LONG else (piece,):
            yield Row(index, line, offset, part.rstrip(b"\r\n"))
            index += 1
            offset += len(part)
        line += ended


def _pieces(document: Document) -> Iterator[tuple[bytes, bool]]:
    """Give the lines, each with what ends it; of a very long one the parts, and whether the line ends there."""
    rest = b""
    for chunk in document.chunks(_PIECE):
        found = _LINE.findall(rest + chunk)
        # The last one may go on, or be the first half of a line break.
        rest = found.pop()
        for line in found:
            yield line, True
        if len(rest) > _PIECE:
            cut = rest.rfind(b">") + 1 or len(rest) - 1
            yield rest[:cut], False
            rest = rest[cut:]
    if rest:
        yield rest, True


def _spots(document: Document, findings: Sequence[Finding]) -> dict[str, Spot]:
    wanted = {path for finding in findings for path in paths_of(finding)}
    if not wanted:
        return {}
    # What is not well-formed has no findings with a path; should it ever, its lines are shown without marks.
    with suppress(ExpatError):
        return spots(document, wanted)
    return {}


def paths_of(finding: Finding) -> tuple[str, ...]:
    """Give the places of a finding that a report shows."""
    return (finding.paths or ((finding.path,) if finding.path else ()))[:MAX_PLACES]


class _Search:
    """Finds the row of each place while the rows go by, in their order."""

    def __init__(self, findings: Sequence[Finding], found: dict[str, Spot]) -> None:
        self.starts: dict[int, int] = {}
        self.marks: dict[tuple[int, int], int] = {}
        self._by_line: dict[int, list[tuple[int, int]]] = {}
        by_offset: dict[int, list[tuple[int, int]]] = {}
        for number, finding in enumerate(findings):
            places = [found.get(path) for path in paths_of(finding)] or [None]
            for turn, spot in enumerate(places):
                # The line that a finding names may lie inside the element of its path: then the line tells more.
                if spot and (turn or finding.line in {None, spot.line}):
                    by_offset.setdefault(spot.offset, []).append((number, turn))
                elif turn == 0 and finding.line:
                    self._by_line.setdefault(finding.line, []).append((number, 0))
        self._offsets = sorted(by_offset.items(), reverse=True)

    def look(self, row: Row) -> None:
        """Take note of what begins in a row."""
        for place in self._by_line.pop(row.line, ()):
            self.marks[place] = row.index
        end = row.offset + len(row.text)
        while self._offsets and self._offsets[-1][0] < end:
            offset, places = self._offsets.pop()
            self.starts.setdefault(row.index, offset - row.offset)
            for place in places:
                self.marks[place] = row.index


def _around(found: Excerpt) -> set[int]:
    """Choose the rows near a mark, and the first ones: they tell what document it is."""
    wanted = set(range(CONTEXT))
    for index in found.marks.values():
        wanted.update(range(max(0, index - CONTEXT), index + CONTEXT + 1))
    return wanted
