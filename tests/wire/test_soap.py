"""Reading SOAP within bounds."""

from __future__ import annotations

import base64
import contextlib
import select
import socket
import tracemalloc
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.resources import schemas_dir
from gateway.wire.base64_stream import Base64Decoder, Base64Error
from gateway.wire.document import MAX_SIZE, MEBIBYTE, Document
from gateway.wire.ggk_envelope import PAYLOADS, EnvelopeError, envelope_schema
from gateway.wire.soap import SOAP, SoapError, SoapMessage, read_soap
from tests.envelopes import envelop, soap

START = f'<s:Envelope xmlns:s="{SOAP}" xmlns:g="http://www.stufstandaarden.nl/koppelvlak/ggk0210">'
FILE = "<g:xmlBestand>%s</g:xmlBestand>"


def read(text: str | bytes) -> SoapMessage:
    """Read a text as SOAP."""
    return read_soap(Document(text if isinstance(text, bytes) else text.encode()), PAYLOADS)


def body(inside: str, header: str = "") -> str:
    """Put something into a SOAP message."""
    return f"{START}{header}<s:Body>{inside}</s:Body></s:Envelope>"


def decoded(text: str, pieces: int) -> bytes:
    """Decode a text in pieces."""
    decoder = Base64Decoder()
    found = b"".join(decoder.feed(text[at : at + pieces]) for at in range(0, len(text), pieces))
    decoder.close()
    return found


@given(content=st.binary(max_size=300), width=st.integers(1, 80), pieces=st.integers(1, 50))
def test_base64_in_pieces(content: bytes, width: int, pieces: int) -> None:
    """However it is broken into lines and pieces, the same bytes come out."""
    text = base64.b64encode(content).decode()
    text = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    assert decoded(text, pieces) == content


@pytest.mark.parametrize("text", ["A", "AAA", "AAAAA", "AA=A", "AA==AAAA", "=AAA", "AAA%", "AAAé", "AB==", "AA-_"])
def test_what_is_no_base64(text: str) -> None:
    """Broken off, wrong characters, something after the end, or bits that say nothing."""
    with pytest.raises(Base64Error):
        decoded(text, 1)


def test_the_content_is_set_aside() -> None:
    """It is decoded, and in the tree stands no more than that there was some."""
    with closing(read(body(FILE % base64.b64encode(b"iets").decode()))) as message:
        assert message.payload is not None
        assert message.payload.content() == b"iets"
        assert message.content.text == "AAAA"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (body(FILE % "A"), "afgebroken"),
        (body(FILE % "%%%%"), "base64"),
        (body(FILE % "<a/>"), "element"),
        (body("<a>" + FILE % "AAAA" + FILE % "AAAA" + "</a>"), "meer dan één"),
        (body("<a/><b/>"), "één Body"),
        (body("<a/>") + "<b/>", "goed gevormde"),
        (body("<a>" * 40 + "</a>" * 40), "niveaus"),
        (body("<a>" + "<b/>" * 600 + "</a>"), "elementen"),
        (body("<a>" + "".join(f"<b{n}/>" for n in range(300)) + "</a>"), "groter"),
        (body("<a " + " ".join(f"b{n}=''" for n in range(40)) + "/>"), "attributen"),
        (body("<a>" + "x" * 70_000 + "</a>"), "groter"),
        (body("<a b='" + "x" * 70_000 + "'/>"), "groter"),
        (body("<!--" + "x" * 300_000 + "--><a/>"), "te lang"),
        (body("<a b='" + "x" * 300_000), "te lang"),
        (body("<?x y?><a/>"), "verwerkingsinstructie"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]>" + body("<a>&b;</a>"), "DTD"),
        (body("<a>&b;</a>"), "goed gevormde"),
    ],
)
def test_what_is_refused(text: str, reason: str) -> None:
    """What is wrong, is told; nothing of it was built first."""
    with pytest.raises(SoapError, match=reason):
        read(text)


def test_other_encodings_are_refused() -> None:
    """Only UTF-8, whatever the declaration says; a byte-order mark of UTF-8 is no harm."""
    for declared in ("utf-16", "iso-8859-1"):
        with pytest.raises(SoapError, match="UTF-8"):
            read(f'<?xml version="1.0" encoding="{declared}"?>' + body("<a/>"))
    with pytest.raises(SoapError, match="UTF-8"):
        read(body("<a/>").encode("utf-16"))
    assert read(b"\xef\xbb\xbf" + body("<a/>").encode()).content.tag == "a"


def test_another_soap_and_what_must_be_understood() -> None:
    """SOAP has faults of its own for these."""
    with pytest.raises(SoapError) as other:
        read('<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><a/></s:Body></s:Envelope>')
    assert other.value.fault == "VersionMismatch"
    with pytest.raises(SoapError) as header:
        read(body("<a/>", '<s:Header><x s:mustUnderstand="1"/></s:Header>'))
    assert header.value.fault == "MustUnderstand"
    for harmless in ('<x s:mustUnderstand="0"/>', "<x/>", '<x s:mustUnderstand="1" s:actor="urn:iemand"/>'):
        assert read(body("<a/>", f"<s:Header>{harmless}</s:Header>")).content.tag == "a"


def test_memory_stays_flat() -> None:
    """Of 25 MB no more than a piece or two is in memory at once."""
    document = Document()
    document.append(f"{START}<s:Body><g:xmlBestand>".encode())
    line = base64.b64encode(b"x" * 57) + b"\n"
    while document.size < MAX_SIZE - MEBIBYTE:
        document.append(line * 1000)
    document.append(b"</g:xmlBestand></s:Body></s:Envelope>")
    tracemalloc.start()
    with closing(read_soap(document, PAYLOADS)) as message:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert message.payload is not None
        assert message.payload.size > 17 * MEBIBYTE
    document.close()
    assert peak < 3 * MEBIBYTE


XSI = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'


@pytest.mark.parametrize(
    "trick",
    [
        f'{XSI} i:schemaLocation="urn:x URL"',
        f'{XSI} i:schemaLocation="http://www.egem.nl/StUF/StUF0301 URL urn:y URL"',
        f'{XSI} i:noNamespaceSchemaLocation="URL"',
        'xml:base="URL"',
    ],
)
def test_nobody_is_called(trick: str) -> None:
    """Where an envelope says that something is to be found, nobody looks, neither reading it nor checking it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        trick = trick.replace("URL", f"http://127.0.0.1:{listening.getsockname()[1]}/x.xsd")
        text = envelope_text().replace(b"<GGK:stuurgegevens>", f"<GGK:stuurgegevens {trick}>".encode())
        for evil in (
            text,
            text.replace(b"envelopHeenbericht-ggk_Di01 ", f"envelopHeenbericht-ggk_Di01 {trick} ".encode()),
        ):
            with closing(read(evil)) as message, contextlib.suppress(EnvelopeError):
                envelope_schema(schemas_dir() / "ggk0210").read(message.content)
        assert not select.select([listening], [], [], 0.1)[0]


def envelope_text() -> bytes:
    """Give a good envelope."""
    return soap(envelop("JW315"), b"iets")
