"""XML becomes typed values and XML again, and nothing is lost on the way."""

import json
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ijw.berichten import BERICHTEN
from gateway.wire.document import Document
from gateway.wire.json_form import to_json
from gateway.wire.writer import write_bericht
from tests.facts import FACTS
from tests.schemas.engines import libxml2_accepts
from tests.strategies import berichten
from tests.wire.canonical import canonical
from tests.wire.reading import CODEC, read_large, read_valid
from tests.xsd import TYPES, document, example, texts

VALID_EXAMPLES: Final = [message_type for message_type in TYPES if message_type not in ("JW315", "JW318")]


@pytest.mark.parametrize("message_type", TYPES)
@given(data=st.data())
def test_xml_comes_back(message_type: str, data: st.DataObject) -> None:
    """The canonical XML of what is written is that of what was read, for any valid message however it is written."""
    content = data.draw(berichten(message_type))
    bericht = read_valid(content)
    assert type(bericht) is BERICHTEN[message_type]
    written = CODEC.write(bericht).content()
    assert canonical(written) == canonical(content)
    assert libxml2_accepts(message_type, written)


@pytest.mark.parametrize("message_type", TYPES)
@given(data=st.data())
def test_values_come_back(message_type: str, data: st.DataObject) -> None:
    """What is read from what was written is equal, also by its spelling; and so is what is read piece by piece."""
    content = data.draw(berichten(message_type))
    bericht = read_valid(content)
    written = write_bericht(bericht)
    assert read_valid(written) == bericht
    assert write_bericht(read_valid(written)) == written
    piecewise = read_large(content)
    assert piecewise.bericht == bericht
    assert write_bericht(piecewise.bericht) == written


@pytest.mark.parametrize("message_type", TYPES)
@given(data=st.data())
def test_json_comes_back(message_type: str, data: st.DataObject) -> None:
    """The typed form, through the text of JSON, gives the same values."""
    bericht = read_valid(data.draw(berichten(message_type)))
    form = json.dumps(to_json(bericht)).encode()
    made, reading = CODEC.read_json(Document(form))
    assert reading.findings == ()
    assert reading.bericht == bericht
    assert json.dumps(to_json(reading.bericht)).encode() == form
    assert read_valid(made.content()) == bericht


@pytest.mark.parametrize("message_type", VALID_EXAMPLES)
@pytest.mark.skipif(FACTS is None, reason="the published examples are not here")
def test_published_examples_come_back(message_type: str) -> None:
    """The published examples come back to the last tab, but for the line ends."""
    assert FACTS is not None
    content = example(FACTS, message_type)
    written = write_bericht(read_valid(content))
    assert canonical(written, as_written=True) == canonical(content, as_written=True)


@pytest.mark.parametrize("message_type", TYPES)
def test_how_it_is_written(message_type: str) -> None:
    """Written XML is UTF-8 without byte-order mark, every line ends in CR LF, and the prefixes are the usual ones."""
    written = write_bericht(read_valid(document(message_type)))
    own = message_type.lower().encode()
    assert written.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\r\n<' + own + b":Bericht xmlns:ijw=")
    assert written.endswith(b"</" + own + b":Bericht>\r\n")
    assert written.count(b"\n") == written.count(b"\r") == written.count(b"\r\n")
    # Everything but the XML declaration has one of the two prefixes.
    assert written.count(b"<") == 1 + sum(
        written.count(start + prefix) for start in (b"<", b"</") for prefix in (own + b":", b"ijw:")
    )


def _with(name: str, text: str) -> bytes:
    """Give a JW301 with a text, as XML, in an element that is there once."""
    place = next(place for place, _ in texts("JW301") if place[-1] == name)
    return document("JW301", place, "MARK").replace(b"MARK", text.encode())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ToewijzingNummer", "+5"),
        ("ToewijzingNummer", "-0"),
        ("ToewijzingNummer", "0" * 30 + "7"),
        ("ToewijzingNummer", "\n\t5 "),
        ("BerichtVersie", " 3 "),
        ("Dagtekening", " 2026-04-01\r\n"),
        ("Dagtekening", "12026-04-01"),
        ("Dagtekening", "-0044-03-15"),
        ("Dagtekening", "99999-12-31"),
        ("Toewijzingstijd", "24:00:00"),
        ("Toewijzingstijd", "00:00:00.0000000001"),
        ("Toewijzingstijd", "23:59:59.999999999"),
        ("Toewijzingstijd", " 10:00:00 "),
        ("Commentaar", "regel\nregel"),
        ("Commentaar", "regel\r\nregel"),
        ("Commentaar", "regel&#13;&#10;regel&#13;"),
        ("Commentaar", "\ttab\t"),
        ("Commentaar", "  spaties  "),
        ("Commentaar", "<![CDATA[a < b && c > d]]>"),
        ("Commentaar", "a<![CDATA[]]]]><![CDATA[>]]>b"),
        ("Commentaar", "]]&gt; &amp;amp; &lt;b&gt; &quot;x&quot; 'y'"),
        ("Commentaar", "voor<!-- niet van belang -->na"),
        ("Commentaar", " <!-- niet van belang --> na"),
        ("Commentaar", "voor<?niet van-belang?>na"),
        ("Commentaar", "😀 \U0001d518\U0001d52b ﷽ \u200d e\u0301"),
        ("Commentaar", "&#x1F600;&#128512;"),
        ("Commentaar", "\u0085\u2028\u00a0\u3000x"),
        ("Commentaar", "\x7f\x80\x9f\ufdd0\ue000\ufffd\U0010ffff"),
        ("Emailadres", "\u00a0"),
    ],
)
def test_unusual_text_is_kept(name: str, text: str) -> None:
    """What a schema allows comes back as it was, however unusual; also when the message is read piece by piece."""
    content = _with(name, text)
    written = write_bericht(read_valid(content))
    assert canonical(written) == canonical(content)
    large = read_large(content)
    assert large.bericht is not None
    assert write_bericht(large.bericht) == written


def test_what_is_no_content_is_left_out() -> None:
    """Comments, processing instructions, where schemas are said to be and the type of an element are no content."""
    plain = document("JW301")
    xsi = b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    decorated = (
        b"<!-- voor --><?voor ?>"
        + plain.replace(b"<jw301:Bericht", b"<jw301:Bericht" + xsi + b' xsi:schemaLocation="a b"', 1).replace(
            b"<jw301:Client>", b'<!-- in --><jw301:Client xsi:type="jw301:Client">', 1
        )
        + b"<!-- na -->"
    )
    assert write_bericht(read_valid(decorated)) == write_bericht(read_valid(plain))
