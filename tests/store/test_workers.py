"""The heartbeat."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from gateway.store import tables, workers
from gateway.store.engine import Database
from tests.store.samples import NOW


def beat(database: Database, worker_id: str, now: datetime) -> None:
    """Say that a worker is alive."""
    with database.write() as conn:
        workers.beat(conn, worker_id, started_at=NOW, version="0.1.0", now=now)


def known(database: Database) -> list[tuple[str, datetime, datetime]]:
    """Read all workers."""
    with database.read() as conn:
        table = tables.worker
        rows = conn.execute(select(table.c.id, table.c.started_at, table.c.beat_at).order_by(table.c.id))
        return [(row.id, row.started_at, row.beat_at) for row in rows]


def test_the_last_beat_is_of_whichever_worker(database: Database) -> None:
    """One worker that is alive is enough to be healthy; without any there is no beat."""
    with database.read() as conn:
        assert workers.last_beat(conn) is None
    beat(database, "one", NOW)
    beat(database, "two", NOW + timedelta(seconds=5))
    beat(database, "one", NOW + timedelta(seconds=3))
    with database.read() as conn:
        assert workers.last_beat(conn) == NOW + timedelta(seconds=5)
    assert known(database) == [("one", NOW, NOW + timedelta(seconds=3)), ("two", NOW, NOW + timedelta(seconds=5))]


def test_workers_of_long_ago_are_forgotten(database: Database) -> None:
    """A worker that starts forgets those that were last alive more than a day ago."""
    beat(database, "old", NOW)
    beat(database, "yesterday", NOW + timedelta(hours=12))
    beat(database, "new", NOW + timedelta(hours=25))
    assert [worker_id for worker_id, _, _ in known(database)] == ["new", "yesterday"]
