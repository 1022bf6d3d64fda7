"""Every value can tell where it stands: its path as the contract writes it, and its line."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.ijw.bericht import XSD_VERSIE, Bericht
from gateway.ijw.klasse import Klasse, velden
from gateway.ijw.toewijzing import JW301, JW302
from gateway.wire.document import LARGE, Document
from gateway.wire.place import Places, lines, paths
from tests.strategies import berichten
from tests.wire.reading import read_valid
from tests.xsd import TYPES, document

PRODUCTS = b"<jw301:ToegewezenProducten>"


def jw301() -> JW301:
    """Read a JW301 with two products."""
    content = document("JW301", ("Client", "ToegewezenProducten", "ToegewezenProduct", "Einddatum"), "2026-05-01")
    start = content.index(PRODUCTS) + len(PRODUCTS)
    end = content.index(b"</jw301:ToegewezenProducten>")
    bericht = read_valid(content[:end] + content[start:end] + content[end:])
    assert isinstance(bericht, JW301)
    return bericht


def test_classes() -> None:
    """A class has its path from the root, numbered where it has siblings; equal classes are told apart."""
    bericht = jw301()
    places = paths(bericht)
    first, second = bericht.client.toegewezen_producten
    assert first == second
    assert places.path(bericht) == "/Bericht"
    assert places.path(bericht.client.naam.geslachtsnaam) == "/Bericht/Client/Naam/Geslachtsnaam"
    assert places.path(bericht.client.contactgegevens[0]) == "/Bericht/Client/Contactgegevens/Contact"
    assert places.path(first) == "/Bericht/Client/ToegewezenProducten/ToegewezenProduct[1]"
    assert places.path(second) == "/Bericht/Client/ToegewezenProducten/ToegewezenProduct[2]"


def test_fields() -> None:
    """A field is at the path of its class; one that is absent is told at its class."""
    bericht = jw301()
    places = paths(bericht)
    product = bericht.client.toegewezen_producten[1]
    own = "/Bericht/Client/ToegewezenProducten/ToegewezenProduct[2]"
    assert places.path(product, "einddatum") == f"{own}/Einddatum"
    assert places.path(product, "budget") == own
    assert places.path(bericht.client, "toegewezen_producten") == "/Bericht/Client/ToegewezenProducten"
    assert places.path(bericht.client, "relaties") == "/Bericht/Client"
    assert places.path(bericht.client, "naam") == "/Bericht/Client/Naam"


def test_retour_codes() -> None:
    """A code in a list has its own path, numbered where there are more."""
    place = ("Header", "RetourCodes", "RetourCode")
    one = read_valid(document("JW302", place, "0001"))
    code = b"<jw302:RetourCode>0001</jw302:RetourCode>"
    two = read_valid(document("JW302", place, "0001").replace(code, code * 2))
    assert isinstance(one, JW302)
    assert isinstance(two, JW302)
    assert paths(one).path(one.header, "retour_codes", 0) == "/Bericht/Header/RetourCodes/RetourCode"
    assert paths(two).path(two.header, "retour_codes", 1) == "/Bericht/Header/RetourCodes/RetourCode[2]"
    assert paths(two).path(two.header, "retour_codes") == "/Bericht/Header/RetourCodes"


def test_a_value_of_another_message() -> None:
    """Who asks for a value that is not in the message has made a mistake, and hears so."""
    with pytest.raises(ValueError, match="not part of this message"):
        paths(jw301()).path(jw301().client)


def test_a_value_in_two_places() -> None:
    """Of a value that the gateway itself put in two places, the first one is told."""
    content = document("JW302")
    bericht = read_valid(content)
    assert isinstance(bericht, JW302)
    header = type(bericht.header)(
        **{veld.field: getattr(bericht.header, veld.field) for veld in velden(type(bericht.header))}
        | {"xsd_versie": XSD_VERSIE, "xsd_versie_retour": XSD_VERSIE}
    )
    assert paths(JW302(header=header)).path(XSD_VERSIE) == "/Bericht/Header/XsdVersie"


def all_paths(bericht: Bericht) -> Iterator[str]:
    """Give the path of every class and field of a message, in the order of the document."""
    places = Places(bericht)

    def walk(value: Klasse) -> Iterator[str]:
        for veld in velden(type(value)):
            content: Any = getattr(value, veld.field)
            if content is None or content == ():
                continue
            yield places.path(value, veld.field)
            if isinstance(content, Klasse):
                yield from walk(content)
            elif isinstance(content, tuple):
                for number, item in enumerate(content):
                    if isinstance(item, Klasse):
                        yield places.path(item)
                        yield from walk(item)
                    else:
                        yield places.path(value, veld.field, number)

    yield places.path(bericht)
    yield from walk(bericht)


@pytest.mark.parametrize("message_type", TYPES)
@given(data=st.data())
def test_paths_and_lines_are_those_of_the_document(message_type: str, data: st.DataObject) -> None:
    """The paths of all values are the elements of the document, in order, and each is found at its line."""
    content = data.draw(berichten(message_type))
    root = etree.fromstring(content)
    expected = {
        "/" + "/".join(_step(node) for node in (*reversed(list(element.iterancestors())), element)): element.sourceline
        for element in root.iter("{*}*")
    }
    found = list(all_paths(read_valid(content)))
    assert found == list(expected)
    assert lines(Document(content), found) == expected


def _step(element: etree._Element) -> str:
    name = etree.QName(element).localname
    siblings = [] if element.getparent() is None else list(element.itersiblings("{*}" + name, preceding=True))
    alone = element.getparent() is None or len(element.getparent().findall("{*}" + name)) == 1  # type: ignore[union-attr]
    return name if alone else f"{name}[{len(siblings) + 1}]"


def test_lines_of_what_is_not_there() -> None:
    """A path that the document does not have has no line."""
    content = document("JW301")
    assert lines(Document(content), []) == {}
    assert lines(Document(content), ["/Bericht/Client/Bsn[2]", "/Bericht/Onbekend", "/Anders"]) == {}


def test_lines_beyond_what_libxml2_counts() -> None:
    """Lines are exact above 65,535, in a document that is read from a file."""
    content = document("JW301").replace(b"<jw301:Client>", b"\r\n" * 600_000 + b"<jw301:Client>")
    with closing(Document()) as spooled:
        spooled.append(content)
        assert spooled.size > LARGE
        assert lines(spooled, ["/Bericht/Client", "/Bericht/Client/Bsn", "/Bericht/Header"]) == {
            "/Bericht/Header": 1,
            "/Bericht/Client": 600_001,
            "/Bericht/Client/Bsn": 600_001,
        }


def test_the_rest_is_not_read() -> None:
    """When every path is found, the rest of the document is left alone, even if it is broken."""
    content = document("JW301")
    broken = content[: content.index(b"<jw301:Client>")] + b"<<<"
    assert lines(Document(broken), ["/Bericht/Header/Afzender"]) == {"/Bericht/Header/Afzender": 1}
