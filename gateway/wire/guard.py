"""What is looked at before libxml2 sees a document: size, encoding, DTD, and how wild it is.

Nothing here builds a tree, expands an entity or opens an address.
"""

from __future__ import annotations

import codecs
import re
import zlib

from gateway.wire.document import MAX_SIZE, Document
from gateway.wire.malformed import MAX_NAMES, TOO_MANY_NAMES, check_form
from gateway.wire.refusal import Kind, Refusal, refuse

# So many equals signs with no tag between them may be more attributes than an element can be allowed to have.
_WILD = re.compile(rb"=[^<=]*(?:=[^<=]*){32}")
_NAME = re.compile(rb"<[?]?([^\s<>/?!]{1,64})")
# Fewer bytes than this cannot hold names enough to do harm.
_MANY = 64 * 1024

_USUAL_START = b'<?xml version="1.0" encoding="UTF-8"?>'
_DECLARATION_START = re.compile(rb"\s*<\?xml\s")
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
    # To look for one character first is many times faster than to look for a word.
    suspicious = (b"!" in data and b"<!DOCTYPE" in data) or (data.find(b"=", _HEAD) >= 0 and _WILD.search(data))
    if len(data) > _MANY:
        names = _Names()
        if names.too_many(data):
            return refuse(Kind.NOT_WELL_FORMED, TOO_MANY_NAMES)
        suspicious = suspicious or names.suspicious
    return check_form(Document(data)) if suspicious else None


def _large(document: Document) -> Refusal | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    names = _Names()
    position = 0
    suspicious = False
    tail = b""
    refusal = _encoding(_start(document, _HEAD))
    if refusal:
        return refusal
    for chunk in document.chunks():
        begun = len(decoder.getstate()[0])  # Bytes of a character that the piece before this one broke off in.
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return _no_utf8(_start(document, position - begun + error.start))
        if names.too_many(chunk):
            return refuse(Kind.NOT_WELL_FORMED, TOO_MANY_NAMES)
        suspicious = suspicious or b"<!DOCTYPE" in tail + chunk or _WILD.search(chunk) is not None
        tail = chunk[-len(b"<!DOCTYPE") :]
        position += len(chunk)
    if decoder.getstate()[0]:
        return _no_utf8(_start(document, position))
    return check_form(document) if suspicious or names.suspicious else None


class _Names:
    """The names of elements in a document, and what may be names of attributes.

    Of each piece a part is looked at, at a place that depends on the whole of it: a million names do not fit in what
    is left out, and to look at everything would cost a tenth of reading the message.
    """

    def __init__(self) -> None:
        self._elements: set[bytes] = set()
        self._attributes: set[bytes] = set()

    def too_many(self, chunk: bytes) -> bool:
        """Look at a piece of the document."""
        start = zlib.crc32(chunk) % max(1, len(chunk) - _MANY)
        sample = chunk[start : start + _MANY]
        self._elements.update(_NAME.findall(sample))
        # What stands before an equals sign; in a text there may be one too, so this is no more than a suspicion.
        self._attributes.update(piece[-64:].rpartition(b" ")[2] for piece in sample.split(b"="))
        return len(self._elements) > MAX_NAMES

    @property
    def suspicious(self) -> bool:
        """Say whether the names of attributes should be looked into."""
        return len(self._attributes) > MAX_NAMES


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
    if _DECLARATION_START.match(head) and b"?>" not in head and len(head) == _HEAD:
        return refuse(Kind.NOT_WELL_FORMED, "De XML-declaratie is niet goed geschreven.", 1)
    return None


def _start(document: Document, size: int) -> bytes:
    return document.open().read(size)


def _no_utf8(before: bytes) -> Refusal:
    # XML counts a line at each line feed, and at each carriage return that no line feed follows.
    line = 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")
    return refuse(Kind.NOT_WELL_FORMED, "Het bericht bevat bytes die geen UTF-8 zijn; lever het aan als UTF-8.", line)
