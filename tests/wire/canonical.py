"""Canonical XML of what is content: so that two documents can be held against each other."""

from collections.abc import Iterator
from functools import cache

from lxml import etree

from tests.xsd import TYPES, Field, fields_of, root_of

_PARSER = etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False)
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def canonical(document: bytes, *, as_written: bool = False) -> bytes:
    """Give canonical XML; unless `as_written`, without the white space between elements, and with equal prefixes."""
    root = etree.fromstring(document, _PARSER)
    return etree.tostring(root if as_written else _plain(root), method="c14n")


@cache
def _class_names() -> frozenset[str]:
    """Give the names of the elements that hold elements, if any: white space in them is no text."""

    def walk(message_type: str, field: Field) -> Iterator[str]:
        inside = fields_of(message_type, field)
        if inside is not None:
            yield field.name
            for child in inside[1]:
                yield from walk(message_type, child)

    return frozenset(name for message_type in TYPES for name in walk(message_type, root_of(message_type)))


def _plain(element: etree._Element) -> etree._Element:
    # lxml makes up the prefixes ns0, ns1 … in the order in which the namespaces come.
    copy = etree.Element(element.tag)
    for name, value in element.attrib.items():
        if not str(name).startswith(_XSI):
            copy.set(name, value)
    blank = not (element.text or "").strip(" \t\n\r")
    copy.text = None if blank and etree.QName(element).localname in _class_names() else element.text
    copy.extend(_plain(child) for child in element)
    return copy
