"""Whether what follows from the messages is complete, and how far making it anew has come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

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


@dataclass(frozen=True, slots=True)
class Progress:
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


def begin(conn: Connection, keyring: Keyring) -> None:
    """Empty everything that follows from the messages. A client's dossier keeps its id, and so do its allocations."""
    for table in (tables.prestatie_reference, tables.declaration, tables.request, tables.allocation):
        conn.execute(delete(table))
    _empty_dossiers(conn, keyring)
    conn.execute(delete(_REBUILD))
    conn.execute(insert(_REBUILD).values(id=1, step=Step.MESSAGES, after=None))


def _empty_dossiers(conn: Connection, keyring: Keyring) -> None:
    nothing = pack_dossier(Dossier())
    parameters = []
    for own in conn.scalars(select(tables.dossier.c.id)):
        data_key, data = keyring.encrypt(nothing, own.bytes)
        parameters.append({"own": own, "data_key": data_key, "data": data})
    if parameters:
        conn.execute(update(tables.dossier).where(tables.dossier.c.id == bindparam("own")), parameters)


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
