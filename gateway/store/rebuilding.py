"""Whether what follows from the messages is complete, and how far making it anew has come."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, delete, func, insert, select, update

from gateway.ijw.berichten import ANTWOORD_MET
from gateway.ijw.dossier import Dossier
from gateway.store import lifecycle_tables as tables
from gateway.store.packing import pack_dossier
from gateway.store.rows import MessageRow
from gateway.store.tables import message
from gateway.store.vault import Keyring

_REBUILD = tables.rebuild
_EXISTS = select(_REBUILD.c.id)
_ANSWERS = tuple(answer.TYPE for answer in ANTWOORD_MET.values())


class Step(StrEnum):
    """How far it has come: not begun, at the messages that start something, at their answers."""

    WAITING = "waiting"
    MESSAGES = "messages"
    ANSWERS = "answers"


class Progress(Struct, frozen=True):
    """The step that it is at, and the last message that was done in it."""

    step: Step
    after: UUID | None


def is_complete(conn: Connection) -> bool:
    """Say whether everything that follows from the messages is there."""
    return conn.scalar(_EXISTS) is None


def progress(conn: Connection) -> Progress | None:
    """Give how far it has come; None is complete."""
    row = conn.execute(select(_REBUILD)).one_or_none()
    return Progress(Step(row.step), row.after) if row else None


def begin(conn: Connection) -> None:
    """Write down that it is not complete, and remove what is made from nothing again."""
    if is_complete(conn):
        conn.execute(insert(_REBUILD).values(id=1, step=Step.WAITING, after=None))
    for table in (tables.prestatie_reference, tables.declaration, tables.request, tables.allocation):
        conn.execute(delete(table))


def empty_dossiers(conn: Connection, keyring: Keyring, after: UUID | None, limit: int) -> UUID | None:
    """Empty the next dossiers, and give the last of them; None when there are no more.

    A client's dossier keeps its id, so that its allocations keep theirs.
    """
    table = tables.dossier
    query = select(table.c.id).order_by(table.c.id).limit(limit).with_for_update()
    found = list(conn.scalars(query if after is None else query.where(table.c.id > after)))
    nothing = pack_dossier(Dossier())
    for own in found:
        data_key, data = keyring.encrypt(nothing, own.bytes)
        conn.execute(update(table).where(table.c.id == own).values(data_key=data_key, data=data))
    return found[-1] if found else None


def advance(conn: Connection, step: Step, after: UUID | None) -> None:
    """Write down how far it has come."""
    conn.execute(update(_REBUILD).values(step=step, after=after))


def finish(conn: Connection) -> None:
    """Write down that everything is there."""
    conn.execute(delete(_REBUILD))


def next_messages(conn: Connection, step: Step, after: UUID | None, limit: int) -> list[MessageRow]:
    """Give the next messages of a step that count, in the order of their receipt."""
    query = select(message).where(message.c.status != "rejected").order_by(message.c.id).limit(limit)
    is_answer = message.c.type.in_(_ANSWERS)
    query = query.where(is_answer if step is Step.ANSWERS else ~is_answer)
    if after is not None:
        query = query.where(message.c.id > after)
    return [MessageRow.from_row(row) for row in conn.execute(query)]


def how_many(conn: Connection) -> int:
    """Count the messages that count."""
    found: Any = conn.scalar(select(func.count()).select_from(message).where(message.c.status != "rejected"))
    return int(found)
