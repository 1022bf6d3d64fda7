"""What is to be sent outside, and the attempts at it: one sender has a row at a time, and only for a while."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, func, insert, select, text, union_all, update

from gateway.store import outbox_tables as tables
from gateway.store.bulk import BulkInsert
from gateway.store.identifiers import new_id
from gateway.store.of_row import OfRow

State: TypeAlias = Literal["due", "sending", "sent", "failed", "dropped"]
"""`failed`: given up, for `cause`. `dropped`: there was no need any more."""

_OUTBOX = tables.outbox
_ATTEMPT = tables.attempt
_NEW = BulkInsert(
    _OUTBOX,
    "id",
    "kind",
    "purpose",
    "message_id",
    "recipient",
    "endpoint",
    "state",
    "next_at",
    "first_at",
    "created_at",
    "subject_id",
    "reference",
)


class NewOutgoing(Struct, frozen=True, kw_only=True):
    """Something that has to be sent outside, to be written in the transaction that decides so.

    `reference` is by what the other side may come back to it, `subject_id` what it is about besides a message.
    """

    kind: str
    purpose: str
    recipient: str
    endpoint: str
    due_at: datetime
    reference: str | None = None
    subject_id: UUID | None = None


class OutboxRow(OfRow, frozen=True):
    """Something to be sent outside. Its id is the same at every attempt, and so may tell a double apart."""

    id: UUID
    kind: str
    purpose: str
    message_id: UUID | None
    subject_id: UUID | None
    reference: str | None
    recipient: str
    endpoint: str
    state: State
    next_at: datetime | None
    first_at: datetime
    failures: int
    attempt_id: UUID | None
    cause: str | None
    created_at: datetime
    ended_at: datetime | None
    replay_id: UUID | None

    @property
    def message(self) -> UUID:
        """Give the message that it is about, for a kind that is about messages alone."""
        if self.message_id is None:
            raise AssertionError
        return self.message_id


class AttemptRow(OfRow, frozen=True):
    """One attempt; without an outcome it is going on."""

    id: UUID
    outbox_id: UUID
    number: int
    started_by: str
    started_at: datetime
    duration_ms: int | None
    outcome: str | None
    answer: str | None
    next_at: datetime | None


class AttemptEnd(Struct, frozen=True, kw_only=True):
    """How an attempt ended, and what becomes of the row: its `state`, and `next_at` when it is due again."""

    outcome: str
    answer: str
    duration: timedelta
    state: State
    at: datetime
    next_at: datetime | None = None


def add(conn: Connection, outgoing: Iterable[tuple[UUID | None, datetime, NewOutgoing]]) -> None:
    """Write what is to be sent, each with the id of the message that it belongs to, and the present moment."""
    _NEW.run(conn, [_row(message, now, new) for message, now, new in outgoing])


def _row(message: UUID | None, now: datetime, new: NewOutgoing) -> tuple[Any, ...]:
    return (
        new_id(),
        new.kind,
        new.purpose,
        message,
        new.recipient,
        new.endpoint,
        "due",
        new.due_at,
        new.due_at,
        now,
        new.subject_id,
        new.reference,
    )


def take(
    conn: Connection, *, kinds: Collection[str], busy: Collection[str], now: datetime, until: datetime
) -> OutboxRow | None:
    """Take what has been due longest, and begin an attempt: nobody else gets it until that moment.

    Endpoints in `busy` are left out. What another sender has kept for too long is taken over from it.
    """
    query = (
        select(_OUTBOX)
        .where(
            text(tables.UNFINISHED),
            _OUTBOX.c.next_at <= now,
            _OUTBOX.c.kind.in_(kinds),
            _OUTBOX.c.endpoint.not_in(busy),
        )
        .order_by(_OUTBOX.c.next_at, _OUTBOX.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )
    found = conn.execute(query).one_or_none()
    return None if found is None else _begin(conn, OutboxRow.from_row(found), now, until)


def _begin(conn: Connection, row: OutboxRow, now: datetime, until: datetime) -> OutboxRow:
    taken_over = row.state == "sending"
    failures = row.failures
    if taken_over:
        # Whoever had it was killed, perhaps after sending: that attempt counts, or a thing that kills its sender
        # would be tried for ever.
        conn.execute(update(_ATTEMPT).where(_ATTEMPT.c.id == row.attempt_id).values(outcome="lost"))
        failures += 1
    attempt = new_id()
    conn.execute(
        insert(_ATTEMPT).values(
            id=attempt,
            outbox_id=row.id,
            number=failures + 1,
            started_by="takeover" if taken_over else "schedule",
            started_at=now,
        )
    )
    change: dict[str, Any] = {"state": "sending", "next_at": until, "failures": failures, "attempt_id": attempt}
    conn.execute(update(_OUTBOX).where(_OUTBOX.c.id == row.id).values(change))
    return replace(row, **change)


def end_attempt(conn: Connection, taken: OutboxRow, end: AttemptEnd) -> bool:
    """Write down how an attempt ended; says whether the row changed by it.

    A row that somebody else took over meanwhile is left to that one, unless it was delivered after all.
    """
    row = conn.execute(select(_OUTBOX).where(_OUTBOX.c.id == taken.id).with_for_update(key_share=True)).one()
    conn.execute(
        update(_ATTEMPT)
        .where(_ATTEMPT.c.id == taken.attempt_id)
        .values(
            outcome=end.outcome,
            answer=end.answer,
            duration_ms=end.duration // timedelta(milliseconds=1),
            next_at=end.next_at,
        )
    )
    ours = row.state == "sending" and row.attempt_id == taken.attempt_id
    if not ours and not (end.state == "sent" and row.state != "sent"):
        return False
    conn.execute(
        update(_OUTBOX)
        .where(_OUTBOX.c.id == taken.id)
        .values(
            state=end.state,
            next_at=end.next_at,
            failures=taken.failures + (end.state in {"due", "failed"}),
            cause=end.answer if end.state in {"due", "failed"} else None,
            ended_at=None if end.state == "due" else end.at,
        )
    )
    return True


def mark_replayed(conn: Connection, message_id: UUID, replay_id: UUID, *, since: datetime) -> None:
    """Write down of what is to be sent about a message, since a moment, that a replay had it sent."""
    marking = update(_OUTBOX).where(_OUTBOX.c.message_id == message_id, _OUTBOX.c.created_at >= since)
    conn.execute(marking.values(replay_id=replay_id))


def get(conn: Connection, outbox_id: UUID) -> OutboxRow | None:
    """Give something that was or is to be sent, if it is there."""
    row = conn.execute(select(_OUTBOX).where(_OUTBOX.c.id == outbox_id)).one_or_none()
    return None if row is None else OutboxRow.from_row(row)


def of_messages(
    conn: Connection, messages: Collection[UUID], *, kind: str | None = None
) -> dict[UUID, list[OutboxRow]]:
    """Give what was or is to be sent about some messages, by the message's id, oldest first; perhaps of one kind."""
    if not messages:
        return {}
    query = select(_OUTBOX).where(_OUTBOX.c.message_id.in_(messages)).order_by(_OUTBOX.c.id)
    if kind is not None:
        query = query.where(_OUTBOX.c.kind == kind)
    found: dict[UUID, list[OutboxRow]] = {}
    for row in conn.execute(query):
        found.setdefault(row.message_id, []).append(OutboxRow.from_row(row))
    return found


def standing(conn: Connection, *, given_up_since: datetime) -> dict[tuple[str, str], int]:
    """Count what is to be sent, and what was given up since a moment, by kind and state."""
    counted = select(_OUTBOX.c.kind, _OUTBOX.c.state, func.count()).group_by(_OUTBOX.c.kind, _OUTBOX.c.state)
    # Each condition by itself, as it stands in an index.
    given_up = counted.where(text(tables.GIVEN_UP), _OUTBOX.c.ended_at >= given_up_since)
    query = union_all(counted.where(text(tables.UNFINISHED)), given_up)
    return {(row[0], row[1]): row[2] for row in conn.execute(query)}


def is_first_of_cause(conn: Connection, row: OutboxRow, cause: str, *, since: datetime) -> bool:
    """Say whether nothing else of its kind was given up since a moment for the same recipient and cause."""
    other = select(_OUTBOX.c.id).where(
        text(tables.GIVEN_UP),
        _OUTBOX.c.kind == row.kind,
        _OUTBOX.c.cause == cause,
        _OUTBOX.c.recipient == row.recipient,
        _OUTBOX.c.ended_at >= since,
        _OUTBOX.c.id != row.id,
    )
    return conn.execute(other.limit(1)).first() is None


def with_reference(conn: Connection, reference: str) -> OutboxRow | None:
    """Give what was sent, or is to be, under a reference."""
    row = conn.execute(select(_OUTBOX).where(_OUTBOX.c.reference == reference)).one_or_none()
    return None if row is None else OutboxRow.from_row(row)


def attempts(conn: Connection, outbox_id: UUID) -> list[AttemptRow]:
    """Give the attempts at sending something, the first one first."""
    query = select(_ATTEMPT).where(_ATTEMPT.c.outbox_id == outbox_id).order_by(_ATTEMPT.c.number, _ATTEMPT.c.id)
    return [AttemptRow.from_row(row) for row in conn.execute(query)]
