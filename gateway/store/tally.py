"""How many messages there are of each type in each status."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, case, func, select

from gateway.store import tables


def tally(conn: Connection, now: datetime) -> dict[tuple[str, str], int]:
    """Count the messages by type and status; one whose lease has expired counts as waiting again."""
    message = tables.message
    lapsed = and_(message.c.status == "leased", message.c.lease_expires_at <= now)
    status = case((lapsed, "queued"), else_=message.c.status)
    query = select(message.c.type, status, func.count()).group_by(message.c.type, status)
    return {(row[0], row[1]): row[2] for row in conn.execute(query)}
