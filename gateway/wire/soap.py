"""SOAP 1.1 in: one message, read piece by piece within bounds, its large base64 content streamed aside.

Expat reads it, because it builds nothing by itself: of the envelope a small tree is kept, of the content only the
decoded bytes, which a `Document` spools to a file. There is no DTD, no entity and no address that it would follow.
"""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final
from xml.parsers import expat

from lxml import etree
from msgspec import Struct

from gateway.wire.base64_stream import Base64Decoder, Base64Error
from gateway.wire.document import Document

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"
_ENVELOPE, _HEADER, _BODY = (f"{{{SOAP}}}{name}" for name in ("Envelope", "Header", "Body"))
_NEXT: Final = "http://schemas.xmlsoap.org/soap/actor/next"

_PIECE: Final = 64 * 1024
# An envelope has some thirty elements of a few words each; what a Fo01 tells in XML comes on top of that.
_MAX_DEPTH: Final = 32
_MAX_ELEMENTS: Final = 500
_MAX_ATTRIBUTES: Final = 32
_MAX_NAMES: Final = 250  # libxml2 remembers every name that it ever saw
_MAX_TEXT: Final = 64 * 1024
_LONGEST_TAG: Final = 2 * _PIECE

# By these an envelope tells a validator where to look for schemas; ours are at hand.
_HINTS: Final = frozenset(
    f"{{http://www.w3.org/2001/XMLSchema-instance}}{name}" for name in ("schemaLocation", "noNamespaceSchemaLocation")
)
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NOT_UTF_8: Final = "Het bericht is niet in UTF-8 gecodeerd, of zegt dat in de XML-declaratie."

# What stands in the tree where the content was, so that a schema still sees that there is base64.
_STAND_IN: Final = "AAAA"


class SoapError(Exception):
    """A message that is not taken for what SOAP says of it; `fault` is the name of its fault code, the text Dutch."""

    def __init__(self, text: str, fault: str = "Client") -> None:
        super().__init__(text)
        self.fault = fault


class SoapMessage(Struct, frozen=True):
    """What a message says: the one element in its Body, and the decoded content, if it had any."""

    content: etree._Element
    payload: Document | None

    def close(self) -> None:
        """Let go of the content."""
        if self.payload:
            self.payload.close()


def read_soap(document: Document, streamed: Collection[str]) -> SoapMessage:
    """Read a message; raises SoapError. The base64 text of the elements that are `streamed` is set aside."""
    reader = _Reader(streamed)
    try:
        return _message(reader.read(document), reader)
    except SoapError:
        if reader.payload:
            reader.payload.close()
        raise


def _message(root: etree._Element, reader: _Reader) -> SoapMessage:
    if root.tag == f"{{{_SOAP_12}}}Envelope":
        raise SoapError("Het bericht is SOAP 1.2; hier geldt SOAP 1.1.", "VersionMismatch")
    if root.tag != _ENVELOPE:
        raise SoapError("Het bericht is geen SOAP-envelop.", "VersionMismatch")
    children = list(root)
    if children and children[0].tag == _HEADER:
        _check_header(children.pop(0))
    if not children or children[0].tag != _BODY or len(children[0]) != 1:
        raise SoapError("Een SOAP-bericht heeft één Body, met één element erin.")
    content = children[0][0]
    children[0].remove(content)
    content.tail = None
    return SoapMessage(content, reader.payload)


def _check_header(header: etree._Element) -> None:
    for entry in header:
        wanted = entry.get(f"{{{SOAP}}}mustUnderstand") in {"1", "true"}
        if wanted and entry.get(f"{{{SOAP}}}actor", _NEXT) == _NEXT:
            raise SoapError("Er staat een verplichte SOAP-header in die hier niet wordt begrepen.", "MustUnderstand")


class _Reader:
    """Expat's handlers, and what they gather."""

    def __init__(self, streamed: Collection[str]) -> None:
        self.payload: Document | None = None
        self._streamed = streamed
        self._tree = etree.TreeBuilder()
        self._decoder: Base64Decoder | None = None
        self._names: set[str] = set()
        self._depth = self._elements = self._text = 0

    def read(self, document: Document) -> etree._Element:
        """Give the root of the small tree."""
        parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        parser.buffer_text = True
        parser.buffer_size = _PIECE
        if document.open().read(2) in _UTF_16:
            raise SoapError(_NOT_UTF_8)  # Expat would read it, whatever encoding it is told.
        with self._attached(parser):
            try:
                fed = 0
                for piece in document.chunks(_PIECE):
                    parser.Parse(piece, False)  # noqa: FBT003 - the parser takes it by position only
                    fed += len(piece)
                    if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                        raise SoapError("Een tag of commentaar in het bericht is te lang, of wordt niet afgesloten.")
                parser.Parse(b"", True)  # noqa: FBT003
            except expat.ExpatError:
                raise SoapError("Het bericht is geen goed gevormde XML in UTF-8.") from None
        return self._tree.close()

    @contextmanager
    def _attached(self, parser: expat.XMLParserType) -> Iterator[None]:
        parser.XmlDeclHandler = _declaration
        parser.StartDoctypeDeclHandler = _no_doctype
        parser.ProcessingInstructionHandler = _no_instruction
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        try:
            yield
        finally:
            # Parser and handlers know each other; that circle would keep its buffers until a collector comes by.
            parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._decoder:
            raise SoapError("In de base64-inhoud staat een element.")
        tag = _clark(name)
        given = {key: value for name, value in attributes.items() if (key := _clark(name)) not in _HINTS}
        self._depth += 1
        self._elements += 1
        self._text += sum(map(len, given.values()))
        self._names.update((tag, *given))
        if self._elements > _MAX_ELEMENTS or self._depth > _MAX_DEPTH or len(given) > _MAX_ATTRIBUTES:
            raise SoapError("De envelop heeft meer elementen, niveaus of attributen dan een envelop kan hebben.")
        if len(self._names) > _MAX_NAMES or self._text > _MAX_TEXT:
            raise SoapError("De envelop is groter dan een envelop kan zijn.")
        self._tree.start(tag, given)
        if tag in self._streamed:
            if self.payload:
                raise SoapError("De envelop heeft meer dan één inhoud.")
            self.payload = Document()
            self._decoder = Base64Decoder()

    def _data(self, text: str) -> None:
        if self._decoder and self.payload is not None:
            try:
                piece = self._decoder.feed(text)
            except Base64Error:
                raise SoapError("De inhoud van het bericht is geen goede base64.") from None
            if piece:
                self.payload.append(piece)
            return
        self._text += len(text)
        if self._text > _MAX_TEXT:
            raise SoapError("De envelop is groter dan een envelop kan zijn.")
        self._tree.data(text)

    def _end(self, name: str) -> None:
        if self._decoder:
            try:
                self._decoder.close()
            except Base64Error:
                raise SoapError("De base64-inhoud van het bericht is afgebroken.") from None
            self._decoder = None
            self._tree.data(_STAND_IN)
        self._depth -= 1
        self._tree.end(_clark(name))


def _clark(name: str) -> str:
    namespace, separator, local = name.rpartition(" ")
    return f"{{{namespace}}}{local}" if separator else local


def _declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding and encoding.lower() not in {"utf-8", "us-ascii"}:
        raise SoapError(_NOT_UTF_8)


def _no_doctype(*_: object) -> None:
    raise SoapError("Het bericht bevat een DTD (DOCTYPE); die is niet toegestaan.")


def _no_instruction(*_: object) -> None:
    raise SoapError("Het bericht bevat een verwerkingsinstructie; die staat SOAP niet toe.")
