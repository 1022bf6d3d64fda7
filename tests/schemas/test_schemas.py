"""The schemas that ship: the facts of the standard, nothing more and nothing less."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.facts import FACTS
from tests.schemas.engines import libxml2_accepts, xmlschema_accepts
from tests.xsd import FOLDER, TYPES, XS, Field, SimpleType, document, example, read_xsd

needs_facts = pytest.mark.skipif(FACTS is None, reason="the facts of the standard are not here")
FILES = ["basisschema", *TYPES]
IJW = "{http://www.istandaarden.nl/ijw/3_2/basisschema/schema}"


def fact(name: str) -> Any:
    """Read a file of facts."""
    assert FACTS is not None
    return json.loads((FACTS / "ijw-3.2" / name).read_text(encoding="utf-8"))


def simple_type(facts: dict[str, Any], prefix: str) -> SimpleType:
    """Turn the facts of a data type into what the schema should say."""
    facets = {
        name: tuple(value) if isinstance(value, list) else (value,) for name, value in facts.items() if name != "base"
    }
    return SimpleType(f"{prefix}:{facts['base']}", facets)


def field(facts: dict[str, Any]) -> Field:
    """Turn the facts of an element into what the schema should say."""
    return Field(
        name=facts["name"],
        minimum=facts["min"],
        maximum=None if facts["max"] == "unbounded" else int(facts["max"]),
        type=simple_type(facts["restriction"], "ijw") if "restriction" in facts else f"{facts['from']}:{facts['type']}",
    )


def classes(facts: dict[str, Any]) -> list[tuple[str, tuple[Field, ...]]]:
    """Turn the facts of classes into what the schema should say, in order."""
    return [(name, tuple(field(item) for item in items)) for name, items in facts.items()]


def test_every_message_has_a_schema() -> None:
    """Fourteen messages, and nothing else in the folder that looks like one."""
    numbers = (301, 302, 305, 306, 307, 308, 315, 316, 317, 318, 319, 320, 323, 325)
    assert tuple(f"JW{number}" for number in numbers) == TYPES
    assert {path.stem for path in FOLDER.glob("*.xsd")} == set(FILES)


@needs_facts
def test_basisschema_equals_the_facts() -> None:
    """Every data type, in order, with every facet."""
    facts, xsd = fact("types.json"), read_xsd("basisschema")
    assert xsd.namespace == facts["namespace"]
    expected = [(name, simple_type(item, "xs")) for name, item in facts["simple"].items()]
    assert list(xsd.simple.items()) == expected
    assert list(xsd.classes.items()) == classes(facts["complex"])


@needs_facts
@pytest.mark.parametrize("message_type", TYPES)
def test_message_equals_the_facts(message_type: str) -> None:
    """Every class and element, in order, with its cardinality and what it is restricted to."""
    facts, xsd = fact("messages.json")[message_type], read_xsd(message_type)
    assert xsd.namespace == facts["namespace"]
    assert xsd.simple == {}
    assert list(xsd.classes.items()) == classes(facts["classes"])
    (root,) = xsd.root.iterfind(f"{XS}element")
    assert root.get("name") == facts["root"]["element"]
    assert root.get("type") == f"{message_type.lower()}:{facts['root']['type']}"


@needs_facts
def test_facts_know_no_other_message() -> None:
    """No message of the standard is forgotten."""
    assert tuple(fact("messages.json")) == TYPES


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_in_a_schema_that_the_tests_do_not_read(name: str) -> None:
    """What the comparison with the facts does not look at, is not there."""
    known = {
        *("schema", "annotation", "appinfo", "documentation", "import", "element"),
        *("simpleType", "complexType", "sequence", "restriction"),
        *("minLength", "maxLength", "minInclusive", "maxInclusive", "pattern", "enumeration"),
    }
    attributes = {
        *("targetNamespace", "elementFormDefault", "namespace", "schemaLocation"),
        *("name", "type", "base", "value", "minOccurs", "maxOccurs"),
        "{http://www.w3.org/XML/1998/namespace}lang",
    }
    for node in read_xsd(name).root.iter(f"{XS}*"):
        assert str(node.tag).removeprefix(XS) in known
        assert set(node.attrib) <= attributes


@pytest.mark.parametrize("name", FILES)
def test_elements_are_qualified_and_prefixes_the_usual(name: str) -> None:
    """The prefixes are those of the standard, and every element is in a namespace."""
    root = read_xsd(name).root
    assert root.get("elementFormDefault") == "qualified"
    assert root.nsmap["ijw"] == IJW[1:-1]
    if name != "basisschema":
        assert root.nsmap[name.lower()] == root.get("targetNamespace")
        (reference,) = root.iterfind(f"{XS}import")
        assert dict(reference.attrib) == {"namespace": IJW[1:-1], "schemaLocation": "basisschema.xsd"}


@pytest.mark.parametrize("name", FILES)
def test_schema_says_what_it_is(name: str) -> None:
    """Standard, message, release and versions are in the schema for programs to read."""
    info = {
        str(node.tag).removeprefix(IJW): node.text
        for node in read_xsd(name).root.iterfind(f"{XS}annotation/{XS}appinfo/{IJW}*")
    }
    expected = {
        "standaard": "ijw",
        "bericht": name.lower(),
        "release": "3.2",
        "BerichtXsdVersie": "1.0.0",
        "BasisschemaXsdVersie": "1.0.0",
    }
    if name == "basisschema":
        del expected["BerichtXsdVersie"]
    assert info == expected


def documentation(name: str) -> Iterator[str]:
    """Give the explanation of the schema, and of each type, class and root element; fails where one is missing."""
    root = read_xsd(name).root
    for node in (root, *root.iterfind(f"{XS}simpleType"), *root.iterfind(f"{XS}complexType")):
        (text,) = node.iterfind(f"{XS}annotation/{XS}documentation")
        assert text.get("{http://www.w3.org/XML/1998/namespace}lang") == "nl"
        assert text.text
        yield text.text


@pytest.mark.parametrize("name", FILES)
def test_everything_is_explained_in_dutch(name: str) -> None:
    """Each schema, type and class has a sentence that says what it is."""
    for text in documentation(name):
        assert re.fullmatch(r"[A-ZÉ].{10,}\.", text)


@needs_facts
def test_explanations_are_our_own() -> None:
    """No sentence of the published rules stands in our schemas."""
    assert FACTS is not None
    with (FACTS / "ijw-3.2" / "rules.csv").open(encoding="utf-8", newline="") as file:
        published = {cell.strip() for row in csv.DictReader(file) for cell in row.values()}
    ours = {text for name in FILES for text in documentation(name)}
    assert not ours & published


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.xsd")), ids=lambda path: path.stem)
def test_file_has_its_licence_and_plain_layout(path: Path) -> None:
    """The files are ours under the EUPL, in UTF-8 with plain line ends and indented by two spaces."""
    content = path.read_bytes()
    text = content.decode()
    assert content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<!--\n')
    assert "EUPL-1.2" in text
    assert "ritten for this project from the facts of the iJw 3.2 standard" in text
    assert "\r" not in text
    assert "\t" not in text
    assert text.endswith("</xs:schema>\n")
    indents = {len(line) - len(line.lstrip()) for line in text.splitlines()}
    assert all(indent % 2 == 0 for indent in indents)


@pytest.mark.parametrize("message_type", TYPES)
def test_smallest_message_is_valid(message_type: str) -> None:
    """Only the elements that must be there make a message."""
    smallest = document(message_type)
    assert libxml2_accepts(message_type, smallest)
    assert xmlschema_accepts(message_type, smallest)


@needs_facts
@pytest.mark.parametrize("message_type", TYPES)
def test_published_example(message_type: str) -> None:
    """Both engines accept the published examples, but for the two that are known to be wrong."""
    assert FACTS is not None
    content = example(FACTS, message_type)
    wrong = message_type in {"JW315", "JW318"}
    assert libxml2_accepts(message_type, content) is not wrong
    assert xmlschema_accepts(message_type, content) is not wrong


@needs_facts
@pytest.mark.parametrize(
    ("message_type", "lines", "told"),
    [("JW315", [44, 66], "'2027-06-31' is not a valid value"), ("JW318", [33], "RetourCode")],
)
def test_what_is_wrong_with_a_published_example(message_type: str, lines: list[int], told: str) -> None:
    """The JW315 has a 31st of June, twice; the JW318 a RetourCode outside RetourCodes."""
    assert FACTS is not None
    schema = etree.XMLSchema(etree.parse(str(FOLDER / f"{message_type}.xsd")))
    assert not schema.validate(etree.fromstring(example(FACTS, message_type)))
    errors = [entry for entry in schema.error_log if told in entry.message]
    assert sorted({entry.line for entry in errors}) == lines
