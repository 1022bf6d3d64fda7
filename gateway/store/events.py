"""The timeline of a message."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from gateway.store import tables
from gateway.store.bulk import BulkInsert
from gateway.store.identifiers import new_id
from gateway.store.rows import EventRow

_EVENTS = BulkInsert(tables.event, "id", "message_id", "at", "kind", "detail")


def add_events(conn: Connection, events: Iterable[tuple[UUID, datetime, str, dict[str, Any]]]) -> None:
    """Add events, each a message's id, the moment, the kind and the detail; their order is kept."""
    _EVENTS.run(conn, [(new_id(), *event) for event in events])


def events(conn: Connection, message_id: UUID) -> list[EventRow]:
    """Give the events of a message, oldest first."""
    table = tables.event
    query = select(table).where(table.c.message_id == message_id).order_by(table.c.id)
    return [EventRow.from_row(row) for row in conn.execute(query)]
