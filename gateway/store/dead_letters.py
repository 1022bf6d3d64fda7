"""Dead letters: which messages could not be delivered, and for what cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, delete, func, select

from gateway.exchange.cause import Cause
from gateway.store import tables
from gateway.store.bulk import BulkInsert
from gateway.store.dead_letter_tables import dead_letter

_MESSAGE = tables.message
_NEW = BulkInsert(dead_letter, "message_id", "recipient", "cause_id", "cause", "at", or_replace=True)


class DeadLetterGroup(Struct, frozen=True):
    """Dead letters of one recipient with one cause: how many, from when, and the oldest of them."""

    cause_id: str
    cause: str
    recipient: str
    count: int
    oldest: datetime
    newest: datetime
    message_ids: tuple[UUID, ...] = ()


def add(conn: Connection, message_id: UUID, recipient: str, reason: str | None, *, now: datetime) -> None:
    """Write down why a message was given up, in the transaction that does so."""
    cause = Cause.of(reason)
    _NEW.run(conn, [(message_id, recipient, cause.id, cause.text, now)])


def remove(conn: Connection, message_id: UUID) -> None:
    """Forget why a message was given up: it goes on."""
    conn.execute(delete(dead_letter).where(dead_letter.c.message_id == message_id))


def first_of_cause(conn: Connection, message_id: UUID) -> tuple[str, str] | None:
    """Give the recipient and the id of the cause of a dead letter, if no other one has both."""
    own = conn.execute(select(dead_letter).where(dead_letter.c.message_id == message_id)).one_or_none()
    if own is None:
        return None
    other = select(dead_letter.c.message_id).where(
        dead_letter.c.recipient == own.recipient,
        dead_letter.c.cause_id == own.cause_id,
        dead_letter.c.message_id != message_id,
    )
    return None if conn.execute(other.limit(1)).first() else (own.recipient, own.cause_id)


def with_cause(cause_ids: Sequence[str]) -> ColumnElement[bool]:
    """Give the condition that a message was given up for one of these causes."""
    return _MESSAGE.c.id.in_(select(dead_letter.c.message_id).where(dead_letter.c.cause_id.in_(cause_ids)))


def standing(conn: Connection, limit: int) -> dict[tuple[str, str], int]:
    """Count the dead letters by recipient and id of the cause, the largest groups."""
    number = func.count()
    keys = (dead_letter.c.recipient, dead_letter.c.cause_id)
    query = select(*keys, number).group_by(*keys).order_by(number.desc(), *keys).limit(limit)
    return {(row[0], row[1]): row[2] for row in conn.execute(query)}


def grouped(conn: Connection, recipients: Sequence[str], *, named: int) -> list[DeadLetterGroup]:
    """Give the dead letters by cause and recipient, the largest groups first, of each the oldest ones by name.

    What is for the back-office alone (opt-out) is counted, and not named.
    """
    number, received = func.count().label("number"), _MESSAGE.c.received_at
    keys = (dead_letter.c.cause_id, dead_letter.c.cause, dead_letter.c.recipient)
    query = (
        select(*keys, number, func.min(received).label("oldest"), func.max(received).label("newest"))
        .join(_MESSAGE, _MESSAGE.c.id == dead_letter.c.message_id)
        .group_by(*keys)
        .order_by(number.desc(), dead_letter.c.recipient, dead_letter.c.cause)
    )
    if recipients:
        query = query.where(dead_letter.c.recipient.in_(recipients))
    found = conn.execute(query).all()
    names = _oldest(conn, recipients, named)
    return [
        DeadLetterGroup(
            cause_id=row.cause_id,
            cause=row.cause,
            recipient=row.recipient,
            count=row.number,
            oldest=row.oldest,
            newest=row.newest,
            message_ids=tuple(names[row.recipient, row.cause_id]),
        )
        for row in found
    ]


def _oldest(conn: Connection, recipients: Sequence[str], named: int) -> dict[tuple[str, str], list[UUID]]:
    recipient, cause_id, message_id = dead_letter.c.recipient, dead_letter.c.cause_id, dead_letter.c.message_id
    place = func.row_number().over(partition_by=(recipient, cause_id), order_by=message_id).label("place")
    query = (
        select(recipient, cause_id, message_id, place)
        .join(_MESSAGE, _MESSAGE.c.id == message_id)
        .where(_MESSAGE.c.opt_out.is_(False))
    )
    if recipients:
        query = query.where(recipient.in_(recipients))
    ranked = query.subquery()
    names: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for row in conn.execute(select(ranked).where(ranked.c.place <= named).order_by(ranked.c.message_id)):
        names[row.recipient, row.cause_id].append(row.message_id)
    return names
