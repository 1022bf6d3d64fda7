"""A ZIP of messages: what is taken, and with which code the rest is refused."""

import io
import stat
import struct
import time
import warnings
import zipfile
import zlib
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.wire.archive import MAX_ENTRIES, open_archive
from gateway.wire.document import MAX_SIZE, Document
from gateway.wire.refusal import Kind, Refusal

MESSAGE: Final = b"<bericht>" + b"tekst " * 50 + b"</bericht>"
END: Final = b"PK\x05\x06"
LISTED: Final = b"PK\x01\x02"
LOCAL: Final = b"PK\x03\x04"


def zipped(*contents: bytes, name: str = "bericht-{}.xml", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Make a good ZIP."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # The same name twice.
        for number, content in enumerate(contents):
            archive.writestr(name.format(number), content)
    return stream.getvalue()


def messages(archive: bytes) -> list[bytes | Kind]:
    """Open a ZIP that has to be taken; of each message its bytes, or why it is refused."""
    opened = open_archive(Document(archive))
    assert not isinstance(opened, Refusal)
    return [entry.kind if isinstance(entry, Refusal) else entry.content() for entry in opened]


def refusal(archive: bytes) -> Kind:
    """Open a ZIP that has to be refused as a whole."""
    opened = open_archive(Document(archive))
    assert isinstance(opened, Refusal)
    (finding,) = opened.findings
    assert (finding.source, finding.code, finding.path, finding.line) == ("gateway", opened.kind.value, None, None)
    return opened.kind


def patched(archive: bytes, signature: bytes, offset: int, layout: str, value: int) -> bytes:
    """Change a number in the last record with a signature."""
    changed = bytearray(archive)
    struct.pack_into(f"<{layout}", changed, archive.rindex(signature) + offset, value)
    return bytes(changed)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_messages_come_out_in_order(method: int) -> None:
    """Each message comes out as it went in, in the order of the list; the names do not matter."""
    contents = [b"%d" % number + MESSAGE for number in range(MAX_ENTRIES)]
    assert messages(zipped(*contents, method=method)) == list(contents)
    assert messages(zipped(*contents, method=method, name="steeds hetzelfde.txt")) == list(contents)
    assert messages(zipped(b"", MESSAGE, method=method, name="naam met é en spaties {}")) == [b"", MESSAGE]


@settings(max_examples=100)
@given(contents=st.lists(st.binary(max_size=3000), min_size=1, max_size=MAX_ENTRIES), stored=st.booleans())
def test_any_content(contents: list[bytes], stored: bool) -> None:
    """What is in a file makes no difference to how it comes out."""
    assert messages(zipped(*contents, method=0 if stored else 8)) == contents


def test_written_without_knowing_the_size() -> None:
    """A ZIP that was written to a stream has the sizes after the content; the list has them too."""

    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.content = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            part = bytes(data)  # type: ignore[call-overload]
            self.content += part
            return len(part)

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", MESSAGE)
    assert messages(bytes(stream.content)) == [MESSAGE]


def test_a_comment_is_let_be() -> None:
    """A ZIP may have a comment at its end."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.xml", MESSAGE)
        archive.comment = b"gemaakt met liefde"
    assert messages(stream.getvalue()) == [MESSAGE]


def test_too_many() -> None:
    """At most 30 messages go into a ZIP (BRS16)."""
    assert len(messages(zipped(*[b"x"] * 30))) == 30
    assert refusal(zipped(*[b"x"] * 31)) is Kind.ZIP_TOO_MANY
    assert refusal(zipped(*[b"x"] * 500)) is Kind.ZIP_TOO_MANY


def test_empty() -> None:
    """At least one message goes into a ZIP (BRS21)."""
    assert refusal(zipped()) is Kind.ZIP_EMPTY


@pytest.mark.parametrize(
    "name",
    ["map/bericht.xml", "map/", "/bericht.xml", "../bericht.xml", "map\\bericht.xml", "C:bericht.xml", "__MACOSX/._x"],
)
def test_folders(name: str) -> None:
    """There are no folders in a ZIP, nor names that lead anywhere (BRS29)."""
    assert refusal(zipped(MESSAGE, name=name)) is Kind.ZIP_FOLDER


@pytest.mark.parametrize("name", ["bericht:1.xml", "bericht 12:34.xml", "bericht..xml", "é.xml"])
def test_names_of_files(name: str) -> None:
    """Any other name is one of a file; a colon leads somewhere only after the one letter of a drive."""
    assert messages(zipped(MESSAGE, name=name)) == [MESSAGE]


@pytest.mark.parametrize("attributes", [0x10, (stat.S_IFDIR | 0o755) << 16])
def test_a_folder_without_a_stroke(attributes: int) -> None:
    """What says that it is a folder is one, whatever it is called."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        entry = zipfile.ZipInfo("map")
        entry.create_system = 3
        entry.external_attr = attributes
        archive.writestr(entry, b"")
    assert refusal(stream.getvalue()) is Kind.ZIP_FOLDER


def test_a_name_with_an_end_in_it() -> None:
    """A name is read to its end; some read it to the first zero byte."""
    archive = zipped(MESSAGE, name="a.xmlX/x").replace(b"a.xmlX/x", b"a.xml\0/x")
    assert refusal(archive) is Kind.ZIP_FOLDER


@pytest.mark.parametrize("flag", [0x1, 0x41, 0x2000])
def test_password(flag: int) -> None:
    """There is no password on a ZIP (BRS17)."""
    assert refusal(patched(zipped(MESSAGE), LISTED, 8, "H", flag)) is Kind.ZIP_PASSWORD


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods(method: int) -> None:
    """Only the usual method is unpacked (BRS15)."""
    assert refusal(zipped(MESSAGE, method=method)) is Kind.NO_ZIP


def test_too_large() -> None:
    """A file over 25 MB is refused by itself, for what it says of its size (BRS19); the others are taken."""
    assert messages(zipped(MESSAGE, bytes(MAX_SIZE + 1), MESSAGE)) == [MESSAGE, Kind.ZIP_ENTRY_TOO_LARGE, MESSAGE]
    assert messages(zipped(bytes(MAX_SIZE))) == [bytes(MAX_SIZE)]
    assert messages(patched(zipped(MESSAGE), LISTED, 24, "L", 0xFFFFFFFF)) == [Kind.ZIP_ENTRY_TOO_LARGE]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        END,
        END + bytes(17),
        MESSAGE,
        LOCAL + bytes(100),
        b"PK\x05\x06" * 1000,
        bytes(100_000),
        b"\x1f\x8b" + bytes(50),
    ],
)
def test_no_zip(content: bytes) -> None:
    """What is no ZIP is refused (BRS15)."""
    assert refusal(content) is Kind.NO_ZIP


def test_truncated() -> None:
    """A ZIP that breaks off is refused, wherever it does."""
    archive = zipped(MESSAGE, MESSAGE)
    for length in range(len(archive)):
        assert refusal(archive[:length]) is Kind.NO_ZIP


@pytest.mark.parametrize(
    ("signature", "offset", "layout", "value"),
    [
        pytest.param(LISTED, 16, "L", 1, id="another checksum"),
        pytest.param(LISTED, 20, "L", 3, id="packed is shorter"),
        pytest.param(LISTED, 20, "L", 3000, id="packed is longer"),
        pytest.param(LISTED, 24, "L", 5, id="unpacked is shorter"),
        pytest.param(LISTED, 24, "L", 9999, id="unpacked is longer"),
        pytest.param(LISTED, 10, "H", 0, id="it is not stored"),
        pytest.param(LISTED, 42, "L", 7, id="it is somewhere else"),
        pytest.param(LISTED, 42, "L", 0xFFFFFFFF, id="it is outside"),
        pytest.param(LOCAL, 8, "H", 0, id="its own record has another method"),
        pytest.param(LOCAL, 6, "H", 1, id="its own record has a password"),
        pytest.param(LOCAL, 26, "H", 60_000, id="its own record has a longer name"),
        pytest.param(END, 8, "H", 2, id="more entries on this disk"),
        pytest.param(END, 4, "H", 1, id="another disk"),
        pytest.param(END, 12, "L", 10, id="a shorter list"),
        pytest.param(END, 12, "L", 0xFFFFFFFF, id="a longer list"),
        pytest.param(END, 16, "L", 3, id="the list is somewhere else"),
        pytest.param(END, 20, "H", 9, id="a comment that is not there"),
    ],
)
def test_lies(signature: bytes, offset: int, layout: str, value: int) -> None:
    """A ZIP that says of itself what is not so is refused."""
    assert refusal(patched(zipped(MESSAGE), signature, offset, layout, value)) is Kind.NO_ZIP


@pytest.mark.parametrize("count", [0, 2])
def test_lies_about_the_number(count: int) -> None:
    """More or fewer entries in the list than the end record says are a lie."""
    archive = patched(patched(zipped(MESSAGE), END, 8, "H", count), END, 10, "H", count)
    assert refusal(archive) is Kind.NO_ZIP


def test_a_second_end_record() -> None:
    """The larger end record of ZIP64 is not believed; what it would add does not fit in 25 MB anyway."""
    archive = zipped(MESSAGE)
    begin = archive.rindex(END)
    larger = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**6, 10**6, begin, 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, begin, 1)
    assert refusal(archive[:begin] + larger + locator + archive[begin:]) is Kind.NO_ZIP


def test_something_before_or_after() -> None:
    """What is a ZIP and something else at once is no ZIP."""
    assert refusal(b"#!/bin/sh\n" + zipped(MESSAGE)) is Kind.NO_ZIP
    assert refusal(zipped(MESSAGE) + b"x") is Kind.NO_ZIP


def test_more_after_the_packed_content() -> None:
    """What is hidden behind the end of packed content is not overlooked."""
    archive = zipped(MESSAGE)
    packed = struct.unpack_from("<L", archive, archive.index(LISTED) + 20)[0]
    listed = archive.index(LISTED)
    longer = archive[:listed] + b"hidden" + archive[listed:]
    longer = patched(longer, LISTED, 20, "L", packed + 6)
    longer = patched(longer, END, 16, "L", listed + 6)
    assert refusal(longer) is Kind.NO_ZIP


def test_overlap() -> None:
    """Entries that share their bytes, so that a small file unpacks to much, are refused."""
    archive = zipped(MESSAGE)
    listed, end = archive.index(LISTED), archive.index(END)
    twice = archive[:end] + archive[listed:end] + archive[end:]
    for offset, layout, value in ((8, "H", 2), (10, "H", 2), (12, "L", 2 * (end - listed))):
        twice = patched(twice, END, offset, layout, value)
    assert refusal(twice) is Kind.NO_ZIP


def test_quoted_overlap() -> None:
    """A record that quotes the next one as part of its own content does not get through either."""
    inner = zipped(MESSAGE)
    entry = inner[: inner.index(LISTED)]
    outer = zipped(entry, MESSAGE, method=zipfile.ZIP_STORED)
    second = outer.rindex(LISTED)
    # The second entry is said to begin inside the first one, at the record that stands there.
    changed = bytearray(outer)
    struct.pack_into("<L", changed, second + 42, outer.index(entry))
    assert refusal(bytes(changed)) is Kind.NO_ZIP


def test_bomb() -> None:
    """Many files that unpack to a thousand times their size are refused at once, before anything is unpacked."""
    archive = zipped(*[bytes(MAX_SIZE)] * 5)
    begin = time.process_time()
    assert refusal(archive) is Kind.NO_ZIP
    assert time.process_time() - begin < 0.1


def test_a_bomb_that_lies() -> None:
    """A file that unpacks to more than it says is given up as soon as that is clear."""
    packer = zlib.compressobj(wbits=-15)
    packed = b"".join([*(packer.compress(bytes(1_000_000)) for _ in range(100)), packer.flush()])
    archive = zipped(b"x", method=zipfile.ZIP_DEFLATED)
    listed = archive.index(LISTED)
    start = listed - struct.unpack_from("<L", archive, listed + 20)[0]
    bomb = archive[:start] + packed + archive[listed:]
    bomb = patched(patched(bomb, LISTED, 20, "L", len(packed)), END, 16, "L", start + len(packed))
    begin = time.process_time()
    assert refusal(bomb) is Kind.NO_ZIP
    assert time.process_time() - begin < 0.1


def test_a_list_without_an_end() -> None:
    """A list of half a million entries is not read."""
    archive = zipped(b"x")
    listed, end = archive.index(LISTED), archive.index(END)
    many = archive[:listed] + archive[listed:end] * 400_000 + archive[end:]
    many = patched(many, END, 12, "L", 400_000 * (end - listed))
    begin = time.process_time()
    assert refusal(many) is Kind.NO_ZIP
    assert time.process_time() - begin < 0.5


def test_names_are_not_repeated() -> None:
    """A name in a ZIP may say whom a message is about."""
    for archive in (zipped(MESSAGE, name="Wittemans/x"), zipped(bytes(MAX_SIZE + 1), name="Wittemans")):
        opened = open_archive(Document(archive))
        refused = opened if isinstance(opened, Refusal) else next(opened)
        assert isinstance(refused, Refusal)
        assert "Wittemans" not in str(refused)


@settings(max_examples=300)
@given(data=st.data())
def test_any_change(data: st.DataObject) -> None:
    """Whatever is changed in a ZIP, it is refused, or its messages are what they were."""
    archive = bytearray(zipped(MESSAGE, MESSAGE + b" "))
    for _ in range(data.draw(st.integers(1, 3))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    opened = open_archive(Document(bytes(archive)))
    if not isinstance(opened, Refusal):
        for entry in opened:
            assert isinstance(entry, Refusal) or entry.content() in (MESSAGE, MESSAGE + b" ", b"")


@settings(max_examples=200)
@given(content=st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    """Any bytes at all are refused without failing."""
    assert isinstance(open_archive(Document(content + END + bytes(18))), Refusal)
    assert isinstance(open_archive(Document(content)), Refusal)
