"""Queues and leases: a message is handed to one poller at a time, and is nobody's for good until it says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select, text, update

from gateway.store import dead_letters, tables
from gateway.store.bulk import BulkInsert
from gateway.store.events import add_events
from gateway.store.identifiers import new_id
from gateway.store.rows import LeaseRow, MessageRow

Closing: TypeAlias = Literal["done", "gone"]
"""`done`: it is so now, or was already. `gone`: the lease no longer holds, or was closed in another way."""

_MESSAGE = tables.message
_LEASE = tables.lease
_LEASES = BulkInsert(_LEASE, "id", "message_id", "party", "token_id", "attempt", "created_at", "expires_at")

# Made once: making a statement anew costs more than asking it.
_LEASE_BY_ID = select(_LEASE).where(_LEASE.c.id == bindparam("lease"))
_LOCK_LEASED = (
    select(_MESSAGE)
    .where(_MESSAGE.c.id == select(_LEASE.c.message_id).where(_LEASE.c.id == bindparam("lease")).scalar_subquery())
    .with_for_update(key_share=True)
)
_HAND_OVER = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id == bindparam("message"))
    .values(status="leased", lease_id=bindparam("lease"), lease_expires_at=bindparam("until"))
)


class Leased(Struct, frozen=True):
    """A message together with the lease under which it was handed over."""

    lease: LeaseRow
    message: MessageRow


class Depth(Struct, frozen=True):
    """How much waits for a party, and since when the oldest does."""

    party: str
    waiting: int
    oldest_received_at: datetime


def waiting(
    conn: Connection, party: str, *, limit: int, now: datetime, types: Collection[str] = ()
) -> list[MessageRow]:
    """Give what waits for a party, oldest first, and change nothing."""
    return [MessageRow.from_row(row) for row in conn.execute(_waiting(party, limit, types, now))]


def lease(
    conn: Connection,
    party: str,
    *,
    limit: int,
    seconds: int,
    now: datetime,
    types: Collection[str] = (),
    token_id: str | None = None,
) -> list[Leased]:
    """Hand over the oldest waiting messages of a party; no other poller gets them until the lease ends."""
    query = _waiting(party, limit, types, now).with_for_update(skip_locked=True, key_share=True)
    messages = [MessageRow.from_row(row) for row in conn.execute(query)]
    if not messages:
        return []
    _close_expired(conn, messages, now)
    until = now + timedelta(seconds=seconds)
    leases = [
        LeaseRow(new_id(), message.id, party, token_id, message.failures + 1, now, until, None, None)
        for message in messages
    ]
    _LEASES.run(
        conn,
        [
            (lease.id, lease.message_id, lease.party, lease.token_id, lease.attempt, lease.created_at, lease.expires_at)
            for lease in leases
        ],
    )
    conn.execute(_HAND_OVER, [{"message": lease.message_id, "lease": lease.id, "until": until} for lease in leases])
    add_events(
        conn,
        ((lease.message_id, now, "leased", {"lease": str(lease.id), "attempt": lease.attempt}) for lease in leases),
    )
    return [
        Leased(lease, replace(message, status="leased", lease_id=lease.id, lease_expires_at=until))
        for lease, message in zip(leases, messages, strict=True)
    ]


def get_lease(conn: Connection, lease_id: UUID) -> LeaseRow | None:
    """Give a lease, if it was ever there."""
    row = conn.execute(_LEASE_BY_ID, {"lease": lease_id}).one_or_none()
    return None if row is None else LeaseRow.from_row(row)


def leases_of(conn: Connection, message_id: UUID) -> list[LeaseRow]:
    """Give the leases that there were of a message, the first one first."""
    query = select(_LEASE).where(_LEASE.c.message_id == message_id).order_by(_LEASE.c.id)
    return [LeaseRow.from_row(row) for row in conn.execute(query)]


def acknowledge(conn: Connection, lease_id: UUID, *, now: datetime) -> Closing:
    """Take the message over for good, also after the lease expired as long as nobody else has taken it since."""
    held = _hold(conn, lease_id)
    if held is None:
        return "gone"
    if held.lease.outcome == "acknowledged":
        return "done"
    # `expired` as well: the message was taken over, only later than it would have been given up.
    if not held.is_still_in({"queued", "leased", "expired"}):
        return "gone"
    _close(conn, held.lease, "acknowledged", now)
    _change(conn, held.message, now, "delivered", {"lease": str(lease_id)}, status="delivered", lease_expires_at=None)
    return "done"


def fail(conn: Connection, lease_id: UUID, *, reason: str, max_attempts: int, now: datetime) -> Closing:
    """Count a failed attempt and put the message back, or make it a dead letter when there were enough of them."""
    held = _hold(conn, lease_id)
    if held is None:
        return "gone"
    if held.lease.outcome == "failed":
        return "done"
    if not held.is_still_in({"queued", "leased"}):
        return "gone"
    failures = held.message.failures + 1
    is_dead = failures >= max_attempts
    _close(conn, held.lease, "failed", now)
    _change(
        conn,
        held.message,
        now,
        "failed",
        {"lease": str(lease_id), "attempt": failures, "reason": reason},
        status="failed" if is_dead else "queued",
        failures=failures,
        lease_id=None,
        lease_expires_at=None,
    )
    if is_dead:
        add_events(conn, [(held.message.id, now, "dead-letter", {"attempts": failures})])
        dead_letters.add(conn, held.message.id, held.message.recipient, reason, now=now)
    return "done"


def release(conn: Connection, lease_id: UUID, *, now: datetime) -> Closing:
    """Give the message back at once, without counting an attempt."""
    held = _hold(conn, lease_id)
    if held is None:
        return "gone"
    if held.lease.outcome == "released":
        return "done"
    if not held.is_still_in({"queued", "leased"}):
        return "gone"
    _close(conn, held.lease, "released", now)
    _change(
        conn,
        held.message,
        now,
        "released",
        {"lease": str(lease_id)},
        status="queued",
        lease_id=None,
        lease_expires_at=None,
    )
    return "done"


def sweep(conn: Connection, *, now: datetime, limit: int = 500) -> list[UUID]:
    """Write down which leases have expired; gives the messages that wait again.

    The message keeps its lease's id: a late acknowledgement counts until somebody else takes the message.
    """
    query = (
        select(_MESSAGE)
        .where(text("status = 'leased'"), _MESSAGE.c.lease_expires_at <= now)
        .order_by(_MESSAGE.c.lease_expires_at)
    )
    return _end_waiting(conn, query, now, limit, status="queued")


def expire(conn: Connection, *, now: datetime, limit: int = 500) -> list[UUID]:
    """Take the messages that waited too long out of their queues; one that a poller holds is left to it."""
    query = (
        select(_MESSAGE)
        .where(text(tables.WAITING), _MESSAGE.c.expires_at <= now, _is_free(now))
        .order_by(_MESSAGE.c.expires_at)
    )
    expired = _end_waiting(conn, query, now, limit, status="expired")
    add_events(conn, ((message_id, now, "expired", {}) for message_id in expired))
    return expired


def mark_restored(conn: Connection, *, now: datetime, after: UUID | None, limit: int) -> list[UUID]:
    """End the leases of what waits, and mark it as perhaps taken over before; gives the messages of this batch."""
    query = select(_MESSAGE.c.id).where(text(tables.WAITING)).order_by(_MESSAGE.c.id).limit(limit)
    if after is not None:
        query = query.where(_MESSAGE.c.id > after)
    ids = list(conn.scalars(query.with_for_update(key_share=True)))
    if ids:
        closing = update(_LEASE).where(_LEASE.c.message_id.in_(ids), _LEASE.c.outcome.is_(None))
        conn.execute(closing.values(outcome="released", closed_at=now))
        values = {"status": "queued", "lease_id": None, "lease_expires_at": None}
        marking = update(_MESSAGE).where(_MESSAGE.c.id.in_(ids))
        conn.execute(marking.values(redeliveries=_MESSAGE.c.redeliveries + 1, **values))
        add_events(conn, ((message_id, now, "restored", {}) for message_id in ids))
    return ids


def depth(conn: Connection, *, now: datetime) -> list[Depth]:
    """Give for every party with a waiting message how many there are, and since when."""
    query = (
        select(_MESSAGE.c.recipient, func.count(), func.min(_MESSAGE.c.received_at))
        .where(_is_waiting(now))
        .group_by(_MESSAGE.c.recipient)
        .order_by(_MESSAGE.c.recipient)
    )
    return [Depth(*row) for row in conn.execute(query)]


def _waiting(party: str, limit: int, types: Collection[str], now: datetime) -> Select[Any]:
    query = select(_MESSAGE).where(_MESSAGE.c.recipient == party, _is_waiting(now))
    if types:
        query = query.where(_MESSAGE.c.type.in_(types))
    return query.order_by(_MESSAGE.c.id).limit(limit)


def _is_waiting(now: datetime) -> ColumnElement[bool]:
    not_too_long = or_(_MESSAGE.c.expires_at.is_(None), _MESSAGE.c.expires_at > now)
    return and_(text(tables.WAITING), _is_free(now), not_too_long)


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(_MESSAGE.c.status == "queued", _MESSAGE.c.lease_expires_at <= now)


class _Held(Struct, frozen=True):
    """A lease and its message, of which nobody else can change anything until the transaction ends."""

    lease: LeaseRow
    message: MessageRow

    def is_still_in(self, statuses: Collection[str]) -> bool:
        """Say whether the lease is the last one of the message, and was not closed by its holder."""
        return (
            self.lease.outcome in {None, "expired"}
            and self.message.lease_id == self.lease.id
            and self.message.status in statuses
        )


def _hold(conn: Connection, lease_id: UUID) -> _Held | None:
    row = conn.execute(_LOCK_LEASED, {"lease": lease_id}).one_or_none()
    # Only now, behind the message's lock, does the lease stand still.
    lease_row = get_lease(conn, lease_id)
    return None if row is None or lease_row is None else _Held(lease_row, MessageRow.from_row(row))


def _close(conn: Connection, lease_row: LeaseRow, outcome: str, now: datetime) -> None:
    conn.execute(update(_LEASE).where(_LEASE.c.id == lease_row.id).values(outcome=outcome, closed_at=now))


def _change(
    conn: Connection, message: MessageRow, now: datetime, kind: str, detail: dict[str, Any], **values: Any
) -> None:
    conn.execute(update(_MESSAGE).where(_MESSAGE.c.id == message.id).values(values))
    add_events(conn, [(message.id, now, kind, detail)])


def _end_waiting(conn: Connection, query: Select[Any], now: datetime, limit: int, *, status: str) -> list[UUID]:
    locked = query.limit(limit).with_for_update(skip_locked=True, key_share=True)
    messages = [MessageRow.from_row(row) for row in conn.execute(locked)]
    ids = [message.id for message in messages]
    if ids:
        _close_expired(conn, messages, now)
        conn.execute(update(_MESSAGE).where(_MESSAGE.c.id.in_(ids)).values(status=status, lease_expires_at=None))
    return ids


def _close_expired(conn: Connection, messages: Iterable[MessageRow], now: datetime) -> None:
    expired = [message for message in messages if message.status == "leased"]
    if expired:
        conn.execute(
            update(_LEASE)
            .where(_LEASE.c.id.in_([message.lease_id for message in expired]), _LEASE.c.outcome.is_(None))
            .values(outcome="expired", closed_at=_LEASE.c.expires_at)
        )
        add_events(conn, ((message.id, now, "lease-expired", {"lease": str(message.lease_id)}) for message in expired))
