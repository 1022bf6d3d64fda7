"""Two engines, one verdict: on valid messages, and on messages with one thing wrong."""

from collections.abc import Callable
from copy import deepcopy
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.schemas.engines import libxml2_accepts, xmlschema_accepts_plain
from tests.strategies import berichten
from tests.xsd import BASISSCHEMA, TYPES, read_xsd


@pytest.mark.parametrize("message_type", TYPES)
@given(data=st.data())
def test_both_engines_accept_valid_messages(message_type: str, data: st.DataObject) -> None:
    """What the schemas allow, however it is written, both engines accept."""
    content = data.draw(berichten(message_type))
    assert libxml2_accepts(message_type, content)
    assert xmlschema_accepts_plain(message_type, content)


XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
# Values that are just inside one type and just outside another, or outside all of them.
VALUES: Final = [
    *("", " ", "\n", "0", "1", "-1", "+1", "01", " 1 ", "99", "100", "99999", "100000", "99999999", "100000000"),
    *("999999999", "1000000000", "999999999999", "1000000000000", "1.0", "1e1", "9" * 25),
    *("2026-04-01", " 2026-04-01", "2026-02-29", "2026-04-01Z", "2026-04-01+01:00", "0000-01-01", "-0001-01-01"),
    *("10:00:00", "24:00:00", "24:00:01", "10:00:00Z", "10:00", "0384", "65656055", "999900006", "1.0.0", "01.0.0"),
    *("A", "AB", "NL", "nl", "C", "D", "40", "46A04", "9999", "0200", "S300", "436", "3", "2", " 2", "02"),
    *("x" * length for length in (2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 20, 21, 24, 25, 26, 35, 36, 37)),
    *("é" * length for length in (6, 7, 64, 65, 80, 81, 200, 201)),
    *("1" * length for length in (3, 4, 8, 9, 12, 15, 16, 20)),
    *("a\nb", "\u00a0", "\u20031", "\u0663", "x\x85", "\u2028"),
]
Mutation = Callable[[etree._Element, st.DataObject], None]


def own_parent(node: etree._Element) -> etree._Element:
    """Give the element around one that is not the root."""
    parent = node.getparent()
    assert parent is not None
    return parent


def pick(root: etree._Element, data: st.DataObject) -> etree._Element:
    """Choose an element, not the root."""
    return data.draw(st.sampled_from(list(root.iterdescendants("{*}*"))))


def drop(root: etree._Element, data: st.DataObject) -> None:
    """Leave an element out."""
    node = pick(root, data)
    own_parent(node).remove(node)


def duplicate(root: etree._Element, data: st.DataObject) -> None:
    """Write an element twice."""
    node = pick(root, data)
    node.addnext(deepcopy(node))


def swap(root: etree._Element, data: st.DataObject) -> None:
    """Put an element before the one that it follows."""
    node = pick(root, data)
    before = node.getprevious()
    if before is not None:
        before.addprevious(node)


def move(root: etree._Element, data: st.DataObject) -> None:
    """Put an element into another one."""
    node, target = pick(root, data), pick(root, data)
    if node is not target and node not in target.iterancestors():
        target.append(node)


def rename(root: etree._Element, data: st.DataObject) -> None:
    """Call an element by the name of another one, or by one that nobody knows."""
    names = sorted({etree.QName(node).localname for node in root.iter("{*}*")})
    node = data.draw(st.sampled_from([root, pick(root, data)]))
    name = data.draw(st.sampled_from([*names, "Onbekend", etree.QName(node).localname.lower()]))
    node.tag = etree.QName(etree.QName(node).namespace, name)


def change_namespace(root: etree._Element, data: st.DataObject) -> None:
    """Put an element into another namespace, or in none."""
    node = data.draw(st.sampled_from([root, pick(root, data)]))
    namespaces = ["urn:vreemd", BASISSCHEMA, read_xsd("JW301").namespace, None]
    namespace = data.draw(st.sampled_from(namespaces))
    node.tag = etree.QName(namespace, etree.QName(node).localname)


def add_attribute(root: etree._Element, data: st.DataObject) -> None:
    """Give an element an attribute; those of XML Schema itself have a meaning of their own."""
    node = data.draw(st.sampled_from([root, pick(root, data)]))
    attributes = [
        *(("x", "1"), ("{urn:vreemd}x", "1"), (f"{{{BASISSCHEMA}}}x", "1")),
        *(("{http://www.w3.org/XML/1998/namespace}lang", "nl"), (f"{XSI}onbekend", "1")),
        *((f"{XSI}nil", value) for value in ("true", "false", "0", "ja")),
        *((f"{XSI}schemaLocation", value) for value in ("urn:vreemd nergens.xsd", "nergens.xsd")),
        (f"{XSI}noNamespaceSchemaLocation", "nergens.xsd"),
    ]
    node.set(*data.draw(st.sampled_from(attributes)))


def change_text(root: etree._Element, data: st.DataObject) -> None:
    """Change a value, or write between elements where no text belongs."""
    node = data.draw(st.sampled_from([root, pick(root, data), pick(root, data)]))
    node.text = data.draw(st.sampled_from(VALUES))


def change_tail(root: etree._Element, data: st.DataObject) -> None:
    """Write after an element."""
    pick(root, data).tail = data.draw(st.sampled_from(VALUES))


MUTATIONS: Final[list[Mutation]] = [
    drop,
    duplicate,
    swap,
    move,
    rename,
    change_namespace,
    add_attribute,
    change_text,
    change_text,
    change_tail,
]


@pytest.mark.parametrize("message_type", TYPES)
@given(data=st.data())
def test_both_engines_judge_a_changed_message_alike(message_type: str, data: st.DataObject) -> None:
    """A message with one thing changed is right or wrong, and both engines say the same."""
    root = etree.fromstring(data.draw(berichten(message_type)))
    data.draw(st.sampled_from(MUTATIONS))(root, data)
    content = etree.tostring(root, encoding="utf-8")
    assert libxml2_accepts(message_type, content) is xmlschema_accepts_plain(message_type, content)
