"""The heartbeat of the delivery workers."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from gateway.store import tables
from gateway.store.bulk import BulkInsert

_WORKERS = BulkInsert(tables.worker, "id", "started_at", "beat_at", "version", or_skip=True)

# A worker makes a new id at every start; those of a day ago tell nobody anything.
_FORGET_AFTER = timedelta(days=1)


def beat(conn: Connection, worker_id: str, *, started_at: datetime, version: str, now: datetime) -> None:
    """Say that a worker is alive; those that have been silent for a day are forgotten."""
    table = tables.worker
    if not _WORKERS.run(conn, [(worker_id, started_at, now, version)]):
        conn.execute(update(table).where(table.c.id == worker_id).values(beat_at=now))
        return
    conn.execute(delete(table).where(table.c.beat_at < now - _FORGET_AFTER))


def last_beat(conn: Connection) -> datetime | None:
    """Give the last moment at which any worker was alive."""
    beat_at: datetime | None = conn.scalar(select(func.max(tables.worker.c.beat_at)))
    return beat_at
