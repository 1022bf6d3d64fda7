"""Two engines that know XML Schema, asked for their verdict: libxml2 and the `xmlschema` package."""

import unicodedata
from functools import cache

import xmlschema
from lxml import etree

from tests.xsd import FOLDER


@cache
def _libxml2(message_type: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(FOLDER / f"{message_type}.xsd")))


@cache
def _xmlschema(message_type: str) -> xmlschema.XMLSchema10:
    return xmlschema.XMLSchema10(str(FOLDER / f"{message_type}.xsd"))


def libxml2_accepts(message_type: str, document: bytes) -> bool:
    """Ask libxml2."""
    return _libxml2(message_type).validate(etree.fromstring(document))


def xmlschema_accepts(message_type: str, document: bytes) -> bool:
    """Ask the xmlschema package, as it is."""
    return bool(_xmlschema(message_type).is_valid(document.decode()))


def xmlschema_accepts_plain(message_type: str, document: bytes) -> bool:
    r"""Ask the xmlschema package about the document with the characters replaced that it is wrong about.

    It reads with Python's `str.strip`, `int` and `\S`, which take other spaces than the four of XML for white
    space, and other digits than 0 to 9 for digits. For XML these are characters like any other, so any other will do
    in their place: in no pattern of the standard are they named, only in one range (Voorletters) do they lie.
    """
    text = document.decode()
    return xmlschema_accepts(message_type, "".join(_plain(character) for character in text).encode())


def _plain(character: str) -> str:
    if character.isascii() or not (character.isspace() or unicodedata.category(character) == "Nd"):
        return character
    return "Ж" if "À" <= character <= "ỳ" else "¿"
