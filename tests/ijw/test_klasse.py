"""The typed classes against the schemas: the same names, in the same order, with the same cardinality."""

from collections.abc import Iterator
from typing import Final

import pytest

from gateway.ijw.bericht import BASISSCHEMA
from gateway.ijw.berichten import BERICHTEN
from gateway.ijw.klasse import Gegevenstype, Klasse, Soort, Veld, json_name, velden, xml_name
from gateway.ijw.typen import Product
from tests import xsd
from tests.xsd import TYPES, fields_of, read_xsd, root_of, text_type

SOORTEN: Final = {"string": Soort.TEKST, "integer": Soort.GETAL, "date": Soort.DATUM, "time": Soort.TIJD}
# What a typed class and the schema both say of an element: its path, name, kind, and whether it has to be there.
Row = tuple[str, Soort, bool]


def rows_of_schema(message_type: str, field: xsd.Field, path: str) -> Iterator[Row]:
    """Walk a message as its schema has it; a list and its items are one row."""
    inside = fields_of(message_type, field)
    required = field.minimum == 1
    if inside is None:
        assert not isinstance(field.type, str) or field.type.startswith("ijw:")
        yield path, SOORTEN[text_type(field.type).base], required
        return
    children = inside[1]
    if len(children) == 1 and children[0].maximum is None:
        assert children[0].minimum == 1
        yield path, Soort.LIJST, required
        yield from rows_of_schema(message_type, children[0], f"{path}/{children[0].name}")
        return
    assert all(child.maximum == 1 for child in children)
    yield path, Soort.KLASSE, required
    for child in children:
        yield from rows_of_schema(message_type, child, f"{path}/{child.name}")


def rows_of_class(veld: Veld, path: str, *, answer: bool) -> Iterator[Row]:
    """Walk a message as its classes have it; RetourCodes are only in an answer."""
    yield path, veld.soort, veld.required
    if veld.item:
        yield from rows_of_class(veld.item, f"{path}/{veld.item.name}", answer=answer)
    for child in velden(veld.klasse) if veld.klasse else ():
        if answer or child.field != "retour_codes":
            yield from rows_of_class(child, f"{path}/{child.name}", answer=answer)


@pytest.mark.parametrize("message_type", TYPES)
def test_classes_are_the_schema(message_type: str) -> None:
    """Every element of the schema is a field, in order, optional where it may be absent; and there is no other."""
    bericht = BERICHTEN[message_type]
    root = Veld("bericht", "Bericht", "bericht", Soort.KLASSE, klasse=bericht)
    found = list(rows_of_class(root, "/Bericht", answer=bericht.ANTWOORD_OP is not None))
    expected = list(rows_of_schema(message_type, root_of(message_type), "/Bericht"))
    # The class of a heenbericht serves its answer too, so whether RetourCodes have to be there is the schema's alone.
    assert [row[:2] for row in found] == [row[:2] for row in expected]
    assert [row for row in found if "RetourCode" not in row[0]] == [
        row for row in expected if "RetourCode" not in row[0]
    ]


@pytest.mark.parametrize("message_type", TYPES)
def test_namespaces_are_those_of_the_schema(message_type: str) -> None:
    """A class of the message has its namespace, a data type that of the basisschema."""
    assert BERICHTEN[message_type].namespace() == read_xsd(message_type).namespace
    assert read_xsd("basisschema").namespace == BASISSCHEMA

    def walk(cls: type[Klasse], field: xsd.Field) -> None:
        inside = fields_of(message_type, field)
        assert inside is not None
        assert issubclass(cls, Gegevenstype) == (inside[0] == "ijw")
        for veld, child in zip(velden(cls), inside[1], strict=False):
            if veld.klasse:
                walk(veld.klasse, child)
            elif veld.item and veld.item.klasse:
                items = fields_of(message_type, child)
                assert items is not None
                walk(veld.item.klasse, items[1][0])

    walk(BERICHTEN[message_type], root_of(message_type))


@pytest.mark.parametrize("message_type", TYPES)
def test_code_is_that_of_the_schema(message_type: str) -> None:
    """The BerichtCode of a type is the fixed value in its schema."""
    inside = fields_of(message_type, root_of(message_type))
    assert inside is not None
    header = fields_of(message_type, inside[1][0])
    assert header is not None
    code = header[1][0]
    assert (code.name, text_type(code.type).patterns[-1]) == ("BerichtCode", BERICHTEN[message_type].CODE)


@pytest.mark.parametrize(
    ("field", "xml", "json"),
    [
        ("bsn", "Bsn", "bsn"),
        ("te_wijzigen_producten", "TeWijzigenProducten", "teWijzigenProducten"),
        ("totaal_ingediend_bedrag", "TotaalIngediendBedrag", "totaalIngediendBedrag"),
        ("telefoon01", "Telefoon01", "telefoon01"),
        ("xsd_versie", "XsdVersie", "xsdVersie"),
    ],
)
def test_names_are_written_in_three_ways(field: str, xml: str, json: str) -> None:
    """A name of the standard is in snake case in Python, and in lower camel case in JSON."""
    assert (xml_name(field), json_name(field)) == (xml, json)


def test_values_are_frozen() -> None:
    """A value of a class cannot be changed, not by setting a field and not by adding one."""
    product = Product(categorie="45")
    with pytest.raises(AttributeError):
        product.code = "45A05"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        product.prijs = 1  # type: ignore[attr-defined]
    assert product == Product(categorie="45")
