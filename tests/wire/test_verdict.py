"""One verdict, by all ways that lead to it: libxml2, our own explanation, and reading piece by piece."""

from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.wire.document import Document
from gateway.wire.explain import explain
from gateway.wire.refusal import Kind
from tests.schemas.engines import libxml2_accepts, xmlschema_accepts
from tests.schemas.test_engines import MUTATIONS, VALUES
from tests.strategies import berichten
from tests.wire.reading import MEANING, SCHEMAS, read, read_large
from tests.xsd import TYPES, document, texts

TIME: Final = ("Client", "ToegewezenProducten", "ToegewezenProduct", "Toewijzingstijd")
XSI: Final = b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def same_verdict(message_type: str, content: bytes) -> bool:
    """Hold all verdicts on a well-formed document of a type against each other, and give the verdict."""
    valid = libxml2_accepts(message_type, content)
    reading = read(content)
    assert (reading.bericht is not None) is valid
    assert read_large(content) == reading
    explained = explain(Document(content), SCHEMAS[message_type].model, MEANING)
    assert (not explained) is valid
    if reading.type == message_type:
        assert list(reading.findings) == explained
    return valid


@pytest.mark.parametrize("message_type", TYPES)
@given(data=st.data())
def test_changed_messages(message_type: str, data: st.DataObject) -> None:
    """With up to three things changed, what is explained is wrong, and what is wrong is explained."""
    root = etree.fromstring(data.draw(berichten(message_type)))
    for mutation in data.draw(st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=3)):
        if next(root.iterdescendants("{*}*"), None) is not None:
            mutation(root, data)
            # A tag that was set as a name with a namespace reads as one, and not as text, until it is parsed again.
            root = etree.fromstring(etree.tostring(root, encoding="utf-8"))
    same_verdict(message_type, etree.tostring(root, encoding="utf-8"))


# Each data type once, where it first occurs.
KINDS: Final = {
    (kind.name, kind.patterns): (message_type, place)
    for message_type in reversed(TYPES)
    for place, kind in texts(message_type)
}


@pytest.mark.parametrize(("message_type", "place"), KINDS.values(), ids=[name for name, _ in KINDS])
def test_every_type(message_type: str, place: tuple[str, ...]) -> None:
    """Values at the edges of all types, in an element of each type."""
    verdicts = {same_verdict(message_type, document(message_type, place, value)) for value in VALUES}
    assert False in verdicts


@pytest.mark.parametrize(
    "value",
    [
        *("2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "-0004-02-29", "-0001-02-29", "12024-02-29"),
        *("0000-01-01", "00000-01-01", "02026-01-01", "-0000-01-01", "2026-00-10", "2026-13-01", "2026-01-00"),
        *("2026-04-31", "2026-1-01", "2026-01-1", "+2026-01-01", "26-01-01", "2026-01-01T00:00:00", "20260101"),
        *("2026-01-01Z", "2026-01-01+02:00", "2026-01-01-14:00", "2026-01-01+15:00", "2026/01/01", "2026-01-01 x"),
        *("9" * 17 + "-01-01", "9" * 18 + "-01-01", "9" * 25 + "-01-01", "-" + "9" * 25 + "-01-01"),
        *(
            "2026-01-01\u00a0",
            "\u00a02026-01-01",
            "2026\u201001\u201001",
            "\uff12\uff10\uff12\uff16-01-01",
            "2026-01-01\u0085",
        ),
    ],
)
def test_dates(value: str) -> None:
    """The calendar of the explanation is that of libxml2."""
    same_verdict("JW301", document("JW301", ("Header", "BerichtIdentificatie", "Dagtekening"), value))


@pytest.mark.parametrize(
    "value",
    [
        *("00:00:00", "23:59:59", "23:59:60", "24:00:00", "24:00:01", "24:00:00.0", "24:00:00.1", "25:00:00"),
        *("10:60:00", "10:00", "1:00:00", "10:00:0", "10:00:00.", "10:00:00.1", "10:00:00." + "1" * 50),
        *("10:00:00Z", "10:00:00+01:00", "10:00:00z", " 10:00:00\n", "10:00:00,5", "-10:00:00"),
    ],
)
def test_times(value: str) -> None:
    """The clock of the explanation is that of libxml2."""
    same_verdict("JW301", document("JW301", TIME, value))


def test_time_zone_west_of_greenwich() -> None:
    """libxml2 does not see the hyphen in the pattern that keeps time zones out; the standard does, and so do we."""
    content = document("JW301", TIME, "10:00:00-01:00")
    assert not xmlschema_accepts(message_type="JW301", document=content)
    assert libxml2_accepts("JW301", content)
    reading = read(content)
    assert [finding.message for finding in reading.findings] == [
        "Toewijzingstijd moet zijn: een tijd, geschreven als UU:MM:SS, zonder tijdzone; er staat een tijdzone bij."
    ]
    assert read_large(content) == reading


@pytest.mark.parametrize(
    "value",
    [
        *("0", "-0", "+0", "-1", "+1", "00", "0" * 100 + "1", "999999999", "1000000000", "9" * 18, "9" * 24, "9" * 25),
        *("-" + "9" * 25, "+", "-", "+-1", "1.", "1.0", ".1", "1e3", "0x1", "1 000", "1.000", "\uff11", "1_000", "NaN"),
        *("9" * 5000, "0" * 5000, " 1 ", "\u00a01"),
    ],
)
def test_numbers(value: str) -> None:
    """The explanation counts as libxml2 does."""
    place = ("Client", "ToegewezenProducten", "ToegewezenProduct", "ToewijzingNummer")
    same_verdict("JW301", document("JW301", place, value))


@pytest.mark.parametrize(
    ("element", "attribute", "valid"),
    [
        (b"jw301:Afzender", b'xsi:type="ijw:LDT_Gemeente"', True),
        (b"jw301:Client", b'xsi:type="jw301:Client"', True),
        (b"jw301:Client", b'xmlns:q="http://www.istandaarden.nl/ijw/3_2/jw301/schema" xsi:type="q:Client"', True),
        (b"jw301:Client", b'xmlns="http://www.istandaarden.nl/ijw/3_2/jw301/schema" xsi:type="Client"', True),
        (b"jw301:Client", b'xsi:type="Client"', False),
        (b"jw301:Client", b'xsi:type="q:Client"', False),
        (b"jw301:Client", b'xsi:type="jw301:Contact"', False),
        (b"jw301:Afzender", b'xsi:type=" ijw:LDT_Gemeente "', False),
        (b"jw301:Afzender", b'xsi:type="xs:string" xmlns:xs="http://www.w3.org/2001/XMLSchema"', False),
        (b"jw301:Afzender", b'xsi:type=""', False),
        (b"jw301:BerichtCode", b'xsi:type="ijw:LDT_BerichtCode"', False),
        (b"jw301:Client", b'xsi:nil="false"', False),
        (b"jw301:Afzender", b'xsi:nil="true"', False),
        (b"jw301:Client", b'xsi:schemaLocation="a b" xsi:noNamespaceSchemaLocation="c"', True),
        (b"jw301:Client", b'xsi:anders="a"', False),
        (b"jw301:Client", b'xml:lang="nl"', False),
        (b"jw301:Client", b'xmlns:q="betrekkelijk"', True),
    ],
)
def test_attributes_of_xml_schema(element: bytes, attribute: bytes, valid: bool) -> None:
    """An element may say where its schema is, and that it has the type that it has; that is all."""
    start = b"<" + element + b">"
    content = document("JW301").replace(start, start[:-1] + XSI + b" " + attribute + b">", 1)
    assert same_verdict("JW301", content) is valid


@given(data=st.data())
def test_truncated(data: st.DataObject) -> None:
    """A message that breaks off is not well-formed, wherever it breaks off and however it is read."""
    content = data.draw(berichten(data.draw(st.sampled_from(TYPES))))
    end = data.draw(st.integers(0, content.rindex(b">")))
    reading = read(content[:end])
    assert reading.refusal is not None
    assert reading.refusal.kind is Kind.NOT_WELL_FORMED
    assert read_large(content[:end]) == reading


def test_truncated_at_every_byte() -> None:
    """No place to break off slips through: lxml 6 has a way of reading that keeps its errors to itself."""
    content = b'<?xml version="1.0"?><!-- e\xc3\xa9n -->' + document(
        "JW319", ("Antwoord", "RedenAfwijzingVerzoek"), "1"
    )
    for end in range(len(content)):
        reading = read(content[:end])
        assert reading.refusal is not None
        assert reading.refusal.kind is Kind.NOT_WELL_FORMED
        assert read_large(content[:end]) == reading


@pytest.mark.parametrize(
    "tail",
    [b"x", b"<a/>", b"<!-- x", b"&amp;", b"\x00", b"<?xml version='1.0'?>", b"]]>", b"</x>", b"\xff", b"\xc3"],
)
def test_broken_at_the_far_end(tail: bytes) -> None:
    """What follows the message breaks it as much as what is in it."""
    content = document("JW301") + tail
    reading = read(content)
    assert reading.refusal is not None
    assert reading.refusal.kind is Kind.NOT_WELL_FORMED
    assert read_large(content) == reading


@pytest.mark.parametrize("message_type", TYPES)
def test_wrong_at_the_far_end(message_type: str) -> None:
    """The last value of a large message is judged as the first one is."""
    content = document(message_type)
    place = list(texts(message_type))[-1][0]
    wrong = document(message_type, place, "")
    assert read_large(content).refusal is None
    reading = read_large(wrong)
    assert reading.refusal is not None
    assert reading.refusal.kind is Kind.SCHEMA_INVALID
    assert reading == read(wrong)


def test_lines_are_exact_beyond_what_libxml2_counts() -> None:
    """Lines are right above 65,535, where a tree of libxml2 stops counting."""
    content = document("JW301", ("Client", "Geslacht"), "7")
    before, after = content.split(b"<jw301:Geslacht>")
    (finding,) = read(before + b"\n" * 70_000 + b"<jw301:Geslacht>" + after).findings
    assert finding.line == 70_001


def test_findings_are_in_the_order_of_the_document() -> None:
    """Lines go up from one finding to the next."""
    content = document("JW301").replace(b"><", b">\n<").replace(b">436<", b"><").replace(b">1.0.0<", b">x<")
    found = [finding.line or 0 for finding in read(content).findings]
    assert len(found) == 3
    assert all(first < second for first, second in pairwise(found))
