"""The patterns of the standard, as Python and libxml2 are given them."""

import re
import time
from functools import cache
from typing import Final
from xml.sax.saxutils import escape

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.wire.patterns import FOR_LIBXML2, WORDS, expression, words
from tests.xsd import TYPES, texts

# What each of the patterns tells apart, and a little more.
TEXTS: Final = st.text(st.sampled_from("aZ09.-+: \t\n\rÀỳ\u00a0\u0085\u2028\u0663é😀\\[]"), max_size=12)
OWN: Final = sorted({pattern for name in TYPES for _, kind in texts(name) for pattern in kind.patterns})


def _schema(pattern: str) -> str:
    return (
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"><xs:simpleType>'
        f'<xs:restriction base="xs:string"><xs:pattern value="{escape(pattern)}"/></xs:restriction>'
        "</xs:simpleType></xs:element></xs:schema>"
    )


@cache
def _libxml2(pattern: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(_schema(pattern)))


@cache
def _judge(pattern: str) -> xmlschema.XMLSchema10:
    return xmlschema.XMLSchema10(_schema(pattern))


def libxml2_accepts(pattern: str, text: str) -> bool:
    """Ask libxml2 about a text."""
    element = etree.Element("a")
    element.text = text
    return _libxml2(pattern).validate(element)


def independent(pattern: str, text: str) -> bool:
    """Ask the xmlschema package about a text; it has wider notions of spaces and digits, so those are replaced."""
    plain = re.sub("[\u00a0\u0085\u2028]", "¿", text).replace("\u0663", "Ж")
    return bool(_judge(pattern).is_valid(f"<a>{escape(plain).replace(chr(13), '&#13;')}</a>"))


@pytest.mark.parametrize("pattern", OWN)
@given(text=TEXTS)
def test_one_meaning(pattern: str, text: str) -> None:
    """Python, libxml2 as we ask it, and the xmlschema package read a pattern alike."""
    expected = independent(pattern, text)
    assert (expression(pattern).fullmatch(text) is not None) is expected
    assert libxml2_accepts(FOR_LIBXML2.get(pattern, pattern), text) is expected


@pytest.mark.parametrize("pattern", sorted(FOR_LIBXML2))
@pytest.mark.parametrize(
    "text", ["a" * 100_000 + "\n", " " * 100_000, "a " * 50_000 + "\r", "." * 100_000, "\t" * 100_000 + "x-"]
)
def test_time_does_not_explode(pattern: str, text: str) -> None:
    """A long text takes time in proportion to its length: of the first of these, libxml2 made 45 seconds."""
    begin = time.process_time()
    libxml2_accepts(FOR_LIBXML2[pattern], text)
    expression(pattern).fullmatch(text)
    # It takes ten milliseconds; a machine may be busy.
    assert time.process_time() - begin < 1


@pytest.mark.parametrize("pattern", [r".*[^\s].*", r"([.\s]*\S+[.\s]*)+"])
def test_ten_million_characters(pattern: str) -> None:
    """A text that is longer than libxml2 can remember its choices about is judged all the same."""
    assert libxml2_accepts(FOR_LIBXML2[pattern], "a" * 11_000_000)


@pytest.mark.parametrize("pattern", OWN)
def test_every_pattern_has_words(pattern: str) -> None:
    """No pattern of the standard is shown to people as it is, but for a value that is fixed."""
    if pattern not in WORDS and pattern not in ("[^:Z]*", "[^Z+-]+"):  # those of dates and times
        assert words(pattern).rule == f"de vaste waarde {pattern}"
    assert "patroon" not in words(pattern).rule or pattern.startswith("[^")


def test_another_pattern_is_shown() -> None:
    """A pattern that an operator's own schema brings is shown as it is."""
    assert words("[A-F]{2}").rule == "tekst volgens het patroon [A-F]{2}"
    assert words("[A-F]{2}").fault == "er staat iets anders"
