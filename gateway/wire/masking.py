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
    """Give a well-formed document with every personal value covered, without comments, of as many lines as before."""
    content = document.content()
    pieces: list[bytes] = []
    last = 0
    for begin, end, cover in _Covering(document).ranges:
        pieces += (content[last:begin], cover, *_BREAK.findall(content[begin:end]))
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
    """Finds what is to be covered: from which byte to which, and with what."""

    def __init__(self, document: Document) -> None:
        self.ranges: list[tuple[int, int, bytes]] = []
        self._parser: Parser = new_parser()
        self._open: list[str] = []
        # Where the content of the element that was opened last begins, which whatever comes first in it tells.
        self._content: int | None = None
        self._awaited = False
        self._has_text = False
        # What stands between elements and is none; where it ends, whatever follows it tells.
        self._aside: int | None = None
        self._asides: list[tuple[int, int, bytes]] = []
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartCdataSectionHandler = self._event
        self._parser.CommentHandler = self._remark
        self._parser.ProcessingInstructionHandler = self._instruction
        feed(self._parser, document)
        # What comes after the last element has nothing behind it.
        if self._aside is not None:
            self._asides.append((self._aside, document.size, b""))
        self.ranges += self._asides

    def _event(self) -> int:
        here = self._parser.CurrentByteIndex
        if self._awaited:
            self._content, self._awaited = here, False
        if self._aside is not None:
            self._asides.append((self._aside, here, b""))
            self._aside = None
        return here

    def _start(self, qname: str, _: object) -> None:
        self._event()
        self._settle(None)
        self._open.append(qname.rpartition(" ")[2])
        self._awaited, self._has_text = True, False

    def _text(self, text: str) -> None:
        self._event()
        self._has_text = self._has_text or bool(text.strip())

    def _remark(self, _: str) -> None:
        self._aside = self._event()

    def _instruction(self, _: str, __: str) -> None:
        self._aside = self._event()

    def _end(self, _: str) -> None:
        self._settle(self._event())
        self._open.pop()

    def _settle(self, end: int | None) -> None:
        """Cover what lies behind: a whole value that is personal, or else what stood between the elements."""
        if end is not None and self._content is not None and self._has_text and is_personal(self._open):
            self.ranges.append((self._content, end, COVER.encode()))
        else:
            self.ranges += self._asides
        self._asides = []
        self._content, self._has_text = None, False
