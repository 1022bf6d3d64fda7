"""Chance as an attacker: whatever the bytes are, there is an answer, and the same one by both ways of reading."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.wire.document import Document
from gateway.wire.json_form import to_json
from gateway.wire.reader import Reading
from tests.hostile.pieces import MEANINGFUL
from tests.strategies import berichten
from tests.wire.reading import CODEC, read, read_large, read_valid
from tests.xsd import TYPES, document

PIECES = st.one_of(st.binary(max_size=8), st.sampled_from(MEANINGFUL))


def answered(reading: Reading) -> None:
    """See to it that a document was taken, or refused with a reason."""
    assert (reading.bericht is None) is bool(reading.findings)


@settings(max_examples=300)
@given(data=st.data())
def test_broken_messages(data: st.DataObject) -> None:
    """Bytes are taken out of a good message, others put in; reading it never fails."""
    content = data.draw(berichten(data.draw(st.sampled_from(TYPES))))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        gone = data.draw(st.integers(0, 12))
        content = content[:start] + data.draw(PIECES) + content[start + gone :]
    reading = read(content)
    answered(reading)
    assert read_large(content) == reading


@settings(max_examples=200)
@given(content=st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    """Bytes without a meaning are refused."""
    reading = read(content)
    answered(reading)
    assert read_large(content) == reading


def test_every_byte_by_every_other_kind() -> None:
    """In a small message, each byte is replaced by one that means something."""
    content = document("JW319")
    for position in range(len(content)):
        for byte in (b"<", b"&", b"\x00", b"\xff", b" ", b"0"):
            answered(read(content[:position] + byte + content[position + 1 :]))


@settings(max_examples=200)
@given(data=st.data())
def test_broken_forms(data: st.DataObject) -> None:
    """The typed form in JSON is no less robust."""
    form = json.dumps(to_json(read_valid(document(data.draw(st.sampled_from(TYPES)))))).encode()
    start = data.draw(st.integers(0, len(form)))
    form = form[:start] + data.draw(PIECES) + form[start + data.draw(st.integers(0, 12)) :]
    answered(CODEC.read_json(Document(form))[1])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["header", "client", "x"]), inner),
    max_leaves=8,
)


@settings(max_examples=200)
@given(data=st.data())
def test_any_value_anywhere(data: st.DataObject) -> None:
    """Any JSON in any place of a form is answered."""
    form = to_json(read_valid(document(data.draw(st.sampled_from(TYPES)))))
    target = form["bericht"]
    while True:
        key = data.draw(st.sampled_from(sorted(target) if isinstance(target, dict) else range(len(target))))
        if not isinstance(target[key], dict | list) or data.draw(st.booleans()):
            break
        target = target[key]
    target[key] = data.draw(JSON)
    answered(CODEC.read_json(Document(json.dumps(form).encode()))[1])
