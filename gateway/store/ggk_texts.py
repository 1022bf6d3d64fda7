"""Texts that came in envelopes of the GGk, encrypted part by part as messages are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, Row, Select, delete, select

from gateway.store.bulk import BulkInsert
from gateway.store.ggk_tables import ggk_received, ggk_text, ggk_text_part
from gateway.store.vault import Keyring

_TEXTS: Final = BulkInsert(ggk_text, "received_id", "recipient", "file_name", "size")
_PARTS: Final = BulkInsert(ggk_text_part, "received_id", "part", "key_id", "data")


class TextRow(Struct, frozen=True):
    """A text: its id is that of the envelope that it came in."""

    id: UUID
    sender: str
    recipient: str
    function: str
    file_name: str
    size: int
    received_at: datetime

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """Read a row of a text with its envelope."""
        return cls(row.received_id, row.sender, row.recipient, row.function, row.file_name, row.size, row.received_at)


def text_place(received_id: UUID, part: int) -> bytes:
    """Give what a part is bound to: moved to another place it does not decrypt."""
    return b"text " + received_id.bytes + part.to_bytes(4)


def add_text(conn: Connection, keyring: Keyring, text: TextRow, pieces: Iterable[bytes]) -> None:
    """Write a text, of which the pieces are no longer than a part of a message."""
    _TEXTS.run(conn, [(text.id, text.recipient, text.file_name, text.size)])
    for part, plain in enumerate(pieces):
        _PARTS.run(conn, [(text.id, part, *keyring.encrypt(plain, text_place(text.id, part)))])


def list_texts(conn: Connection, recipients: Collection[str] | None, *, limit: int) -> list[TextRow]:
    """Give the newest texts for some parties, or for all."""
    query = _texts().order_by(ggk_text.c.received_id.desc()).limit(limit)
    if recipients is not None:
        query = query.where(ggk_text.c.recipient.in_(recipients))
    return [TextRow.from_row(row) for row in conn.execute(query)]


def get_text(conn: Connection, text_id: UUID) -> TextRow | None:
    """Give a text, if it is there."""
    row = conn.execute(_texts().where(ggk_text.c.received_id == text_id)).one_or_none()
    return None if row is None else TextRow.from_row(row)


def text_parts(conn: Connection, keyring: Keyring, text_id: UUID) -> Iterator[bytes]:
    """Read a text, one part in memory at a time."""
    table = ggk_text_part
    numbers = list(conn.scalars(select(table.c.part).where(table.c.received_id == text_id).order_by(table.c.part)))
    for number in numbers:
        row = conn.execute(select(table).where(table.c.received_id == text_id, table.c.part == number)).one()
        yield keyring.decrypt(row.key_id, row.data, text_place(text_id, number))


def remove_texts(conn: Connection, *, before: datetime, limit: int) -> int:
    """Remove texts that came in before a moment, the oldest first; gives how many."""
    query = (
        select(ggk_text.c.received_id)
        .join(ggk_received, ggk_received.c.id == ggk_text.c.received_id)
        .where(ggk_received.c.received_at < before)
        .limit(limit)
    )
    ids = list(conn.scalars(query))
    for table in (ggk_text_part, ggk_text):
        conn.execute(delete(table).where(table.c.received_id.in_(ids)))
    return len(ids)


def _texts() -> Select[Any]:
    received = ggk_received
    columns = (ggk_text, received.c.sender, received.c.function, received.c.received_at)
    return select(*columns).join(received, received.c.id == ggk_text.c.received_id)
