"""What is said about a message repeats nothing that its sender wrote: it may be a name, or a BSN."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.wire.document import Document
from gateway.wire.json_form import to_json
from gateway.wire.reader import Reading
from tests.strategies import berichten
from tests.wire.reading import CODEC, read, read_large, read_valid
from tests.xsd import TYPES, document, texts

# Letters, digits, and a form that is allowed as the name of an element.
MARKERS: Final = st.sampled_from(["Wittemansjansen", "x999900018", "Dörthe-Éva"])
Place = Callable[[etree._Element, str], None]


def as_text(node: etree._Element, marker: str) -> None:
    """Put it where the value goes, or between elements."""
    node.text = marker


def after(node: etree._Element, marker: str) -> None:
    """Put it after an element."""
    node.tail = marker


def as_name(node: etree._Element, marker: str) -> None:
    """Name the element so."""
    node.tag = f"{{{etree.QName(node).namespace}}}{marker}"


def as_namespace(node: etree._Element, marker: str) -> None:
    """Put the element into a namespace of that name."""
    node.tag = f"{{urn:{marker}}}{etree.QName(node).localname}"


def as_known_namespace(node: etree._Element, marker: str) -> None:
    """Let the namespace look like one of the standard."""
    node.tag = f"{{http://www.istandaarden.nl/ijw/3_2/{marker}/schema}}{etree.QName(node).localname}"


def as_child(node: etree._Element, marker: str) -> None:
    """Put an element of that name into the element."""
    etree.SubElement(node, f"{{{etree.QName(node).namespace}}}{marker}")


def as_attribute(node: etree._Element, marker: str) -> None:
    """Name an attribute so."""
    node.set(marker, "1")


def as_attribute_value(node: etree._Element, marker: str) -> None:
    """Give an attribute that value."""
    node.set("{http://www.w3.org/2001/XMLSchema-instance}type", marker)


PLACES: Final[list[Place]] = [
    as_text,
    after,
    as_name,
    as_namespace,
    as_known_namespace,
    as_child,
    as_attribute,
    as_attribute_value,
]


def silent(reading: Reading, marker: str) -> None:
    """See to it that nothing that is said of a refused message holds the marker, or part of it."""
    assert reading.refusal is not None
    assert reading.findings
    said = json.dumps([finding.as_json() for finding in reading.findings], ensure_ascii=False)
    for part in (marker, marker[:6], marker[1:7], marker[-6:]):
        assert part.lower() not in said.lower()


@pytest.mark.parametrize("message_type", TYPES)
@given(data=st.data(), marker=MARKERS)
def test_schema_errors(message_type: str, data: st.DataObject, marker: str) -> None:
    """Wherever it stands in a message that does not fit its schema, a value is not repeated."""
    root = etree.fromstring(data.draw(berichten(message_type)))
    nodes = list(root.iter("{*}*"))
    versions = next(root.iter("{*}XsdVersie"))
    node = data.draw(st.sampled_from(nodes))
    data.draw(st.sampled_from([place for place in PLACES if place is not after or node is not root]))(node, marker)
    # A name may well be a good value where it was put; this one never is.
    versions.text = marker
    content = etree.tostring(root, encoding="utf-8")
    silent(read(content), marker)
    assert read_large(content) == read(content)


@pytest.mark.parametrize("message_type", TYPES)
def test_every_value(message_type: str) -> None:
    """In each element of a message: a value that is too long, of the wrong kind, and not in the list."""
    for place, kind in texts(message_type):
        marker = "Wittemansjansen 999900018"
        free = kind.base == "string" and not kind.enumeration and not (kind.max_length or kind.patterns)
        if not free:
            content = document(message_type, place, marker * 20)
            reading = read(content)
            if reading.refusal is not None:
                silent(reading, marker)


@pytest.mark.parametrize(
    "broken",
    [
        b"<%s",
        b"<%s>",
        b"<a><%s></a>",
        b"<a %s></a>",
        b"<a %s='1' %s='2'/>",
        b"<a>&%s;</a>",
        b"<%s:a/>",
        b"<a>%s</a>%s",
        b"<a>%s\xff</a>",
        b"<a>%s\x01</a>",
        b"<a><!-- %s --",
        b"<?%s",
        b"<!DOCTYPE %s [<!ENTITY %s SYSTEM '%s'>]><a>&%s;</a>",
        b"<?xml version='1.0' encoding='%s'?><a/>",
        b"<?xml version='%s'?><a/>",
        b"\xef\xbb\xbf<a>%s</a>",
        b"%s",
        b"<a xmlns:%s=''/>",
        b"<a><![CDATA[%s</a>",
    ],
)
@pytest.mark.parametrize("marker", [b"Wittemansjansen", b"x999900018"])
def test_broken_documents(broken: bytes, marker: bytes) -> None:
    """What the parser stumbled over is not shown."""
    content = broken.replace(b"%s", marker)
    silent(read(content), marker.decode())
    silent(read_large(content), marker.decode())


def places(form: Any) -> Iterator[tuple[Any, Any]]:
    """Give every place in a form: what holds it, and its name or number."""
    items = form.items() if isinstance(form, dict) else enumerate(form)
    for name, value in list(items):
        yield form, name
        if isinstance(value, dict | list):
            yield from places(value)


@pytest.mark.parametrize("message_type", TYPES)
@given(data=st.data(), marker=MARKERS)
def test_json(message_type: str, data: st.DataObject, marker: str) -> None:
    """Neither a value nor a name in a typed form is repeated."""
    form = to_json(read_valid(data.draw(berichten(message_type))))
    holder, name = data.draw(st.sampled_from(list(places(form))))
    value = holder[name]
    wrong = data.draw(st.sampled_from([marker, [marker], {marker: 1}, 12.5, True]))
    if isinstance(holder, dict) and data.draw(st.booleans()):
        holder[marker] = holder.pop(name) if data.draw(st.booleans()) else value
    else:
        holder[name] = wrong
    if isinstance(form.get("bericht"), dict):
        form["bericht"].setdefault("header", {})
        if isinstance(form["bericht"]["header"], dict):
            form["bericht"]["header"]["xsdVersie"] = marker
    _, reading = CODEC.read_json(Document(json.dumps(form).encode()))
    silent(reading, marker)


@pytest.mark.parametrize("form", ['{"%s"', '"%s"', '{"type": "%s"}', '{"%s": 1}', '{"type": "JW301", "release": "%s"}'])
def test_json_that_is_no_form(form: str) -> None:
    """What is no typed form at all is not repeated either."""
    marker = "Wittemansjansen"
    silent(CODEC.read_json(Document(form.replace("%s", marker).encode()))[1], marker)
