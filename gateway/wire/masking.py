"""A message as it may be shown to who need not know about whom it is: personal values are covered.

Lines, elements and everything that says what is asked, allocated or delivered stay as they are, so that findings keep
their places.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gateway.wire.document import Document
from gateway.wire.expat import Parser, feed, new_parser

COVER: Final = "•••"
# Under these a value may be about a person, unless it is in one of those below.
_PERSONAL: Final = frozenset({"Client", "Commentaar", "Naam", "ZorgverlenerCode"})
_IMPERSONAL: Final = frozenset(
    {
        "ToegewezenProducten",
        "AangevraagdeProducten",
        "StartProducten",
        "StopProducten",
        "Verzoek",
        "Prestaties",
        "RetourCodes",
    }
)
_BREAK: Final = re.compile(rb"\r\n|\r|\n")


def masked(document: Document) -> Document:
    """Give a well-formed document with every personal value covered, of as many lines as before."""
    ranges = _Covering(document).ranges
    content = document.content()
    pieces: list[bytes] = []
    last = 0
    for begin, end in ranges:
        breaks = b"".join(_BREAK.findall(content[begin:end]))
        pieces += (content[last:begin], COVER.encode(), breaks)
        last = end
    return Document(b"".join([*pieces, content[last:]]))


def is_personal(names: Sequence[str]) -> bool:
    """Tell whether a value may be about a person, by the names of the elements that it is in, the outermost first."""
    for name in reversed(names):
        if name in _PERSONAL:
            return True
        if name in _IMPERSONAL:
            return False
    return False


class _Covering:
    """Finds where personal values begin and end, in bytes."""

    def __init__(self, document: Document) -> None:
        self.ranges: list[tuple[int, int]] = []
        self._parser: Parser = new_parser()
        self._open: list[str] = []
        self._begin: int | None = None
        self._fresh = False
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        # Whatever comes first after a start tag tells where that tag ends.
        self._parser.CharacterDataHandler = self._other
        self._parser.CommentHandler = self._other
        self._parser.StartCdataSectionHandler = self._inside
        self._parser.ProcessingInstructionHandler = self._instruction
        feed(self._parser, document)

    def _start(self, qname: str, _: object) -> None:
        # What came before an element inside another is white space.
        self._begin = None
        self._open.append(qname.rpartition(" ")[2])
        self._fresh = is_personal(self._open)

    def _other(self, _: str) -> None:
        self._inside()

    def _instruction(self, _: str, __: str) -> None:
        self._inside()

    def _inside(self) -> None:
        if self._fresh:
            self._begin = self._parser.CurrentByteIndex
            self._fresh = False

    def _end(self, _: str) -> None:
        if self._begin is not None:
            self.ranges.append((self._begin, self._parser.CurrentByteIndex))
        self._begin, self._fresh = None, False
        self._open.pop()
