"""Removing what was kept long enough: first what a message says, later that there was one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeAlias
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Column, ColumnElement, Connection, Select, Table, delete, func, select, update

from gateway.exchange.retention import ENDED
from gateway.store import tables
from gateway.store.bulk import BulkInsert
from gateway.store.events import add_events
from gateway.store.identifiers import earliest_id
from gateway.store.lifecycle_tables import dossier, request
from gateway.store.manual_tables import manual_case
from gateway.store.retention_tables import retention_round
from gateway.store.schema import metadata
from gateway.store.tables import GOES_ALONG

Layer: TypeAlias = Literal["content", "record"]
"""What is removed: what a message says, or all there is of it."""

CONTENT_REMOVED = "content-removed"

_MESSAGE = tables.message
_ROUNDS = BulkInsert(retention_round, "day", "started_at", "beat_at", "report", or_skip=True)
# An id is made at receipt, but not at the very same instant; as for a list of a period.
_CLOCK_SLACK = timedelta(hours=2)
# A worker that says nothing for so long while it removes is no more.
_GIVEN_UP_AFTER = timedelta(hours=1)


class Candidate(Struct, frozen=True):
    """A message that may have been kept long enough: since when nothing happened to it, and whether it is held."""

    id: UUID
    type: str
    status: str
    last_at: datetime
    held: bool


def candidates(
    conn: Connection,
    layer: Layer,
    held: ColumnElement[bool],
    *,
    before: datetime,
    after: UUID | None,
    limit: int,
    lock: bool,
) -> list[Candidate]:
    """Give the oldest messages from before a moment that wait for nobody; `after` is the last of the batch before.

    With `lock` nobody else can change them until the transaction ends; what somebody is changing is left out.
    """
    query = _candidates(layer, held, before + _CLOCK_SLACK).limit(limit)
    if after is not None:
        query = query.where(_MESSAGE.c.id > after)
    if lock:
        query = query.with_for_update(of=_MESSAGE, skip_locked=True)
    return [
        Candidate(row.id, row.type, row.status, row.last_at or row.received_at, bool(row.held))
        for row in conn.execute(query)
    ]


def _candidates(layer: Layer, held: ColumnElement[bool], before: datetime) -> Select[Any]:
    event = tables.event
    last_at = (
        select(func.max(event.c.at))
        # That the content was removed is no reason to keep the record for longer.
        .where(event.c.message_id == _MESSAGE.c.id, event.c.kind != CONTENT_REMOVED)
        .scalar_subquery()
    )
    query = (
        select(
            _MESSAGE.c.id,
            _MESSAGE.c.type,
            _MESSAGE.c.status,
            _MESSAGE.c.received_at,
            last_at.label("last_at"),
            held.label("held"),
        )
        .where(_MESSAGE.c.id < earliest_id(before), _MESSAGE.c.status.in_(sorted(ENDED)))
        .order_by(_MESSAGE.c.id)
    )
    if layer == "content":
        content = tables.message_content
        # Through the contents that are there, and not along all messages of which it went long ago.
        query = query.join(content, content.c.message_id == _MESSAGE.c.id).where(content.c.part == 0)
    return query


def remove_content(conn: Connection, message_ids: Sequence[UUID], now: datetime) -> None:
    """Remove what messages say and whom they are about; that they existed, and what happened to them, stays."""
    for table in (tables.message_content, tables.message_subject):
        conn.execute(delete(table).where(table.c.message_id.in_(message_ids)))
    note = update(manual_case).where(manual_case.c.message_id.in_(message_ids), manual_case.c.note.is_not(None))
    conn.execute(note.values(note=None, note_key_id=None))
    add_events(conn, ((message_id, now, CONTENT_REMOVED, {}) for message_id in message_ids))


def remove_idle_dossiers(conn: Connection, limit: int) -> int:
    """Remove the dossiers of clients of whom no content is left, with what follows from them; gives how many.

    Only asked for when every fingerprint is under one key: one person's under two keys cannot be compared.
    """
    subject = tables.message_subject
    told_of = select(subject.c.message_id).where(subject.c.bsn_hash == dossier.c.bsn_hash).exists()
    idle = list(conn.scalars(select(dossier.c.id).where(~told_of).order_by(dossier.c.id).limit(limit)))
    if idle:
        # A request may be without a dossier, but not one that was about this client.
        _forget(conn, request, list(conn.scalars(select(request.c.id).where(request.c.dossier_id.in_(idle)))))
        _forget(conn, dossier, idle)
    return len(idle)


def remove_records(conn: Connection, message_ids: Sequence[UUID]) -> None:
    """Remove messages with everything that belongs to them, in whatever table; their Identificatie is free again."""
    _forget(conn, _MESSAGE, message_ids)


def _forget(conn: Connection, table: Table, keys: Sequence[Any]) -> None:
    """Remove rows by their keys, and first what refers to them: a reference that may be empty is emptied."""
    for child, column in _referring_to(table):
        if column.nullable and column.info != GOES_ALONG:
            conn.execute(update(child).where(column.in_(keys)).values({column.name: None}))
            continue
        if any(_referring_to(child)):
            (child_key,) = child.primary_key.columns
            belonging = list(conn.scalars(select(child_key).where(column.in_(keys))))
            if belonging:
                _forget(conn, child, belonging)
        else:
            conn.execute(delete(child).where(column.in_(keys)))
    (key,) = table.primary_key.columns
    conn.execute(delete(table).where(key.in_(keys)))


def _referring_to(table: Table) -> Iterator[tuple[Table, Column[Any]]]:
    for child in reversed(metadata.sorted_tables):
        for column in child.columns:
            if any(key.column.table is table for key in column.foreign_keys):
                yield child, column


def claim_round(conn: Connection, day: date, *, now: datetime) -> bool:
    """Take the round of a day; says whether it is this caller's to do. One that somebody gave up is taken over."""
    if _ROUNDS.run(conn, [(day, now, now, {})]):
        return True
    abandoned = update(retention_round).where(
        retention_round.c.day == day,
        retention_round.c.finished_at.is_(None),
        retention_round.c.beat_at <= now - _GIVEN_UP_AFTER,
    )
    return conn.execute(abandoned.values(beat_at=now)).rowcount > 0


def beat_round(conn: Connection, day: date, *, now: datetime) -> None:
    """Say that the round of a day is still being done."""
    conn.execute(update(retention_round).where(retention_round.c.day == day).values(beat_at=now))


def finish_round(conn: Connection, day: date, report: dict[str, Any], *, now: datetime) -> None:
    """Write down how the round of a day ended."""
    conn.execute(update(retention_round).where(retention_round.c.day == day).values(finished_at=now, report=report))


def last_round(conn: Connection) -> tuple[date, datetime | None, dict[str, Any]] | None:
    """Give the last round: its day, when it was finished, and what was removed."""
    row = conn.execute(select(retention_round).order_by(retention_round.c.day.desc()).limit(1)).one_or_none()
    return None if row is None else (row.day, row.finished_at, row.report)
