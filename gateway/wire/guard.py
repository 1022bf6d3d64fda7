"""What is looked at before a parser sees a document: size, encoding, DTD, and how wild it is.

Nothing here builds a tree, expands an entity or opens an address.
"""

from __future__ import annotations

import codecs
import re
from xml.parsers import expat

from gateway.wire.document import MAX_SIZE, Document
from gateway.wire.refusal import Kind, Refusal, refuse

# The deepest message of the standard is nine elements deep; libxml2 itself stops at 256.
MAX_DEPTH = 64
# No element of the standard has attributes; a root has two or three declarations and a schema location.
MAX_ATTRIBUTES = 32
# Fewer equals signs than this cannot make a start tag that is worth counting attributes for.
_SUSPICIOUS = 256

_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DECLARATION = re.compile(rb"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([^"'>]{1,40})["']""")
# The start of an XML document in UTF-16 and UTF-32 without a byte-order mark, and in EBCDIC.
_OTHER_ENCODINGS = (b"<\x00", b"\x00<", b"\x00\x00\x00<", b"\x4c\x6f\xa7")
_HEAD = 512


class _StopError(Exception):
    """The scan has seen enough."""


def guard(document: Document) -> Refusal | None:
    """Give the reason to keep a document from the parser, or nothing.

    The codes are those of the chain: BRS06 for size, OP192 for encoding, BRS14 for what is not clean XML.
    """
    if document.size > MAX_SIZE:
        return refuse(Kind.TOO_LARGE, too_large())
    return _encoding(document) or _content(document)


def too_large() -> str:
    """Say that a message is over the limit."""
    return "Het bericht is groter dan 25 MB (26.214.400 bytes); verdeel de inhoud over meer berichten."


def _encoding(document: Document) -> Refusal | None:
    head = document.open().read(_HEAD)
    if head.startswith(_BOMS):
        return refuse(
            Kind.ENCODING,
            "Het bericht begint met een byte-order mark; lever het aan als UTF-8 zonder byte-order mark.",
            1,
        )
    declared = _DECLARATION.match(head)
    if head.startswith(_OTHER_ENCODINGS) or (declared and declared[1].lower() != b"utf-8"):
        return refuse(
            Kind.ENCODING,
            "Het bericht is niet in UTF-8 gecodeerd, of zegt dat in de XML-declaratie; lever het aan als UTF-8.",
            1,
        )
    return None


def _content(document: Document) -> Refusal | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    signs = line = 0
    doctype = False
    tail = b""
    for chunk in document.chunks():
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            wrong = line + chunk.count(b"\n", 0, max(error.start, 0)) + 1
            return refuse(
                Kind.NOT_WELL_FORMED, "Het bericht bevat bytes die geen UTF-8 zijn; lever het aan als UTF-8.", wrong
            )
        line += chunk.count(b"\n")
        signs += chunk.count(b"=")
        doctype = doctype or b"<!DOCTYPE" in tail + chunk[:16] or b"<!DOCTYPE" in chunk
        tail = chunk[-16:]
    if decoder.getstate()[0]:
        return refuse(Kind.NOT_WELL_FORMED, "Het bericht houdt midden in een teken op.", line + 1)
    if doctype or signs > _SUSPICIOUS:
        return _scan(document)
    return None


def _scan(document: Document) -> Refusal | None:
    """Look for a DTD, attributes beyond measure and depth, in a document that gave cause for it."""
    parser = expat.ParserCreate()
    found: list[Refusal] = []
    depth = 0

    def stop(message: str) -> None:
        found.append(refuse(Kind.NOT_WELL_FORMED, message, parser.CurrentLineNumber))
        raise _StopError

    def doctype(*_: object) -> None:
        stop("Het bericht bevat een DTD (DOCTYPE); die is niet toegestaan. Laat de DTD weg.")

    def start(_: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if len(attributes) > MAX_ATTRIBUTES:
            stop(f"Een element heeft meer dan {MAX_ATTRIBUTES} attributen; berichten van de standaard hebben er geen.")
        if depth > MAX_DEPTH:
            stop(f"De elementen zijn dieper genest dan {MAX_DEPTH} niveaus; geen bericht van de standaard is zo diep.")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        for chunk in document.chunks():
            parser.Parse(chunk, False)  # noqa: FBT003 - the parser takes it by position only
    except _StopError:
        return found[0]
    except expat.ExpatError:
        return None  # Not well-formed: the reader says so, with the reason.
    return None
