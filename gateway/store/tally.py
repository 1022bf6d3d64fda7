"""How many messages of each type wait, or need somebody's attention."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, case, func, select, text, union_all

from gateway.store import tables


def tally(conn: Connection, now: datetime) -> dict[tuple[str, str], int]:
    """Count the messages that are not finished, by type and status; after its lease has expired one waits again.

    What was delivered is left out: it is nearly everything, and counting it would read the whole table.
    """
    message = tables.message
    lapsed = and_(message.c.status == "leased", message.c.lease_expires_at <= now)
    status = case((lapsed, "queued"), else_=message.c.status)
    counted = select(message.c.type, status, func.count()).group_by(message.c.type, status)
    # Each condition by itself, as it stands in an index.
    query = union_all(counted.where(text(tables.WAITING)), counted.where(text(tables.NEEDS_ATTENTION)))
    return {(row[0], row[1]): row[2] for row in conn.execute(query)}
