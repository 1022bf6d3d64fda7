"""Queues and leases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import pytest

from gateway.store import messages, queues
from gateway.store.engine import Database
from gateway.store.identifiers import new_id
from gateway.store.queues import Closing, Depth, Leased
from gateway.store.rows import LeaseRow
from tests.store.samples import MUNICIPALITY, NOW, PROVIDER, a_message, kinds, status, stored

LATER = NOW + timedelta(seconds=61)  # after a lease of a minute from NOW

End = Literal["acknowledge", "fail", "release"]
ENDS: tuple[End, ...] = ("acknowledge", "fail", "release")


def lease(database: Database, limit: int = 10, now: datetime = NOW, party: str = MUNICIPALITY) -> list[Leased]:
    """Lease messages of the municipality for a minute."""
    with database.write() as conn:
        return queues.lease(conn, party, limit=limit, seconds=60, now=now, token_id="token")


def end(database: Database, how: End, lease_id: UUID, now: datetime = NOW, max_attempts: int = 3) -> Closing:
    """End a lease in one of the three ways."""
    with database.write() as conn:
        if how == "acknowledge":
            return queues.acknowledge(conn, lease_id, now=now)
        if how == "release":
            return queues.release(conn, lease_id, now=now)
        return queues.fail(conn, lease_id, reason="de database is vol", max_attempts=max_attempts, now=now)


def sweep(database: Database, now: datetime = LATER) -> list[UUID]:
    """Write down which leases have expired."""
    with database.write() as conn:
        return queues.sweep(conn, now=now)


def waiting(database: Database, now: datetime = NOW, types: Sequence[str] = ()) -> list[UUID]:
    """Look at what waits for the municipality."""
    with database.read() as conn:
        found = queues.waiting(conn, MUNICIPALITY, limit=10, now=now, types=types)
    return [message.id for message in found]


def the_lease(database: Database, lease_id: UUID) -> LeaseRow:
    """Read a lease that must be there."""
    with database.read() as conn:
        found = queues.get_lease(conn, lease_id)
    assert found is not None
    return found


def failures(database: Database, message_id: UUID) -> int:
    """Tell how often a message was failed."""
    with database.read() as conn:
        message = messages.get(conn, message_id)
    assert message is not None
    return message.failures


def test_the_oldest_comes_first(database: Database) -> None:
    """A queue gives what waits for its party in the order of receipt, and looking changes nothing."""
    moments = [NOW - timedelta(minutes=minutes) for minutes in (1, 3, 2)]
    ids = stored(database, *(a_message(received_at=moment) for moment in moments))
    stored(database, a_message(recipient=PROVIDER), a_message(status="accepted"), a_message(status="manual"))
    oldest_first = [ids[1], ids[2], ids[0]]
    assert waiting(database) == oldest_first
    assert waiting(database) == oldest_first
    assert [leased.message.id for leased in lease(database, limit=2)] == oldest_first[:2]
    assert waiting(database) == oldest_first[2:]


def test_only_the_types_asked_for(database: Database) -> None:
    """A poller that handles some types gets those alone."""
    ids = stored(database, *(a_message(type=name) for name in ("JW315", "JW317", "JW323", "JW317")))
    assert waiting(database, types=["JW317", "JW323"]) == ids[1:]
    with database.write() as conn:
        leased = queues.lease(conn, MUNICIPALITY, limit=10, seconds=60, now=NOW, types=["JW323"])
    assert [one.message.id for one in leased] == [ids[2]]


def test_an_empty_queue_gives_nothing(database: Database) -> None:
    """Nothing waits: no leases."""
    assert lease(database) == []


def test_a_lease_tells_what_it_is(database: Database) -> None:
    """What is handed over says under which lease and until when, and is stored just so."""
    (message_id,) = stored(database, a_message())
    (leased,) = lease(database)
    assert leased.lease == the_lease(database, leased.lease.id)
    assert leased.lease == LeaseRow(
        leased.lease.id, message_id, MUNICIPALITY, "token", 1, NOW, NOW + timedelta(seconds=60), None, None
    )
    with database.read() as conn:
        assert leased.message == messages.get(conn, message_id)
        event = messages.events(conn, message_id)[-1]
    assert leased.message.status == "leased"
    assert (event.kind, event.detail) == ("leased", {"lease": str(leased.lease.id), "attempt": 1})


def test_what_is_leased_is_nobody_elses(database: Database) -> None:
    """As long as a lease lasts, nobody else gets or sees the message."""
    stored(database, a_message())
    (leased,) = lease(database)
    just_before = leased.lease.expires_at - timedelta(microseconds=1)
    assert lease(database, now=just_before) == []
    assert waiting(database, now=just_before) == []
    assert sweep(database, just_before) == []


@pytest.mark.parametrize("swept", [True, False])
def test_an_expired_lease_returns_to_its_place(database: Database, *, swept: bool) -> None:
    """When a lease expires its message waits again, at once and before younger ones, and no attempt is counted."""
    ids = stored(database, a_message(), a_message(), a_message())
    first = lease(database, limit=2)
    if swept:
        assert sweep(database) == ids[:2]
        assert sweep(database) == []
        assert status(database, ids[0]) == "queued"
    assert waiting(database, LATER) == ids
    again = lease(database, now=LATER)
    assert [leased.message.id for leased in again] == ids
    assert [leased.lease.attempt for leased in again] == [1, 1, 1]
    assert the_lease(database, first[0].lease.id).outcome == "expired"
    assert kinds(database, ids[0]) == ["leased", "lease-expired", "leased"]


def test_the_status_of_an_expired_lease_is_queued(database: Database) -> None:
    """Swept or not, a message whose lease has expired reads as waiting."""
    stored(database, a_message())
    (leased,) = lease(database)
    assert leased.message.status_at(LATER - timedelta(seconds=2)) == "leased"
    assert leased.message.status_at(leased.lease.expires_at) == "queued"


def test_acknowledged_is_for_good(database: Database) -> None:
    """A message that was taken over is delivered and never comes back."""
    (message_id,) = stored(database, a_message())
    (leased,) = lease(database)
    assert end(database, "acknowledge", leased.lease.id) == "done"
    assert status(database, message_id) == "delivered"
    assert the_lease(database, leased.lease.id).outcome == "acknowledged"
    assert the_lease(database, leased.lease.id).closed_at == NOW
    assert lease(database, now=LATER) == []
    assert sweep(database) == []
    assert kinds(database, message_id) == ["leased", "delivered"]


def test_a_failure_counts_and_puts_back_at_once(database: Database) -> None:
    """A failed message waits again at its place, with one attempt less to go."""
    ids = stored(database, a_message(), a_message())
    (leased,) = lease(database, limit=1)
    assert end(database, "fail", leased.lease.id) == "done"
    assert (status(database, ids[0]), failures(database, ids[0])) == ("queued", 1)
    again = lease(database)
    assert [(one.message.id, one.lease.attempt) for one in again] == [(ids[0], 2), (ids[1], 1)]
    with database.read() as conn:
        failed = next(event for event in messages.events(conn, ids[0]) if event.kind == "failed")
    assert failed.detail == {"lease": str(leased.lease.id), "attempt": 1, "reason": "de database is vol"}


def test_too_many_failures_make_a_dead_letter(database: Database) -> None:
    """After as many failures as the route allows a message is set aside, and its timeline says so."""
    (message_id,) = stored(database, a_message())
    for attempt in (1, 2, 3):
        (leased,) = lease(database)
        assert leased.lease.attempt == attempt
        assert end(database, "fail", leased.lease.id, max_attempts=3) == "done"
    assert (status(database, message_id), failures(database, message_id)) == ("failed", 3)
    assert lease(database, now=LATER) == []
    assert kinds(database, message_id) == ["leased", "failed"] * 3 + ["dead-letter"]


def test_released_is_back_at_once(database: Database) -> None:
    """A message that was given back waits at its place and has lost no attempt."""
    (message_id,) = stored(database, a_message())
    (leased,) = lease(database)
    assert end(database, "release", leased.lease.id) == "done"
    (again,) = lease(database)
    assert (again.message.id, again.lease.attempt) == (message_id, 1)
    assert kinds(database, message_id) == ["leased", "released", "leased"]


@pytest.mark.parametrize("how", ENDS)
def test_the_same_call_again_changes_nothing(database: Database, how: End) -> None:
    """Whoever repeats a call because the answer got lost is told it is done, and nothing happens twice."""
    (message_id,) = stored(database, a_message())
    (leased,) = lease(database)
    assert [end(database, how, leased.lease.id) for _ in range(3)] == ["done"] * 3
    assert failures(database, message_id) == (1 if how == "fail" else 0)
    assert len(kinds(database, message_id)) == 2
    assert the_lease(database, leased.lease.id).closed_at == NOW


@pytest.mark.parametrize("how", ENDS)
def test_the_same_call_again_when_others_have_it_now(database: Database, how: End) -> None:
    """A repeated call does not disturb who has the message since."""
    stored(database, a_message())
    (first,) = lease(database)
    end(database, how, first.lease.id)
    second = lease(database)
    assert end(database, how, first.lease.id) == "done"
    assert len(second) == (0 if how == "acknowledge" else 1)
    assert all(end(database, "acknowledge", leased.lease.id) == "done" for leased in second)


@pytest.mark.parametrize(("how", "other"), [(how, other) for how in ENDS for other in ENDS if how != other])
def test_a_lease_is_ended_in_one_way(database: Database, how: End, other: End) -> None:
    """Ending a lease in another way than it was ended before is refused and changes nothing."""
    (message_id,) = stored(database, a_message())
    (leased,) = lease(database)
    end(database, how, leased.lease.id)
    before = (status(database, message_id), kinds(database, message_id))
    assert end(database, other, leased.lease.id) == "gone"
    assert (status(database, message_id), kinds(database, message_id)) == before


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("swept", [True, False])
def test_late_and_nobody_else_has_it(database: Database, how: End, *, swept: bool) -> None:
    """After a lease expired its holder may still end it, as long as nobody has taken the message since."""
    (message_id,) = stored(database, a_message())
    (leased,) = lease(database)
    if swept:
        sweep(database)
    assert end(database, how, leased.lease.id, now=LATER) == "done"
    assert status(database, message_id) == ("delivered" if how == "acknowledge" else "queued")
    assert failures(database, message_id) == (1 if how == "fail" else 0)
    assert sweep(database, LATER + timedelta(days=1)) == []


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("then", [*ENDS, None])
def test_late_and_somebody_else_took_it(database: Database, how: End, then: End | None) -> None:
    """Once another poller has taken the message, the expired lease is over, whatever that one does with it."""
    (message_id,) = stored(database, a_message())
    (first,) = lease(database)
    (second,) = lease(database, now=LATER)
    if then is not None:
        end(database, then, second.lease.id, now=LATER)
    before = (status(database, message_id), kinds(database, message_id))
    assert end(database, how, first.lease.id, now=LATER) == "gone"
    assert (status(database, message_id), kinds(database, message_id)) == before


@pytest.mark.parametrize("how", ENDS)
def test_a_lease_that_never_was_is_gone(database: Database, how: End) -> None:
    """An unknown lease is gone."""
    assert end(database, how, new_id()) == "gone"
    with database.read() as conn:
        assert queues.get_lease(conn, new_id()) is None


def test_what_waited_too_long_expires(database: Database) -> None:
    """A message past its end is no longer handed out, and then written down as expired, once."""
    until = NOW + timedelta(days=1)
    early, late = stored(database, a_message(expires_at=until), a_message(expires_at=until + timedelta(days=1)))
    assert waiting(database, until - timedelta(seconds=1)) == [early, late]
    assert waiting(database, until) == [late]
    assert [leased.message.id for leased in lease(database, now=until)] == [late]
    with database.write() as conn:
        assert queues.expire(conn, now=until) == [early]
        assert queues.expire(conn, now=until) == []
    assert (status(database, early), status(database, late)) == ("expired", "leased")
    assert kinds(database, early) == ["expired"]


def test_what_a_poller_holds_does_not_expire(database: Database) -> None:
    """A message past its end stays with the poller that has it, and expires when that one's lease does."""
    (message_id,) = stored(database, a_message(expires_at=NOW + timedelta(seconds=30)))
    lease(database)
    with database.write() as conn:
        assert queues.expire(conn, now=NOW + timedelta(seconds=59)) == []
        assert queues.expire(conn, now=LATER) == [message_id]
    assert kinds(database, message_id) == ["leased", "lease-expired", "expired"]


def test_a_late_acknowledgement_of_what_expired_counts(database: Database) -> None:
    """Who has taken a message over after all is believed: it is delivered, and not expired."""
    (message_id,) = stored(database, a_message(expires_at=NOW + timedelta(seconds=30)))
    (leased,) = lease(database)
    with database.write() as conn:
        queues.expire(conn, now=LATER)
    assert end(database, "fail", leased.lease.id, now=LATER) == "gone"
    assert end(database, "acknowledge", leased.lease.id, now=LATER) == "done"
    assert status(database, message_id) == "delivered"


@pytest.mark.parametrize("step", [queues.sweep, queues.expire])
def test_upkeep_goes_in_small_steps(database: Database, step: Callable[..., list[UUID]]) -> None:
    """No more than asked for is changed in one transaction; the rest comes the next time."""
    ids = stored(database, *(a_message(expires_at=LATER) for _ in range(5)))
    if step is queues.sweep:
        lease(database)
    for expected in (2, 2, 1, 0):
        with database.write() as conn:
            assert len(step(conn, now=LATER, limit=2)) == expected
    assert {status(database, message_id) for message_id in ids} == {"queued" if step is queues.sweep else "expired"}


def test_depth_counts_what_waits(database: Database) -> None:
    """For every party with a waiting message: how many, and since when; what is leased or over counts for nothing."""
    other = "0363"
    moments = [NOW - timedelta(minutes=minutes) for minutes in (5, 4, 3)]
    stored(database, *(a_message(received_at=moment) for moment in moments))
    stored(database, a_message(recipient=other), a_message(recipient=other, expires_at=NOW), a_message(status="manual"))
    lease(database, limit=1)
    with database.read() as conn:
        assert queues.depth(conn, now=NOW) == [Depth(other, 1, NOW), Depth(MUNICIPALITY, 2, moments[1])]
        assert queues.depth(conn, now=LATER) == [Depth(other, 1, NOW), Depth(MUNICIPALITY, 3, moments[0])]
