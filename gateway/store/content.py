"""What the messages say: written and read part by part, so that no message needs to fit in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Connection, select

from gateway.errors import GatewayError
from gateway.store import tables
from gateway.store.bulk import BulkInsert, Row
from gateway.store.vault import Keyring

Content: TypeAlias = bytes | Callable[[], Iterable[bytes]]

PART_BYTES = 1024 * 1024
# Small contents of several messages share a statement up to here.
_STATEMENT_BYTES = 4 * PART_BYTES

_CONTENTS = BulkInsert(tables.message_content, "message_id", "part", "key_id", "data")


class ContentMissingError(GatewayError):
    """The content of a message is not there, or not whole."""


def save_contents(conn: Connection, keyring: Keyring, contents: Iterable[tuple[UUID, int, Content]]) -> None:
    """Write the contents of messages, each with the message's id and the content's size."""
    rows: list[Row] = []
    waiting = 0
    for message_id, size, content in contents:
        total = 0
        for part, plain in enumerate(_parts(content)):
            total += len(plain)
            rows.append((message_id, part, *keyring.encrypt(plain, part_place(message_id, part))))
            waiting += len(plain)
            # A content of more than one part is long: each of its parts goes at once.
            if size > PART_BYTES or waiting >= _STATEMENT_BYTES:
                _CONTENTS.run(conn, rows)
                rows, waiting = [], 0
        if total != size:
            raise ContentMissingError(f"A message of {size} bytes came with a content of {total}.")
    _CONTENTS.run(conn, rows)


def has_content(conn: Connection, message_id: UUID) -> bool:
    """Say whether the content of a message is still kept."""
    table = tables.message_content
    query = select(table.c.part).where(table.c.message_id == message_id, table.c.part == 0)
    return conn.scalar(query) is not None


def content_parts(conn: Connection, keyring: Keyring, message_id: UUID) -> Iterator[bytes]:
    """Read the exact bytes of a message, one part in memory at a time."""
    table = tables.message_content
    size = conn.scalar(select(tables.message.c.size).where(tables.message.c.id == message_id))
    if size is None:
        raise ContentMissingError
    part = total = 0
    while total < size or part == 0:
        query = select(table.c.key_id, table.c.data).where(table.c.message_id == message_id, table.c.part == part)
        row = conn.execute(query).one_or_none()
        if row is None:
            raise ContentMissingError
        plain = keyring.decrypt(row.key_id, row.data, part_place(message_id, part))
        total += len(plain)
        part += 1
        yield plain


def part_place(message_id: UUID, part: int) -> bytes:
    """Give what a part is bound to: one that was swapped or copied to another message does not decrypt."""
    return message_id.bytes + part.to_bytes(4)


def _parts(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield from _slices(content)
        return
    buffer = bytearray()
    for chunk in content():
        buffer += chunk
        while len(buffer) > PART_BYTES:
            yield bytes(buffer[:PART_BYTES])
            del buffer[:PART_BYTES]
    yield bytes(buffer)


def _slices(content: bytes) -> Iterator[bytes]:
    if len(content) <= PART_BYTES:
        yield content
        return
    for begin in range(0, len(content), PART_BYTES):
        yield content[begin : begin + PART_BYTES]
