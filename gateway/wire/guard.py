"""What is looked at before libxml2 sees a document: size, encoding, DTD, and how wild it is.

Nothing here builds a tree, expands an entity or opens an address.
"""

from __future__ import annotations

import codecs
import re

from gateway.wire.document import MAX_SIZE, Document
from gateway.wire.malformed import check_form
from gateway.wire.refusal import Kind, Refusal, refuse

# More equals signs than this could be attributes beyond measure; each document with more of them is looked into.
_SUSPICIOUS = 256
# The standard has fewer than 200 names of elements. libxml2 remembers each name that it ever saw, per thread and for
# good, so a large document with a million names of its own would cost a hundred megabytes that never come back.
MAX_NAMES = 1000
_NAME = re.compile(rb"<[?]?([^\s<>/?!]{1,64})")

_USUAL_START = b'<?xml version="1.0" encoding="UTF-8"?>'
_DECLARATION = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"'>]*)["']""")
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
# The start of an XML document in UTF-16 and UTF-32 without a byte-order mark, and in EBCDIC.
_OTHER_ENCODINGS = (b"<\x00", b"\x00<", b"\x00\x00\x00<", b"\x4c\x6f\xa7")
# A declaration takes 60 bytes; one that does not end within this many was written to hide something.
_HEAD = 1024


def guard(document: Document) -> Refusal | None:
    """Give the reason to keep a document from the parser, or nothing.

    The codes are those of the chain: BRS06 for size, OP192 for encoding, BRS14 for what is not clean XML.
    """
    if document.size > MAX_SIZE:
        return refuse(Kind.TOO_LARGE, too_large())
    return _large(document) if document.large else _small(document.content())


def too_large() -> str:
    """Say that a message is over the limit."""
    return "Het bericht is groter dan 25 MB (26.214.400 bytes); verdeel de inhoud over meer berichten."


def _small(data: bytes) -> Refusal | None:
    refusal = _encoding(data)
    if refusal:
        return refusal
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError as error:
            return _no_utf8(data[: error.start])
    # To look for one character first is many times faster than to look for a word, or to count.
    doctype = b"!" in data and b"<!DOCTYPE" in data
    wild = data.find(b"=", _HEAD) >= 0 and data.count(b"=") > _SUSPICIOUS
    return check_form(Document(data)) if doctype or wild else None


def _large(document: Document) -> Refusal | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    names: set[bytes] = set()
    signs = position = 0
    suspicious = False
    tail = b""
    for chunk in document.chunks():
        refusal = _encoding(chunk) if not position else None
        if refusal:
            return refusal
        begun = len(decoder.getstate()[0])  # Bytes of a character that the piece before this one broke off in.
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return _no_utf8(_start(document, position - begun + error.start))
        names.update(_NAME.findall(chunk))
        if len(names) > MAX_NAMES:
            return refuse(
                Kind.NOT_WELL_FORMED,
                "Het bericht heeft meer dan 1.000 verschillende namen van elementen; de standaard nog geen 200.",
            )
        signs += chunk.count(b"=")
        suspicious = suspicious or signs > _SUSPICIOUS or b"<!DOCTYPE" in tail + chunk
        tail = chunk[-len(b"<!DOCTYPE") :]
        position += len(chunk)
    if decoder.getstate()[0]:
        return _no_utf8(_start(document, position))
    return check_form(document) if suspicious else None


def _encoding(data: bytes) -> Refusal | None:
    if data.startswith(_USUAL_START):
        return None
    if data.startswith(_BOMS):
        return refuse(
            Kind.ENCODING,
            "Het bericht begint met een byte-order mark; lever het aan als UTF-8 zonder byte-order mark.",
            1,
        )
    head = data[:_HEAD]
    declared = _DECLARATION.match(head)
    if head.startswith(_OTHER_ENCODINGS) or (declared and declared[1].lower() != b"utf-8"):
        return refuse(
            Kind.ENCODING,
            "Het bericht is niet in UTF-8 gecodeerd, of zegt dat in de XML-declaratie; lever het aan als UTF-8.",
            1,
        )
    if head.lstrip().startswith(b"<?xml ") and b"?>" not in head and len(head) == _HEAD:
        return refuse(Kind.NOT_WELL_FORMED, "De XML-declaratie is niet goed geschreven.", 1)
    return None


def _start(document: Document, size: int) -> bytes:
    return document.open().read(size)


def _no_utf8(before: bytes) -> Refusal:
    # XML counts a line at each line feed, and at each carriage return that no line feed follows.
    line = 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")
    return refuse(Kind.NOT_WELL_FORMED, "Het bericht bevat bytes die geen UTF-8 zijn; lever het aan als UTF-8.", line)
