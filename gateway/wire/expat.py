"""The second parser, expat: it tells lines exactly in a document of any size, and builds no tree.

libxml2 gives every verdict. Expat is asked for the reasons and the places, and what it must not do is kept here.
"""

from __future__ import annotations

from xml.parsers import expat

from gateway.wire.document import MEBIBYTE, Document

ExpatError = expat.ExpatError
Parser = expat.XMLParserType


def new_parser() -> Parser:
    """Make a parser that gives an element's name as its namespace, a space, and its local name."""
    return expat.ParserCreate(encoding="utf-8", namespace_separator=" ")


class TooLongError(Exception):
    """A tag, a comment or the like is longer than it may be."""


def feed(parser: Parser, document: Document, longest: int | None = None) -> None:
    """Let the parser see the whole document; raises ExpatError when it is not well-formed.

    The pieces double in size: expat begins a tag or comment that is not complete again with each piece, so that
    one of 25 MB would be read hundreds of times. When it is `longest` bytes long and still not complete,
    TooLongError is raised.
    """
    stream = document.open()
    size = MEBIBYTE
    fed = 0
    try:
        while chunk := stream.read(size):
            parser.Parse(chunk, False)  # noqa: FBT003 - the parser takes it by position only
            fed += len(chunk)
            if longest is not None and fed - parser.CurrentByteIndex > longest:
                raise TooLongError
            size *= 2
        parser.Parse(b"", True)  # noqa: FBT003
    finally:
        # Handlers that ask the parser for its line make a circle, and 25 MB of buffers would wait for a collector.
        parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None
