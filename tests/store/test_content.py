"""What the messages say, part by part."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from gateway.errors import KeyringError
from gateway.store import messages, tables
from gateway.store.content import PART_BYTES, ContentMissingError
from gateway.store.engine import Database
from gateway.store.identifiers import new_id
from gateway.store.vault import Keyring
from tests.store.samples import CONTENT, a_message, stored

LARGE = 25 * PART_BYTES
CHUNK = bytes(range(256)) * 256

part = tables.message_content


def read(database: Database, message_id: UUID, keyring: Keyring | None = None) -> bytes:
    """Read the content of a message."""
    with database.read() as conn:
        return b"".join(messages.content_parts(conn, keyring or database.keyring, message_id))


def in_pieces(content: bytes, size: int) -> Callable[[], Iterable[bytes]]:
    """Give a content in pieces of a size."""
    return lambda: (content[begin : begin + size] for begin in range(0, len(content), size))


@pytest.mark.parametrize("size", [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES])
def test_the_exact_bytes_come_back(database: Database, size: int) -> None:
    """Whatever its size and however it comes, a content is read back to the byte, in parts of at most 1 MiB."""
    content = (CHUNK * (size // len(CHUNK) + 1))[:size]
    whole = a_message(content=content)
    pieces = [a_message(content=in_pieces(content, length), size=size) for length in (1000, 2 * PART_BYTES + 7)]
    stored(database, a_message(), whole, *pieces, a_message())
    for message in (whole, *pieces):
        with database.read() as conn:
            lengths = [len(found) for found in messages.content_parts(conn, database.keyring, message.id)]
        assert read(database, message.id) == content
        assert len(lengths) == max(1, -(-size // PART_BYTES))
        assert max(lengths) <= PART_BYTES


def test_a_long_content_is_never_whole_in_memory(database: Database) -> None:
    """Writing and reading 25 MB takes the memory of a few parts."""

    def pieces() -> Iterator[bytes]:
        return (CHUNK for _ in range(LARGE // len(CHUNK)))

    message = a_message(content=pieces, size=LARGE)
    tracemalloc.start()
    try:
        stored(database, message)
        with database.read() as conn:
            assert sum(len(found) for found in messages.content_parts(conn, database.keyring, message.id)) == LARGE
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * PART_BYTES


def test_many_contents_do_not_share_one_statement(database: Database) -> None:
    """A batch of contents of a megabyte each is written a few at a time."""
    content = CHUNK * (PART_BYTES // len(CHUNK))
    batch = [a_message(content=content) for _ in range(24)]
    tracemalloc.start()
    try:
        stored(database, *batch)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * PART_BYTES


@pytest.mark.parametrize("content", [b"", CONTENT + b"!", CHUNK * 40])
def test_a_content_of_another_size_is_not_taken(database: Database, content: bytes) -> None:
    """A content that got lost or grew between judging and writing takes its message back."""
    message = a_message(content=content, size=len(CONTENT))
    with pytest.raises(ContentMissingError), database.write() as conn:
        messages.save(conn, database.keyring, [message])
    with database.read() as conn:
        assert messages.get(conn, message.id) is None


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_content_that_is_not_whole_is_told(database: Database, lost: int) -> None:
    """A part that is gone, also the last one, is never passed over."""
    message = a_message(content=CHUNK * 40)
    stored(database, message)
    with database.write() as conn:
        conn.execute(delete(part).where(part.c.part == lost))
    with pytest.raises(ContentMissingError):
        read(database, message.id)


def test_no_content_is_told(database: Database) -> None:
    """A message without its content, or no message at all, is an error and not an empty content."""
    message = a_message(content=b"")
    stored(database, message)
    with database.write() as conn:
        conn.execute(delete(part))
    with pytest.raises(ContentMissingError):
        read(database, message.id)
    with pytest.raises(ContentMissingError):
        read(database, new_id())


def test_parts_that_were_swapped_do_not_decrypt(database: Database) -> None:
    """A part in the place of another, in the same message or in another one, is an error."""
    message, other = a_message(content=CHUNK * 32), a_message(content=CHUNK * 32)
    stored(database, message, other)
    first = (part.c.message_id == message.id, part.c.part == 0)
    for elsewhere in (
        (part.c.message_id == message.id, part.c.part == 1),
        (part.c.message_id == other.id, part.c.part == 0),
    ):
        with database.write() as conn:
            data = conn.execute(select(part.c.data).where(*elsewhere)).scalar_one()
            conn.execute(update(part).where(*first).values(data=data))
        with pytest.raises(KeyringError):
            read(database, message.id)


def test_old_keys_still_read(database: Database) -> None:
    """After a new key was put first, old contents are read with the old one; without it that is told."""
    message = a_message()
    stored(database, message)
    rotated = Keyring({"second": bytes(32), "first": bytes(range(32))})
    assert read(database, message.id, rotated) == CONTENT
    with pytest.raises(KeyringError, match="'first'"):
        read(database, message.id, Keyring({"second": bytes(32)}))
