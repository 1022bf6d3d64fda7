"""The schemas that ship, read into plain values for the tests, and smallest documents made from them.

This reading is the tests' own: what they hold the gateway against must not come from the gateway.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from gateway import resources

XS: Final = "{http://www.w3.org/2001/XMLSchema}"
FOLDER: Final = resources.schemas_dir() / "iJW" / "3.2"
TYPES: Final = tuple(path.stem for path in sorted(FOLDER.glob("JW*.xsd")))
BASISSCHEMA: Final = "http://www.istandaarden.nl/ijw/3_2/basisschema/schema"

# The names from the root's children to an element: ("Header", "BerichtCode").
Place = tuple[str, ...]


@dataclass(frozen=True)
class SimpleType:
    """A restriction: of which type, and its facets in order of the file."""

    base: str
    facets: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Field:
    """An element in a class; `maximum` None is without limit; `type` is a name with prefix, or a restriction."""

    name: str
    minimum: int
    maximum: int | None
    type: str | SimpleType


@dataclass(frozen=True)
class XsdFile:
    """One schema file."""

    root: etree._Element
    namespace: str
    simple: Mapping[str, SimpleType]
    classes: Mapping[str, tuple[Field, ...]]


@dataclass(frozen=True)
class TextType:
    """What the text of an element may be, with what its base types ask of it; each pattern must hold."""

    name: str
    base: str
    enumeration: tuple[str, ...]
    patterns: tuple[str, ...]
    min_length: int
    max_length: int | None
    minimum: int | None
    maximum: int | None


@cache
def read_xsd(name: str) -> XsdFile:
    """Read a schema file by its name without extension."""
    root = etree.parse(str(FOLDER / f"{name}.xsd")).getroot()
    simple = {node.get("name", ""): _simple(node) for node in root.iterfind(f"{XS}simpleType")}
    classes = {
        node.get("name", ""): tuple(_field(child) for child in node.iterfind(f"{XS}sequence/{XS}element"))
        for node in root.iterfind(f"{XS}complexType")
    }
    return XsdFile(root, root.get("targetNamespace", ""), MappingProxyType(simple), MappingProxyType(classes))


def _simple(node: etree._Element) -> SimpleType:
    (restriction,) = node.iterfind(f"{XS}restriction")
    facets: dict[str, tuple[str, ...]] = {}
    for facet in restriction:
        name = str(facet.tag).removeprefix(XS)
        facets[name] = (*facets.get(name, ()), facet.get("value", ""))
    return SimpleType(restriction.get("base", ""), MappingProxyType(facets))


def _field(node: etree._Element) -> Field:
    limit = node.get("maxOccurs", "1")
    inner = node.find(f"{XS}simpleType")
    return Field(
        name=node.get("name", ""),
        minimum=int(node.get("minOccurs", "1")),
        maximum=None if limit == "unbounded" else int(limit),
        type=_simple(inner) if inner is not None else node.get("type", ""),
    )


def fields_of(message_type: str, field: Field) -> tuple[str, tuple[Field, ...]] | None:
    """Give the prefix and the elements inside an element, or nothing when there is only text in it."""
    if isinstance(field.type, SimpleType):
        return None
    prefix, _, name = field.type.partition(":")
    fields = read_xsd("basisschema" if prefix == "ijw" else message_type).classes.get(name)
    return (prefix, fields) if fields is not None else None


def root_of(message_type: str) -> Field:
    """Give the root element of a message."""
    return Field("Bericht", 1, 1, f"{message_type.lower()}:Root")


def text_type(field_type: str | SimpleType) -> TextType:
    """Add up a type and the types that it is based on."""
    if isinstance(field_type, str):
        name = field_type.partition(":")[2]
        own = read_xsd("basisschema").simple[name]
    else:
        name, own = field_type.base.partition(":")[2], field_type
    if own.base.startswith("xs:"):
        base = TextType(name, own.base.removeprefix("xs:"), (), (), 0, None, None, None)
    else:
        base = text_type(own.base)

    def number(facet: str, inherited: int | None) -> int | None:
        return int(own.facets[facet][0]) if facet in own.facets else inherited

    return TextType(
        name=name,
        base=base.base,
        enumeration=own.facets.get("enumeration", base.enumeration),
        patterns=(*base.patterns, *own.facets.get("pattern", ())),
        min_length=number("minLength", base.min_length) or 0,
        max_length=number("maxLength", base.max_length),
        minimum=number("minInclusive", base.minimum),
        maximum=number("maxInclusive", base.maximum),
    )


def texts(message_type: str) -> Iterator[tuple[Place, TextType]]:
    """Walk all elements of a message that hold text; a class that is in two places is walked in both."""

    def walk(field: Field, place: Place) -> Iterator[tuple[Place, TextType]]:
        inside = fields_of(message_type, field)
        if inside is None:
            yield place, text_type(field.type)
        for child in inside[1] if inside else ():
            yield from walk(child, (*place, child.name))

    return walk(root_of(message_type), ())


# A value for each pattern of the standard; those without a pattern take any text, number or date.
PLAIN: Final = {
    "[0-9]{8}": "65656055",
    "[0-9]{9}": "999900006",
    "[0-9]{4}": "0384",
    "[0-9]*": "0201234567",
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)": "1.0.0",
    "[^:Z]*": "2026-04-01",
    "[^Z+-]+": "10:00:00",
}


def plain_value(kind: TextType) -> str:
    """Give a value that a type allows, the same each time."""
    if kind.enumeration:
        return kind.enumeration[0]
    for pattern in reversed(kind.patterns):
        if pattern.isdigit():
            return pattern
        if pattern in PLAIN:
            return PLAIN[pattern]
    return "1" if kind.base == "integer" else "x"


def document(message_type: str, place: Place | None = None, text: str | None = None) -> bytes:
    """Make the smallest message of a type; with a place, the one that has an element there, with that text."""

    def element(field: Field, prefix: str, at: Place) -> str:
        inside = fields_of(message_type, field)
        if inside is None:
            own = at == place and text is not None
            content = escape(text if own and text is not None else plain_value(text_type(field.type)))
        else:
            content = "".join(
                element(child, inside[0], (*at, child.name))
                for child in inside[1]
                if child.minimum or (place and place[: len(at) + 1] == (*at, child.name))
            )
        return f"<{prefix}:{field.name}>{content.replace(chr(13), '&#13;')}</{prefix}:{field.name}>"

    prefix = message_type.lower()
    body = element(root_of(message_type), prefix, ())
    spaces = f' xmlns:{prefix}="{read_xsd(message_type).namespace}" xmlns:ijw="{BASISSCHEMA}"'
    return body.replace(f"<{prefix}:Bericht", f"<{prefix}:Bericht{spaces}", 1).encode()


def example(folder: Path, message_type: str) -> bytes:
    """Read a published example message."""
    return (folder / "ijw-3.2" / "examples" / f"{message_type}.xml").read_bytes()
