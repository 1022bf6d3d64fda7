"""From bytes to a typed message, or to everything that is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from lxml import etree

from gateway.ijw.bericht import RELEASE, Bericht
from gateway.ijw.berichten import BY_NAMESPACE
from gateway.ijw.finding import Finding
from gateway.wire.builder import Pending, Read, build_bericht, item_readers
from gateway.wire.document import Document
from gateway.wire.explain import explain, shown, unknown_root
from gateway.wire.guard import guard
from gateway.wire.malformed import check_form, malformed, unreadable
from gateway.wire.refusal import Kind, Refusal
from gateway.wire.schemas import Schemas
from gateway.wire.wording import Meaning

# libxml2 keeps a document within bounds that no message of this size can reach; only a larger one needs the wide ones.
_WIDE = 9_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a document: a message, or a refusal; the type where it could be told."""

    type: str | None = None
    bericht: Bericht | None = None
    refusal: Refusal | None = None

    @property
    def release(self) -> str | None:
        """Give the release of the standard, when the type is known."""
        return RELEASE if self.type else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Give what is wrong; nothing for a good message."""
        return self.refusal.findings if self.refusal else ()


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
            return self._malformed(document, error)

    def _read_small(self, document: Document) -> Reading:
        root = etree.fromstring(document.content(), etree.XMLParser(resolve_entities=False, **_OPTIONS))
        bericht = BY_NAMESPACE.get(_namespace(root))
        if bericht is None:
            return _unknown(root)
        if not self._schemas[bericht.TYPE].compiled.validate(root):
            return self._invalid(document, bericht)
        return Reading(bericht.TYPE, build_bericht(root, bericht))

    def _read_large(self, document: Document) -> Reading:
        # One quick look by another parser first: what is broken far down is then refused before any work is done on it.
        refusal = check_form(document)
        if refusal:
            return Reading(refusal=refusal)
        wide = document.size > _WIDE
        root = next(iter(etree.iterparse(document.open(), events=("start",), huge_tree=wide, **_OPTIONS)))[1]
        bericht = BY_NAMESPACE.get(_namespace(root))
        if bericht is None:
            return _unknown(root)
        items = item_readers(bericht)
        events = etree.iterparse(
            document.open(),
            tag=tuple(items),
            huge_tree=wide,
            schema=self._schemas[bericht.TYPE].compiled,
            **_OPTIONS,
        )
        pending: Pending = {}
        try:
            for _, element in events:
                _take(element, *items[element.tag], pending)
        except (etree.XMLSyntaxError, KeyError, ValueError):
            # Elements are taken while the verdict is still being made: what is not valid may not be readable.
            return self._invalid(document, bericht)
        assert events.root is not None, "a valid document has a root"  # noqa: S101 - tells the type checker
        return Reading(bericht.TYPE, build_bericht(events.root, bericht, pending))

    def _invalid(self, document: Document, bericht: type[Bericht]) -> Reading:
        schema = self._schemas[bericht.TYPE]
        try:
            findings = explain(document, schema.model, self._meaning)
        except expat.ExpatError as error:
            return Reading(bericht.TYPE, refusal=malformed(error))
        # The two engines agree (tests hold them against each other); should they ever not, libxml2's word is law.
        findings = findings or [Finding("xsd", "XSD", "Het bericht voldoet niet aan het schema.", "/Bericht", line=1)]
        return Reading(bericht.TYPE, refusal=Refusal(Kind.SCHEMA_INVALID, tuple(findings)))

    def _malformed(self, document: Document, error: etree.XMLSyntaxError) -> Reading:
        return Reading(refusal=check_form(document) or unreadable(error.lineno))


# A document with a DTD never gets here (see guard), so there is no entity to resolve. It is not said to iterparse
# because lxml 6 then swallows the errors of a parser that has a schema: a truncated message would pass.
_OPTIONS: dict[str, Any] = {
    "load_dtd": False,
    "no_network": True,
    "remove_comments": True,
    "remove_pis": True,
    "collect_ids": False,
    "encoding": "utf-8",
}


def _namespace(root: etree._Element) -> str:
    return etree.QName(root).namespace or ""


def _unknown(root: etree._Element) -> Reading:
    finding = Finding("xsd", "XSD", unknown_root(_namespace(root)), f"/{shown(etree.QName(root).localname)}", line=1)
    return Reading(refusal=Refusal(Kind.SCHEMA_INVALID, (finding,)))


def _take(element: etree._Element, list_tag: str, read: Read, pending: Pending) -> None:
    """Read an item of a list as soon as it is complete, and drop it from the tree."""
    parent = element.getparent()
    if parent is None or parent.tag != list_tag:
        return
    pending.setdefault(list_tag, []).append(read(element, pending))
    element.clear()
    while element.getprevious() is not None:
        del parent[0]
