"""Legal holds: what is kept whatever the terms say, for as long as somebody says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, false, or_, select, update

from gateway.store import tables
from gateway.store.bulk import BulkInsert
from gateway.store.retention_tables import legal_hold
from gateway.store.vault import Keyring

_HOLDS = BulkInsert(
    legal_hold, "id", "kind", "value", "key_id", "sealed", "reason", "created_at", "created_by", "ended_at"
)


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold on the messages of a `party`, on a `message`, or on those about a `person`."""

    id: UUID
    kind: str
    value: str | None
    key_id: str | None
    sealed: bytes | None = field(repr=False)
    reason: str
    created_at: datetime
    created_by: str
    ended_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """Read a row of the legal_hold table."""
        return cls(**{name: getattr(row, name) for name in cls.__slots__})


def hold_place(hold_id: UUID) -> bytes:
    """Give what the BSN of a hold is bound to: moved to another hold it does not decrypt."""
    return b"legal_hold" + hold_id.bytes


def add(conn: Connection, hold: HoldRow) -> None:
    """Write a new hold."""
    _HOLDS.run(conn, [tuple(getattr(hold, name) for name in HoldRow.__slots__)])


def end(conn: Connection, hold_id: UUID, *, now: datetime) -> bool:
    """End a hold; once more changes nothing. Says whether there is such a hold."""
    ending = update(legal_hold).where(legal_hold.c.id == hold_id, legal_hold.c.ended_at.is_(None))
    conn.execute(ending.values(ended_at=now))
    return conn.scalar(select(legal_hold.c.id).where(legal_hold.c.id == hold_id)) is not None


def listed(conn: Connection, *, active: bool = False) -> list[HoldRow]:
    """Give all holds, or those that hold now, oldest first."""
    query = select(legal_hold).order_by(legal_hold.c.id)
    if active:
        query = query.where(legal_hold.c.ended_at.is_(None))
    return [HoldRow.from_row(row) for row in conn.execute(query)]


def is_held(holds: Iterable[HoldRow], keyring: Keyring) -> ColumnElement[bool]:
    """Give the condition that a message is held by one of these."""
    message, subject = tables.message, tables.message_subject
    conditions: list[ColumnElement[bool]] = [false()]
    for hold in holds:
        if hold.sealed is not None and hold.key_id is not None:
            bsn = keyring.decrypt(hold.key_id, hold.sealed, hold_place(hold.id)).decode()
            about = select(subject.c.message_id).where(subject.c.bsn_hash.in_(keyring.bsn_hashes(bsn)))
            conditions.append(message.c.id.in_(about))
        elif hold.kind == "message":
            conditions.append(message.c.id == UUID(hold.value))
        else:
            conditions.append(or_(message.c.sender == hold.value, message.c.recipient == hold.value))
    return or_(*conditions)
