"""Counting which rules are broken, and by whom: in steps behind the messages that come in, each message once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from gateway.store import tables
from gateway.store.breach_tables import breach_count, breach_mark
from gateway.store.bulk import BulkInsert
from gateway.store.identifiers import earliest_id

Breach: TypeAlias = tuple[str, str, str]
"""Who sent it, the source of the finding, and its code."""

# An id is made before its message is committed: what may still be under way is left for the next time.
_UNDER_WAY: Final = timedelta(minutes=1)
_ROW: Final = 1
_MARKS: Final = BulkInsert(breach_mark, "id", "counted_to", or_skip=True)


def count_on(conn: Connection, *, now: datetime, limit: int) -> int:
    """Count the findings of the next messages; says how many messages that were. Somebody else may be doing so."""
    mark = select(breach_mark.c.counted_to).where(breach_mark.c.id == _ROW)
    counted_to: UUID | None = conn.scalar(mark.with_for_update(skip_locked=True))
    if counted_to is None:
        # Where nothing was counted yet; where somebody else is counting it is there, and this changes nothing.
        _MARKS.run(conn, [(_ROW, UUID(int=0))])
        return 0
    message = tables.message
    query = (
        select(message.c.id, message.c.sender, message.c.findings)
        .where(message.c.id > counted_to, message.c.id < earliest_id(now - _UNDER_WAY))
        .order_by(message.c.id)
        .limit(limit)
    )
    rows = conn.execute(query).all()
    if not rows:
        return 0
    found: Counter[Breach] = Counter()
    for row in rows:
        # One message that breaks a rule in a hundred places is one breach by its sender, not a hundred.
        found.update({(row.sender, finding["source"], finding["code"]) for finding in row.findings})
    _add(conn, found)
    conn.execute(update(breach_mark).where(breach_mark.c.id == _ROW).values(counted_to=rows[-1].id))
    return len(rows)


def counted(conn: Connection) -> dict[Breach, int]:
    """Give how many messages broke each rule, by sender."""
    return {(row.sender, row.source, row.code): row.number for row in conn.execute(select(breach_count))}


def _add(conn: Connection, found: Counter[Breach]) -> None:
    table = breach_count
    for (sender, source, code), number in sorted(found.items()):
        key = (table.c.sender == sender, table.c.source == source, table.c.code == code)
        changed = conn.execute(update(table).where(*key).values(number=table.c.number + number))
        if not changed.rowcount:
            # Nobody else adds rows: they would hold the mark.
            conn.execute(insert(table).values(sender=sender, source=source, code=code, number=number))
