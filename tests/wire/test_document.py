"""The bytes of a message, in memory or in a file without a name."""

import hashlib
from contextlib import closing
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.document import LARGE, Document


@given(pieces=st.lists(st.binary(max_size=40)), first=st.binary(max_size=40), limit=st.integers(0, 100))
def test_bytes_come_back(pieces: list[bytes], first: bytes, limit: int) -> None:
    """Whatever comes in, in whatever pieces, is there as a whole, in pieces, as a stream and by its digest."""
    whole = first + b"".join(pieces)
    with patch("gateway.wire.document.LARGE", limit), closing(Document(first)) as document:
        for piece in pieces:
            document.append(piece)
            document.open().read(3)  # Somebody who looks in between does not disturb what comes next.
        assert document.size == len(whole)
        assert document.large is (len(whole) > limit)
        assert document.digest == hashlib.sha256(whole).digest()
        assert b"".join(document.chunks(7)) == whole
        assert document.open().read() == whole
        assert document.content() == whole


def test_what_is_added_after_reading_is_there() -> None:
    """Reading a document as a whole does not freeze it."""
    with closing(Document(b"a")) as document:
        assert document.content() == b"a"
        document.append(b"b")
        assert document.content() == b"ab"
        document.append(b"c")
        assert document.content() == b"abc"


def test_pieces_are_a_megabyte() -> None:
    """A document is read in pieces of a megabyte unless other ones are asked for."""
    assert [len(chunk) for chunk in Document(bytes(LARGE + 1)).chunks()] == [1024 * 1024, 1]


@pytest.mark.parametrize("size", [LARGE, LARGE + 1])
def test_a_large_document_leaves_memory(size: int) -> None:
    """What is over a megabyte is in a file; what is not, is not."""
    with closing(Document()) as document:
        document.append(bytes(size))
        assert document._file is not None
        assert document._file._rolled is (size > LARGE)  # type: ignore[attr-defined]
