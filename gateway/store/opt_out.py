"""What is for the back-office alone (opt-out): which messages are, and so what follows from them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, or_, select, text, update

from gateway.store import tables

_MESSAGE = tables.message
_RELATION = tables.message_relation


def opted_out() -> Select[Any]:
    """Give the ids of the messages that are for the back-office alone, for a condition in another query."""
    return select(_MESSAGE.c.id).where(text(tables.OPTED_OUT))


def is_opted_out(conn: Connection, message_id: UUID) -> bool:
    """Say whether a message is for the back-office alone."""
    return conn.scalar(opted_out().where(_MESSAGE.c.id == message_id)) is not None


def opted_out_among(conn: Connection, ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """Give which of these messages are for the back-office alone, each with the two parties that it is between."""
    query = select(_MESSAGE.c.id, _MESSAGE.c.sender, _MESSAGE.c.recipient)
    marked = query.where(_MESSAGE.c.id.in_(ids), _MESSAGE.c.opt_out).order_by(_MESSAGE.c.id)
    return {row.id: (row.sender, row.recipient) for row in conn.execute(marked)}


def mark_afterwards(conn: Connection, messages: Sequence[UUID]) -> None:
    """Keep messages that were taken before from all but the two parties, and what answered them meanwhile too."""
    if not messages:
        return
    asked = _RELATION.c.related_id.in_(messages) & (_RELATION.c.kind == "request")
    kept = [*messages, *conn.scalars(select(_RELATION.c.message_id).where(asked))]
    about = or_(_MESSAGE.c.id.in_(kept), _MESSAGE.c.answers.in_(kept))
    conn.execute(update(_MESSAGE).where(about).values(opt_out=True))
