"""From bytes to a typed message, or to everything that is wrong with them."""

from __future__ import annotations

import threading
from typing import Any, Final, cast

from lxml import etree
from msgspec import Struct

from gateway.ijw.bericht import RELEASE, Bericht
from gateway.ijw.berichten import BERICHTEN
from gateway.ijw.finding import Finding
from gateway.wire.builder import Pending, build_bericht, item_readers
from gateway.wire.document import Document
from gateway.wire.expat import ExpatError
from gateway.wire.explain import explain, explain_root
from gateway.wire.guard import guard
from gateway.wire.malformed import check_form, malformed, unreadable
from gateway.wire.refusal import Kind, Refusal
from gateway.wire.schemas import Schemas
from gateway.wire.wording import Meaning

# A document with a DTD never gets here (see guard), so there is no entity to resolve. `resolve_entities=False` is not
# said to a parser that has a schema: lxml 6 then keeps its errors to itself, and a truncated message would pass.
_OPTIONS: Final[dict[str, Any]] = {
    "load_dtd": False,
    "no_network": True,
    "remove_comments": True,
    "remove_pis": True,
    "collect_ids": False,
    "encoding": "utf-8",
}
# libxml2 keeps a document within bounds that none of this size can reach; only a larger one needs the wide ones.
_WIDE: Final = 9_000_000
# So much of a large document is parsed before it is seen whether it still fits the schema.
_PIECE: Final = 64 * 1024
_BY_TAG: Final = {f"{{{bericht.namespace()}}}Bericht": bericht for bericht in BERICHTEN.values()}


class Reading(Struct, frozen=True):
    """What came of reading a document: a message, or a refusal; the type where it could be told.

    `opt_out` stood in a typed form beside the message.
    """

    type: str | None = None
    bericht: Bericht | None = None
    refusal: Refusal | None = None
    breaches: tuple[Finding, ...] = ()
    opt_out: bool = False

    @property
    def release(self) -> str | None:
        """Give the release of the standard, when the type is known."""
        return RELEASE if self.type else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Give what is wrong; nothing for a good message."""
        return self.refusal.findings if self.refusal else self.breaches


class _Parsers(threading.local):
    """A parser of each thread's own: making one costs a tenth of reading a small message."""

    def __init__(self) -> None:
        self.small = etree.XMLParser(resolve_entities=False, **_OPTIONS)


_PARSERS = _Parsers()


class Reader:
    """Reads documents against the schemas in force; may be used by many threads at once."""

    def __init__(self, schemas: Schemas, meaning: Meaning) -> None:
        """Read with these schemas; `meaning` names the codes of the lists in what is said about them."""
        self._schemas = schemas
        self._meaning = meaning

    def read(self, document: Document) -> Reading:
        """Read a document safely: nothing in it makes the reader open, expand or fetch anything."""
        refusal = guard(document)
        if refusal:
            return Reading(refusal=refusal)
        try:
            return self._read_large(document) if document.large else self._read_small(document)
        except etree.XMLSyntaxError as error:
            return _malformed(document, error.lineno)

    def _read_small(self, document: Document) -> Reading:
        root = etree.fromstring(document.content(), _PARSERS.small)
        bericht = _BY_TAG.get(str(root.tag))
        if bericht is None:
            return _unknown(document)
        if not self._schemas[bericht.TYPE].compiled.validate(root):
            return self._invalid(document, bericht)
        return Reading(bericht.TYPE, build_bericht(root, bericht))

    def _read_large(self, document: Document) -> Reading:
        wide = document.size > _WIDE
        # A quick look first, in which nothing is made: what is broken far down is refused before any work is done.
        look = etree.XMLParser(target=cast("Any", _Nothing()), huge_tree=wide, **_OPTIONS)
        etree.parse(document.open(), look)
        # About namespaces such a parser complains, but does not raise.
        for complaint in look.error_log.filter_domains(etree.ErrorDomains.NAMESPACE).filter_from_errors():
            return _malformed(document, complaint.line)
        root = _root(document, huge_tree=wide)
        bericht = _BY_TAG.get(str(root.tag))
        if bericht is None:
            return _unknown(document)
        items = item_readers(bericht)
        parser = etree.XMLPullParser(
            events=("end",),
            tag=tuple(items) or "none",
            schema=self._schemas[bericht.TYPE].compiled,
            huge_tree=wide,
            **_OPTIONS,
        )
        pending: Pending = {}
        for piece in document.chunks(_PIECE):
            parser.feed(piece)
            if _errors(parser):
                return self._invalid(document, bericht)
            for _, element in parser.read_events():
                _take(element, *items[str(element.tag)], pending)
        return Reading(bericht.TYPE, build_bericht(parser.close(), bericht, pending))

    def _invalid(self, document: Document, bericht: type[Bericht]) -> Reading:
        try:
            findings = explain(document, self._schemas[bericht.TYPE].model, self._meaning)
        except ExpatError as error:
            return Reading(bericht.TYPE, refusal=malformed(error))
        # The two engines agree (tests hold them against each other); should they ever not, libxml2's word is law.
        findings = findings or [Finding("xsd", "XSD", "Het bericht voldoet niet aan het schema.", "/Bericht", line=1)]
        return Reading(bericht.TYPE, refusal=Refusal(Kind.SCHEMA_INVALID, tuple(findings)))


class _Nothing:
    """What a parser makes of a document when it is only asked whether it can be read."""

    def close(self) -> None:
        """Give nothing."""


def _root(document: Document, **options: Any) -> etree._Element:
    parser = etree.XMLPullParser(events=("start",), **options, **_OPTIONS)
    for piece in document.chunks(_PIECE):
        parser.feed(piece)
        for _, element in parser.read_events():
            return element
    message = "a document without an element was not refused"
    raise AssertionError(message)


def _errors(parser: etree.XMLPullParser) -> bool:
    """Tell whether what was parsed so far does not fit the schema; a warning is no error."""
    log = parser.feed_error_log
    return len(log) > 0 and len(log.filter_domains(etree.ErrorDomains.SCHEMASV)) > 0


def _malformed(document: Document, line: int | None) -> Reading:
    return Reading(refusal=check_form(document) or unreadable(line))


def _unknown(document: Document) -> Reading:
    try:
        return Reading(refusal=Refusal(Kind.SCHEMA_INVALID, (explain_root(document),)))
    except ExpatError as error:
        return Reading(refusal=malformed(error))


def _take(element: etree._Element, list_tag: str, read: Any, pending: Pending) -> None:
    """Read an item of a list as soon as it is complete, and drop it from the tree."""
    parent = element.getparent()
    if parent is None or parent.tag != list_tag:
        return
    pending.setdefault(list_tag, []).append(read(element, pending))
    element.clear()
    while element.getprevious() is not None:
        del parent[0]
