"""Many rows in one statement."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select

from gateway.store import tables
from gateway.store.bulk import BulkInsert
from gateway.store.engine import Database, DatabaseFailedError
from gateway.store.identifiers import new_id
from tests.store.samples import NOW

PARTIES = BulkInsert(tables.party, "code", "kind", "name", "created_at")
PARTIES_OR_SKIP = BulkInsert(tables.party, "code", "kind", "name", "created_at", or_skip=True)


def parties(count: int) -> list[tuple[Any, ...]]:
    """Make rows of parties."""
    return [(f"{number:08}", "provider", f"Aanbieder {number}", NOW) for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 63, 64, 65, 127, 200])
def test_every_row_is_written_once(database: Database, count: int) -> None:
    """Whatever the number of rows, all are written, each with its own values."""
    with database.write() as conn:
        assert PARTIES.run(conn, parties(count)) == []
        written = conn.execute(select(tables.party).order_by(tables.party.c.code)).all()
    assert [tuple(row) for row in written] == parties(count)


def test_rows_that_are_there_are_skipped(database: Database) -> None:
    """Of rows that collide with stored ones or with each other the first stays, and what was written is told."""
    rows = parties(100)
    with database.write() as conn:
        assert PARTIES_OR_SKIP.run(conn, rows[40:60]) == [row[0] for row in rows[40:60]]
        written = PARTIES_OR_SKIP.run(conn, rows + rows)
    assert sorted(written) == [row[0] for row in rows[:40] + rows[60:]]


def test_values_are_written_as_sqlalchemy_would(database: Database) -> None:
    """What is written in bulk reads the same as what SQLAlchemy writes, down to how it is stored."""
    elsewhere = NOW.astimezone(timezone(timedelta(hours=2)))
    message: dict[str, Any] = {
        "type": "JW315",
        "release": "3.2",
        "sender": "65656055",
        "recipient": "0384",
        "dagtekening": date(2026, 3, 1),
        "status": "queued",
        "origin": "party",
        "size": 70_000,
        "digest": bytes(range(32)),
        "findings": [{"message": 'één «aanhaling» \\ " \n', "line": None, "paths": []}],
        "received_at": elsewhere,
        "expires_at": datetime(2026, 3, 2, tzinfo=elsewhere.tzinfo),
        "lease_id": None,
        "answers": None,
    }
    ours, theirs = new_id(NOW), new_id(NOW)
    insert = BulkInsert(tables.message, "id", "identificatie", *message)
    with database.write() as conn:
        insert.run(conn, [(ours, "ours", *message.values())])
        conn.execute(tables.message.insert(), {"id": theirs, "identificatie": "theirs"} | message)
        names = ", ".join(f"CAST({name} AS text)" for name in message if name not in {"digest", "findings"})
        raw = conn.exec_driver_sql(f"SELECT {names}, digest FROM message").all()  # noqa: S608 - names of our own
        read = conn.execute(select(*(tables.message.c[name] for name in message))).all()
        assert raw[0] == raw[1]
        assert read[0] == read[1] == tuple(message.values())


def test_a_moment_without_a_time_zone_is_refused(database: Database) -> None:
    """What a naive moment means would be a guess, on either database."""
    with pytest.raises(ValueError, match="time zone"), database.write() as conn:
        PARTIES.run(conn, [("1", "provider", "", NOW.replace(tzinfo=None))])


def test_a_row_of_another_width_is_refused(database: Database) -> None:
    """A value too many or too few is our mistake and never lands in another column."""
    with pytest.raises(ValueError, match="zip"), database.write() as conn:
        PARTIES.run(conn, [("1", "provider", "")])


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_statements_are_prepared(database: Database) -> None:
    """Rows with large and small numbers, with and without a moment, share one prepared statement."""
    insert = BulkInsert(tables.lease, "id", "message_id", "party", "attempt", "created_at", "expires_at", "closed_at")
    with database.write() as conn:
        conn.exec_driver_sql("ALTER TABLE lease DROP CONSTRAINT fk_lease_message_id")
        for number in range(20):
            moment = NOW if number % 2 else None
            insert.run(conn, [(new_id(), new_id(), "0384", 10**number % 2**31, NOW, NOW, moment)])
        prepared = conn.exec_driver_sql(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO lease %%'"
        ).scalar_one()
    assert prepared == 1


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_text_with_a_nul_is_refused(database: Database) -> None:
    """PostgreSQL has no such text; it is not cut off where the NUL stands."""
    with pytest.raises(DatabaseFailedError), database.write() as conn:
        PARTIES.run(conn, [("65656055", "provider", "Aan\0bieder", NOW)])
    with database.read() as conn:
        assert conn.execute(select(tables.party)).all() == []
