"""The audit trail in the database: a chain in which every change shows, however many write to it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from gateway.store import audit
from gateway.store.audit import Entry, TrailFilter
from gateway.store.audit_tables import audit_event, audit_subject
from gateway.store.engine import Database
from gateway.store.identifiers import new_id
from tests.store.samples import BSN, NOW, a_message, stored


def entry(**changes: Any) -> Entry:
    """Make an entry with these fields otherwise."""
    return Entry(**{"kind": "content-read", "actor": "token:abc", "at": NOW, **changes})


def write(database: Database, *entries: Entry) -> None:
    """Write entries in a transaction of their own."""
    with database.write() as conn:
        audit.append(conn, database.keyring, entries)


def numbers(database: Database, wanted: TrailFilter, limit: int = 100) -> list[int]:
    """Give the numbers of the entries that fit, newest first."""
    with database.read() as conn:
        return [row.number for row in audit.listed(conn, wanted, limit=limit)]


def test_entries_follow_each_other(database: Database) -> None:
    """The numbers count from one, and each hash is over the entry and the hash before it."""
    write(database, entry(), entry(detail={"zé": [1, None, True], "a": "…"}))
    write(database)
    write(database, entry(bsn=BSN, messages=(new_id(), new_id())))
    with database.read() as conn:
        rows = list(audit.chain(conn))
        assert audit.head(conn) == (3, rows[-1].hash)
    assert [row.number for row in rows] == [1, 2, 3]
    before = bytes(32)
    for row in rows:
        assert row.chained_to(before) == row.hash
        before = row.hash


def test_nothing_is_kept_of_what_fails(database: Database) -> None:
    """An act whose transaction fails leaves no entry, and the next one takes its number."""

    def failing() -> None:
        with database.write() as conn:
            audit.append(conn, database.keyring, [entry(actor="nobody")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    write(database, entry())
    assert numbers(database, TrailFilter()) == [1]


def test_many_write_at_once(database: Database) -> None:
    """Entries of several writers at the same time, the very first among them, make one chain."""
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda who: write(database, *[entry(actor=f"token:{who}")] * 3), range(12)))
    with database.read() as conn:
        rows = list(audit.chain(conn))
    assert [row.number for row in rows] == list(range(1, 37))
    # What was written together stands together.
    assert all(len({row.actor for row in rows[first : first + 3]}) == 1 for first in range(0, 36, 3))
    before = bytes(32)
    for row in rows:
        assert row.chained_to(before) == row.hash
        before = row.hash


def test_filters(database: Database) -> None:
    """Entries are found by what, who, when and about which message; in pages, newest first."""
    about = new_id()
    write(
        database,
        entry(kind="party-added"),
        entry(actor="token:other", messages=(about,)),
        entry(at=NOW + timedelta(hours=1)),
        entry(at=NOW + timedelta(hours=2), messages=(new_id(), about)),
    )
    assert numbers(database, TrailFilter()) == [4, 3, 2, 1]
    assert numbers(database, TrailFilter(kinds=("party-added",))) == [1]
    assert numbers(database, TrailFilter(actors=("token:other",))) == [2]
    assert numbers(database, TrailFilter(message=about)) == [4, 2]
    hour = NOW + timedelta(hours=1)
    assert numbers(database, TrailFilter(since=hour)) == [4, 3]
    assert numbers(database, TrailFilter(until=hour)) == [2, 1]
    with database.read() as conn:
        assert [row.number for row in audit.listed(conn, TrailFilter(), limit=2, before=4)] == [3, 2]


def test_entries_about_a_person(database: Database) -> None:
    """A person's entries are those that name them, and those of messages about them."""
    theirs, other = stored(database, a_message(bsns=(BSN,)), a_message(bsns=("999990020",)))
    write(
        database,
        entry(messages=(other,)),
        entry(messages=(other, theirs)),
        entry(bsn=BSN),
        entry(bsn="999990020"),
        entry(messages=(theirs,)),
    )
    with database.read() as conn:
        found = audit.about_person(conn, database.keyring.bsn_hashes(BSN))
        assert [row.number for row in found] == [2, 3, 5]


def test_an_entry_holds_no_bsn(database: Database) -> None:
    """The entry has the keyed hash; the BSN beside it is encrypted, and is bound to its place."""
    write(database, entry(), entry(bsn=BSN))
    with database.read() as conn:
        row = conn.execute(select(audit_event).where(audit_event.c.number == 2)).one()
        kept = conn.execute(select(audit_subject)).one()
        subject = audit.pointers(conn, [2]).subjects[2]
    assert BSN not in str(tuple(row))
    assert BSN.encode() not in kept.sealed
    assert row.subject == f"{kept.key_id}:{kept.bsn_hash.hex()}"
    assert audit.bsn_beside(database.keyring, subject) == BSN


def test_more_than_one_page(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Walking the chain gives every entry once, in order, however many pages it takes."""
    monkeypatch.setattr(audit, "_PAGE", 4)
    write(database, *[entry()] * 12)
    with database.read() as conn:
        assert [row.number for row in audit.chain(conn)] == list(range(1, 13))
        assert [row.number for row in audit.chain(conn, after=3, until=9)] == list(range(4, 10))


def test_a_message_is_named_once(database: Database) -> None:
    """The same message twice in one act is one message."""
    about = UUID(int=7)
    write(database, entry(messages=(about, about)))
    with database.read() as conn:
        assert audit.pointers(conn, [1]).messages == {1: {str(about)}}
