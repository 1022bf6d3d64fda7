"""Deadlines in the database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, text

from gateway.exchange.deadlines import Deadline, Kind, State
from gateway.store import deadlines, messages
from gateway.store.deadlines import DeadlineFilter, DeadlineRow
from gateway.store.engine import Database
from tests.store.samples import MUNICIPALITY, NOW, PROVIDER, a_message, kinds, stored
from tests.store.test_plans import plans

LATER = NOW + timedelta(days=7)
ELSEWHERE = "0363"


@pytest.fixture
def message(database: Database) -> UUID:
    """Give a message that something follows from."""
    (found,) = stored(database, a_message())
    return found


def a_deadline(message: UUID, **changes: Any) -> Deadline:
    """Make a deadline of a request, with these fields otherwise."""
    made = Deadline(
        kind=Kind.ANSWER,
        municipality=MUNICIPALITY,
        provider=PROVIDER,
        subject="R1",
        rule="OP274",
        owner=MUNICIPALITY,
        message=message,
        waits_for=("JW301", "JW319"),
        due=LATER.date(),
    )
    return replace(made, **changes)


def save(database: Database, *found: Deadline, days: int = 0) -> None:
    """Write deadlines, so many days from the beginning."""
    with database.write() as conn:
        now = NOW + timedelta(days=days)
        deadlines.save(conn, [(one, LATER + (one.due - LATER.date())) for one in found], now=now)


def search(database: Database, days: int = 0, **wanted: Any) -> list[DeadlineRow]:
    """Search for deadlines, so many days from the beginning."""
    with database.read() as conn:
        return deadlines.search(conn, DeadlineFilter(**wanted), now=NOW + timedelta(days=days), limit=20)


def mark(database: Database, days: int) -> list[DeadlineRow]:
    """Let a worker go round, so many days from the beginning."""
    with database.write() as conn:
        return deadlines.mark_overdue(conn, now=NOW + timedelta(days=days))


def test_a_deadline_is_kept(database: Database, message: UUID) -> None:
    """What was written is found again."""
    save(database, a_deadline(message))
    (found,) = search(database)
    assert (found.kind, found.rule, found.owner, found.subject) == (Kind.ANSWER, "OP274", MUNICIPALITY, "R1")
    assert (found.municipality, found.provider, found.message_id) == (MUNICIPALITY, PROVIDER, message)
    assert (found.waits_for, found.due_at, found.state) == (("JW301", "JW319"), LATER, State.OPEN)
    assert (found.closed_by, found.closed_at, found.overdue_at) == (None, None, None)


def test_a_deadline_that_is_known_is_changed(database: Database, message: UUID) -> None:
    """The same one again is the same row; by its subject, its kind and the two it is between."""
    save(database, a_deadline(message))
    (first,) = search(database)
    save(database, a_deadline(message).met(message), days=1)
    (met,) = search(database)
    assert (met.id, met.state, met.closed_by) == (first.id, State.MET, message)
    assert met.closed_at == NOW + timedelta(days=1)
    save(database, a_deadline(message).dropped(), days=2)
    (dropped,) = search(database)
    assert (dropped.state, dropped.closed_by, dropped.closed_at) == (State.DROPPED, None, met.closed_at)
    save(database, a_deadline(message), days=3)
    assert search(database) == [first]
    for change in ({"kind": Kind.START}, {"subject": "R2"}, {"municipality": ELSEWHERE}, {"provider": "42420001"}):
        save(database, a_deadline(message, **change))
    assert len(search(database)) == 5


def test_nothing_new_writes_nothing(database: Database, message: UUID) -> None:
    """A deadline that stands as it stood keeps its row untouched."""
    look = text("SELECT ctid, * FROM deadline ORDER BY subject")
    if database.engine.dialect.name == "sqlite":
        look = text("SELECT rowid, * FROM deadline ORDER BY subject")
    save(database, a_deadline(message), a_deadline(message, subject="R2").met(message))
    with database.read() as conn:
        before = conn.execute(look).all()
    save(database, a_deadline(message), a_deadline(message, subject="R2").met(message), days=1)
    with database.read() as conn:
        assert conn.execute(look).all() == before


def test_of_one_deadline_twice_the_last_counts(database: Database, message: UUID) -> None:
    """A batch may open and meet a deadline at once."""
    save(database, a_deadline(message), a_deadline(message).met(message))
    assert [found.state for found in search(database)] == [State.MET]
    save(database)
    assert len(search(database)) == 1


def test_what_has_passed_is_told_once(database: Database, message: UUID) -> None:
    """The state changes, and the message that it follows from has one event of it."""
    save(database, a_deadline(message), a_deadline(message, subject="R2").met(message))
    assert mark(database, 7) == []
    (found,) = mark(database, 8)
    assert found.subject == "R1"
    assert mark(database, 9) == []
    assert kinds(database, message) == ["deadline-overdue"]
    with database.read() as conn:
        (event,) = messages.events(conn, message)
    assert event.detail == {"deadline": str(found.id), "kind": "answer", "rule": "OP274", "owner": MUNICIPALITY}
    (overdue,) = search(database, 9, states=(State.OVERDUE,))
    assert (overdue.state, overdue.overdue_at) == (State.OVERDUE, NOW + timedelta(days=8))


def test_many_are_told_in_small_steps(database: Database, message: UUID) -> None:
    """Longest overdue first, so many at a time."""
    save(database, *(a_deadline(message, subject=f"R{n}", due=LATER.date() - timedelta(days=n)) for n in range(5)))
    with database.write() as conn:
        first = deadlines.mark_overdue(conn, now=NOW + timedelta(days=30), limit=2)
    assert [row.subject for row in first] == ["R4", "R3"]
    assert len(mark(database, 30)) == 3


def test_workers_share_the_work(database: Database, message: UUID) -> None:
    """Several workers at the same moment tell of each deadline once."""
    save(database, *(a_deadline(message, subject=f"R{number}") for number in range(60)))

    def go_round(_: int) -> int:
        count = 0
        while True:
            with database.write() as conn:
                found = len(deadlines.mark_overdue(conn, now=NOW + timedelta(days=9), limit=7))
            count += found
            if not found:
                return count

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(go_round, range(4))) == 60
    assert len(kinds(database, message)) == 60


def test_what_was_late_stays_known_as_late(database: Database, message: UUID) -> None:
    """An answer that comes too late meets the deadline; opened again, it is overdue as before, without an event."""
    save(database, a_deadline(message))
    mark(database, 8)
    save(database, a_deadline(message).met(message), days=9)
    (met,) = search(database, 9)
    assert (met.state, met.overdue_at) == (State.MET, NOW + timedelta(days=8))
    save(database, a_deadline(message), days=10)
    assert [found.state for found in search(database, 10)] == [State.OVERDUE]
    assert mark(database, 11) == []
    assert kinds(database, message) == ["deadline-overdue"]


def test_another_day_is_another_deadline(database: Database, message: UUID) -> None:
    """One that moved is open again, and may pass again."""
    save(database, a_deadline(message))
    mark(database, 8)
    save(database, a_deadline(message, due=LATER.date() + timedelta(days=7)), days=9)
    (moved,) = search(database, 9)
    assert (moved.state, moved.overdue_at) == (State.OPEN, None)
    assert len(mark(database, 15)) == 1
    assert kinds(database, message) == ["deadline-overdue"] * 2


def test_the_time_counts_and_not_the_worker(database: Database, message: UUID) -> None:
    """What has passed is overdue for whoever asks, before any worker wrote that down."""
    save(database, a_deadline(message))
    assert [found.state_at(LATER) for found in search(database, states=(State.OPEN,))] == [State.OPEN]
    assert search(database, 8, states=(State.OPEN,)) == []
    (found,) = search(database, 8, states=(State.OVERDUE,))
    assert found.state_at(NOW + timedelta(days=8)) is State.OVERDUE


FOUND: list[tuple[dict[str, Any], str]] = [
    ({}, "4321"),
    ({"parties": (MUNICIPALITY,)}, "321"),
    ({"parties": (ELSEWHERE,)}, "4"),
    ({"parties": ("42420001",)}, "3"),
    ({"parties": (ELSEWHERE, PROVIDER)}, "421"),
    ({"parties": ()}, ""),
    ({"parties": (MUNICIPALITY,), "states": (State.OPEN,)}, "31"),
    ({"states": (State.OPEN, State.OVERDUE)}, "431"),
    ({"states": (State.MET, State.DROPPED)}, "2"),
    ({"kinds": (Kind.START,)}, "3"),
    ({"kinds": (Kind.START, Kind.ANSWER)}, "4321"),
    ({"owners": (PROVIDER,)}, "3"),
    ({"owners": (PROVIDER,), "kinds": (Kind.ANSWER,)}, ""),
]


def test_deadlines_are_found(database: Database, message: UUID) -> None:
    """By their state, their kind, their owner, and by who may see them; newest first."""
    save(database, a_deadline(message, subject="1"))
    save(database, a_deadline(message, subject="2").met(message))
    save(database, a_deadline(message, subject="3", kind=Kind.START, owner=PROVIDER, provider="42420001"))
    save(database, a_deadline(message, subject="4", municipality=ELSEWHERE))
    for wanted, subjects in FOUND:
        assert "".join(found.subject for found in search(database, **wanted)) == subjects, wanted


def test_a_list_goes_on_where_it_ended(database: Database, message: UUID) -> None:
    """Page after page, nothing twice."""
    save(database, *(a_deadline(message, subject=f"{number}") for number in range(7)))
    for parties in (None, (MUNICIPALITY, PROVIDER)):
        seen: list[str] = []
        after = None
        with database.read() as conn:
            wanted = DeadlineFilter(parties=parties)
            while page := deadlines.search(conn, wanted, now=NOW, limit=3, after=after):
                seen += [found.subject for found in page]
                after = page[-1].id
        assert seen == list("6543210")


def test_what_stands_is_counted(database: Database, message: UUID) -> None:
    """By kind, municipality and state, as everyone sees it."""
    save(
        database,
        a_deadline(message, subject="1"),
        a_deadline(message, subject="2", due=LATER.date() + timedelta(days=30)),
        a_deadline(message, subject="3").met(message),
        a_deadline(message, subject="4", kind=Kind.START, municipality=ELSEWHERE),
    )
    with database.read() as conn:
        assert deadlines.standing(conn, now=NOW + timedelta(days=8)) == {
            ("answer", MUNICIPALITY, "overdue"): 1,
            ("answer", MUNICIPALITY, "open"): 1,
            ("start", ELSEWHERE, "overdue"): 1,
        }


@pytest.fixture
def filled(database: Database, message: UUID) -> Database:
    """Give a database in which nearly everything that was due is done."""
    for begin in range(0, 6000, 600):
        save(
            database,
            *(
                a_deadline(
                    message,
                    subject=f"{number}",
                    municipality=f"{number % 300:04}",
                    provider=f"{10_000_000 + number % 500}",
                    due=LATER.date() + timedelta(days=number % 90),
                    state=State.OPEN if number % 100 == 0 else State.MET,
                )
                for number in range(begin, begin + 600)
            ),
        )
    with database.write() as conn:
        conn.execute(text("ANALYZE"))
    return database


def _search(**wanted: Any) -> Callable[[Connection], object]:
    return lambda conn: deadlines.search(conn, DeadlineFilter(**wanted), now=NOW, limit=20)


STANDING = (State.OPEN, State.OVERDUE)
ASKS: dict[str, tuple[Callable[[Connection], object], tuple[str, ...]]] = {
    "worker": (lambda conn: deadlines.mark_overdue(conn, now=NOW), ("ix_deadline_standing",)),
    "counts": (lambda conn: deadlines.standing(conn, now=NOW), ("ix_deadline_standing",)),
    "overdue": (_search(states=(State.OVERDUE,)), ("ix_deadline_standing",)),
    "open of a party": (_search(states=STANDING, parties=("0007",)), ("ix_deadline_standing",)),
    "of a party": (_search(parties=("0007",)), ("ix_deadline_municipality_id", "ix_deadline_provider_id")),
    "of parties": (_search(parties=("0007", "10000003")), ("ix_deadline_municipality_id", "ix_deadline_provider_id")),
}


def test_deadlines_are_found_by_an_index(filled: Database) -> None:
    """However much is done already, what stands is found without reading it all."""
    for name, (ask, indexes) in ASKS.items():
        plan = plans(filled, ask)
        assert all(index in plan for index in indexes), f"{name}:\n{plan}"
        assert "Seq Scan" not in plan, f"{name}:\n{plan}"
        assert "SCAN deadline\n" not in plan + "\n", f"{name}:\n{plan}"
