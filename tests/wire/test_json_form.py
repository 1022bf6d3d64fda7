"""The typed form in JSON: its names, what may be left out, and what is said of what is wrong."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.ijw.berichten import BERICHTEN
from gateway.ijw.finding import Finding
from gateway.wire.document import MAX_SIZE, Document
from gateway.wire.explain import MAX_FINDINGS
from gateway.wire.json_form import to_json
from gateway.wire.reader import Reading
from gateway.wire.refusal import Kind
from tests.strategies import berichten
from tests.wire.reading import CODEC, read_valid
from tests.xsd import TYPES, Field, document, fields_of, root_of

SMALLEST: dict[str, Any] = to_json(read_valid(document("JW301")))


def form(**changes: Any) -> dict[str, Any]:
    """Copy the form of the smallest JW301, with changes in its client."""
    copy: dict[str, Any] = json.loads(json.dumps(SMALLEST))
    copy["bericht"]["client"] |= changes
    return copy


def read(content: object) -> Reading:
    """Read a form."""
    return CODEC.read_json(Document(json.dumps(content).encode()))[1]


def finding(content: object) -> Finding:
    """Read a form that has to be refused for one reason; there is no file, so there is no line."""
    reading = read(content)
    assert reading.bericht is None
    (found,) = reading.findings
    assert found.line is None
    return found


def test_the_smallest_form() -> None:
    """The form of a message is its type, its release, and its elements by name."""
    assert SMALLEST == {
        "type": "JW301",
        "release": "3.2",
        "bericht": {
            "header": {
                "berichtCode": "436",
                "berichtVersie": 3,
                "berichtSubversie": 2,
                "afzender": "0384",
                "ontvanger": "65656055",
                "berichtIdentificatie": {"identificatie": "x", "dagtekening": "2026-04-01"},
                "xsdVersie": {"basisschemaXsdVersie": "1.0.0", "berichtXsdVersie": "1.0.0"},
            },
            "client": {
                "bsn": "999900006",
                "geboortedatum": {"datum": "2026-04-01"},
                "geslacht": "0",
                "naam": {"geslachtsnaam": {"achternaam": "x"}, "naamGebruik": "1"},
                "contactgegevens": [{"soort": "01"}],
                "toegewezenProducten": [
                    {
                        "toewijzingNummer": 1,
                        "toewijzingsdatum": "2026-04-01",
                        "toewijzingstijd": "10:00:00",
                        "ingangsdatum": "2026-04-01",
                    }
                ],
            },
        },
    }


def names(content: Any) -> Iterator[str]:
    """Give every name in a form, in order."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield name
            yield from names(value)
    elif isinstance(content, list):
        for value in content:
            yield from names(value)


def names_of_elements(message_type: str, element: etree._Element, field: Field) -> Iterator[str]:
    """Give the name of every element in a document, with a small letter in front; items of a list have no name."""
    inside = fields_of(message_type, field)
    for child in element.iterchildren("{*}*") if inside else ():
        name = etree.QName(child).localname
        own = next(own for own in inside[1] if own.name == name) if inside else field
        if own.maximum is not None:
            yield name[0].lower() + name[1:]
        yield from names_of_elements(message_type, child, own)


@pytest.mark.parametrize("message_type", TYPES)
@given(data=st.data())
def test_names_are_lower_camel_case(message_type: str, data: st.DataObject) -> None:
    """Every name is the standard's, with a small letter in front, in the order of the message."""
    content = data.draw(berichten(message_type))
    found = list(names(to_json(read_valid(content))["bericht"]))
    assert found == list(names_of_elements(message_type, etree.fromstring(content), root_of(message_type)))


@pytest.mark.parametrize("message_type", TYPES)
def test_what_is_always_the_same_may_be_left_out(message_type: str) -> None:
    """The code and the versions of a type are filled in; what is given is kept."""
    bericht = read_valid(document(message_type))
    content = to_json(bericht)
    header = content["bericht"]["header"]
    fixed = ("berichtCode", "berichtVersie", "berichtSubversie", "xsdVersie", "xsdVersieRetour", "xsdVersieDeclaratie")
    # What is left out may also be null, here as everywhere.
    header.update({name: None for name in fixed if name in header})
    assert read(content).bericht == bericht
    for name in fixed:
        header.pop(name, None)
    assert read(content).bericht == bericht
    header["xsdVersie"] = {"basisschemaXsdVersie": "1.2.3", "berichtXsdVersie": "4.5.6"}
    kept = read(content).bericht
    assert kept is not None
    assert to_json(kept)["bericht"]["header"]["xsdVersie"] == header["xsdVersie"]


@pytest.mark.parametrize("absent", [None, []])
def test_what_is_absent(absent: object) -> None:
    """What is not there is left out, null, or an empty list."""
    assert read(form(relaties=absent, commentaar=None)).bericht == read(form()).bericht
    assert finding(form(toegewezenProducten=absent)).message == (
        "In Client ontbreekt het verplichte element ToegewezenProducten; het hoort na Contactgegevens."
    )


def test_the_release_may_be_left_out() -> None:
    """There is one release."""
    content = form()
    del content["release"]
    assert read(content).findings == ()


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        (
            {"geslacht": "7"},
            "/Bericht/Client/Geslacht",
            (
                "Geslacht moet zijn: een van de codes 0 (Onbekend), 1 (Mannelijk), 2 (Vrouwelijk); "
                "de code staat niet in de lijst."
            ),
        ),
        ({"geslacht": 1}, "/Bericht/Client/Geslacht", "Hier hoort tekst, tussen aanhalingstekens."),
        ({"geslacht": True}, "/Bericht/Client/Geslacht", "Hier hoort tekst, tussen aanhalingstekens."),
        ({"geslacht": ["1"]}, "/Bericht/Client/Geslacht", "Hier hoort tekst, tussen aanhalingstekens."),
        ({"naam": "Jansen"}, "/Bericht/Client/Naam", "Hier hoort een object."),
        ({"contactgegevens": {"soort": "01"}}, "/Bericht/Client/Contactgegevens", "Hier hoort een lijst."),
        ({"contactgegevens": ["01"]}, "/Bericht/Client/Contactgegevens/Contact", "Hier hoort een object."),
        (
            {"contactgegevens": [{"soort": "01"}, {"soort": "99"}]},
            "/Bericht/Client/Contactgegevens/Contact[2]/Soort",
            None,
        ),
        ({"commentaar": "a\x00b"}, "/Bericht/Client/Commentaar", "Hier staat een teken dat in XML niet bestaat."),
        ({"commentaar": "a\ud800b"}, "/Bericht/Client/Commentaar", "Hier staat een teken dat in XML niet bestaat."),
        ({"commentaar": "a\uffffb"}, "/Bericht/Client/Commentaar", "Hier staat een teken dat in XML niet bestaat."),
    ],
)
def test_wrong_values(changes: dict[str, Any], path: str, message: str | None) -> None:
    """What is wrong with a form is told at the path of the element that it stands for."""
    found = finding(form(**changes))
    assert (found.source, found.code, found.path) == ("xsd", "XSD", path)
    if message is not None:
        assert found.message == message


def test_wrong_numbers() -> None:
    """A number is whole; it may be written as text, as a client that is careful with large ones does."""
    content = form()
    product = content["bericht"]["client"]["toegewezenProducten"][0]
    product["toewijzingNummer"] = 1.5
    assert finding(content).message == "Hier hoort een geheel getal, zonder decimalen."
    product["toewijzingNummer"] = True
    assert finding(content).message == "Hier hoort een geheel getal, zonder decimalen."
    product["toewijzingNummer"] = "1"
    assert read(content).bericht == read(SMALLEST).bericht


CLIENT = (
    "bsn, geboortedatum, geslacht, naam, communicatie, juridischeStatus, wettelijkeVertegenwoordiging, commentaar, "
    "relaties, contactgegevens, toegewezenProducten"
)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("einddatum", f"einddatum hoort hier niet. Hier mag staan: {CLIENT}."),
        ("retourCodes", f"retourCodes hoort hier niet. Hier mag staan: {CLIENT}."),
        ("Bsn", f"Hier staat een naam die de standaard niet kent. Is bsn bedoeld? Hier mag staan: {CLIENT}."),
        ("jansen", f"Hier staat een naam die de standaard niet kent. Hier mag staan: {CLIENT}."),
    ],
)
def test_wrong_names(name: str, message: str) -> None:
    """A name that does not belong is told, if it is one of ours; and what may be there."""
    found = finding(form(**{name: "x"}))
    assert (found.path, found.message) == ("/Bericht/Client", message)


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (b"", Kind.NOT_WELL_FORMED, "Dit is geen goede JSON (UTF-8, elke naam één keer in een object)."),
        (b"{", Kind.NOT_WELL_FORMED, "Dit is geen goede JSON (UTF-8, elke naam één keer in een object)."),
        (b'{"type": "JW301", "type": "JW302"}', Kind.NOT_WELL_FORMED, None),
        (b'{"type": NaN}', Kind.NOT_WELL_FORMED, None),
        (b'{"type": "\xff"}', Kind.NOT_WELL_FORMED, None),
        (b"\xef\xbb\xbf{}", Kind.NOT_WELL_FORMED, None),
        (b"[" * 100_000, Kind.NOT_WELL_FORMED, None),
        (b"9" * 10_000, Kind.NOT_WELL_FORMED, None),
        (
            b"[]",
            Kind.SCHEMA_INVALID,
            'Verwacht wordt een object met "type", "release", "bericht" en zo nodig "optOut".',
        ),
        (
            b'{"x": 1}',
            Kind.SCHEMA_INVALID,
            'Verwacht wordt een object met "type", "release", "bericht" en zo nodig "optOut".',
        ),
        (
            b'{"type": "JW999"}',
            Kind.SCHEMA_INVALID,
            (
                '"type" moet een van deze zijn: JW301, JW302, JW305, JW306, JW307, JW308, JW315, JW316, JW317, JW318, '
                "JW319, JW320, JW323, JW325."
            ),
        ),
        (b'{"type": ["JW301"]}', Kind.SCHEMA_INVALID, None),
        (
            b'{"type": "JW301", "release": "3.1"}',
            Kind.SCHEMA_INVALID,
            '"release" moet 3.2 zijn; een andere release neemt de gateway niet.',
        ),
        (b'{"type": "JW301"}', Kind.SCHEMA_INVALID, '"bericht" moet een object zijn.'),
        (b'{"type": "JW301", "bericht": []}', Kind.SCHEMA_INVALID, '"bericht" moet een object zijn.'),
    ],
)
def test_no_form(content: bytes, kind: Kind, message: str | None) -> None:
    """What is no JSON is not well-formed; what is JSON and no form does not fit the schema."""
    reading = CODEC.read_json(Document(content))[1]
    assert reading.refusal is not None
    assert reading.refusal.kind is kind
    (found,) = reading.findings
    assert (found.source, found.code) == (("xml", "BRS14") if kind is Kind.NOT_WELL_FORMED else ("xsd", "XSD"))
    if message is not None:
        assert found.message == message


def test_too_large() -> None:
    """A form has the limit of a message."""
    reading = CODEC.read_json(Document(b" " * (MAX_SIZE + 1)))[1]
    assert reading.refusal is not None
    assert reading.refusal.kind is Kind.TOO_LARGE


def test_enough_is_enough() -> None:
    """Of a form with twenty thousand things wrong, the first are told, and that there are more."""
    content = form(**{f"x{number}": 1 for number in range(20_000)})
    found = read(content).findings
    assert len(found) == MAX_FINDINGS + 1
    assert found[-1].message == "Er zijn meer dan 250 fouten tegen het schema; hier staan de eerste."


def test_a_part_of_a_form() -> None:
    """Who knows the type has only the message to give."""
    made, reading = CODEC.read_form(BERICHTEN["JW301"], SMALLEST["bericht"])
    assert reading.bericht == read(SMALLEST).bericht
    assert made.content().startswith(b"<?xml")
