"""Writing messages, reading many at once, and reading very large ones."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from unittest.mock import patch

import pytest
from msgspec.structs import replace

from gateway.errors import InvalidBerichtError
from gateway.ijw.declaratie import JW323
from gateway.ijw.toewijzing import JW301
from gateway.wire.document import LARGE, Document
from gateway.wire.refusal import Kind
from tests.wire.reading import CODEC, read, read_valid
from tests.xsd import TYPES, document


def jw301() -> JW301:
    """Read the smallest JW301."""
    bericht = read_valid(document("JW301"))
    assert isinstance(bericht, JW301)
    return bericht


def test_written_messages_are_valid() -> None:
    """What is written is read again before it leaves."""
    for message_type in TYPES:
        bericht = read_valid(document(message_type))
        assert read_valid(CODEC.write(bericht).content()) == bericht


@pytest.mark.parametrize(
    ("client", "message"),
    [
        ({"geslacht": "7"}, r"^/Bericht/Client/Geslacht: Geslacht moet zijn: "),
        ({"toegewezen_producten": ()}, r"ontbreekt het verplichte element ToegewezenProducten"),
        ({"retour_codes": ("0001",)}, r"Element RetourCodes hoort niet in Client"),
        ({"commentaar": "a\x00"}, r"teken dat in XML niet mag"),
        ({"commentaar": "a\ud800"}, r"^The gateway made a message that does not fit the schema\.$"),
    ],
)
def test_our_own_mistakes(client: dict[str, object], message: str) -> None:
    """A message of our own making that does not fit the schema is our failure, and does not leave."""
    bericht = jw301()
    wrong = replace(bericht, client=replace(bericht.client, **client))
    with pytest.raises(InvalidBerichtError, match=message):
        CODEC.write(wrong)


def test_many_at_once() -> None:
    """Threads that read at the same time, good and bad, small and large, do not disturb one another."""
    contents = [document(message_type) for message_type in TYPES]
    contents += [content.replace(b">1.0.0<", b">x<") for content in contents]
    contents += [content[:-9] for content in contents]
    contents += [content + b" " * LARGE for content in contents[:3]]
    expected = [read(content) for content in contents]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(read, contents * 10)) == expected * 10


def large_jw323(clients: int, last: bytes) -> Document:
    """Make a declaration with many clients, in a file; `last` is the BSN of the last one."""
    content = document("JW323")
    start, end = content.index(b"<jw323:Client>"), content.index(b"</jw323:Clienten>")
    client = content[start:end].replace(b"<jw323:Client>", b"\n<jw323:Client>")
    spooled = Document()
    spooled.append(content[:start])
    for _ in range(clients - 1):
        spooled.append(client)
    spooled.append(client.replace(b"999900006", last) + content[end:])
    return spooled


def test_a_large_message() -> None:
    """A large declaration is read without a tree of the whole, to the same values."""
    with closing(large_jw323(3000, b"999900018")) as spooled:
        assert spooled.large
        bericht = CODEC.read(spooled).bericht
        assert isinstance(bericht, JW323)
        assert [client.bsn for client in bericht.declaratie.clienten] == ["999900006"] * 2999 + ["999900018"]
        with patch("gateway.wire.document.LARGE", spooled.size):
            assert CODEC.read(Document(spooled.content())).bericht == bericht


def test_wrong_at_the_far_end_of_a_large_message() -> None:
    """The last client of many is judged, and told by number and line."""
    with closing(large_jw323(3000, b"99990001")) as spooled:
        reading = CODEC.read(spooled)
    assert (reading.type, reading.bericht) == ("JW323", None)
    (finding,) = reading.findings
    assert (finding.path, finding.line) == ("/Bericht/Declaratie/Clienten/Client[3000]/Bsn", 3001)


def test_a_large_message_without_lists() -> None:
    """A message in which nothing can be repeated may be large by its white space."""
    content = document("JW319").replace(b"<jw319:Antwoord>", b"<jw319:Antwoord>" + b"\n" * LARGE)
    assert read(content).bericht == read_valid(document("JW319"))


def test_lxml_does_not_keep_errors_to_itself() -> None:
    """The trap in lxml 6 that the reader steps around is avoided: its parsers report what they find."""
    with closing(large_jw323(3000, b"999900018")) as spooled:
        whole = spooled.content()
    for broken, kind in (
        (whole[:-1], Kind.NOT_WELL_FORMED),
        (whole[: len(whole) // 2], Kind.NOT_WELL_FORMED),
        (whole.replace(b"999900018", b"x"), Kind.SCHEMA_INVALID),
        (whole.replace(b"</jw323:Declaratie>", b"</jw323:Declaratie><jw323:Declaratie/>"), Kind.SCHEMA_INVALID),
    ):
        reading = read(broken)
        assert reading.refusal is not None
        assert reading.refusal.kind is kind
    # The quick look comes first; without it the second one has to see the same.
    with patch("gateway.wire.reader.etree.parse"):
        reading = read(whole[:-1])
        assert reading.refusal is not None
        assert reading.refusal.kind is Kind.NOT_WELL_FORMED
