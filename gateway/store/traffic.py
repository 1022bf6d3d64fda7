"""How many messages came in, hour by hour and day by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from gateway.store import tables
from gateway.store.identifiers import earliest_id

# An id is made at receipt, but not at the very same instant.
_CLOCK_SLACK: Final = timedelta(hours=2)
_SQLITE_HOUR: Final = "%Y-%m-%d %H:00"


def per_hour(conn: Connection, *, since: datetime) -> dict[datetime, int]:
    """Count the messages received since a moment, by the whole hour in UTC; hours without any are left out."""
    message = tables.message
    received = message.c.received_at
    hour = (
        func.strftime(_SQLITE_HOUR, received)
        if conn.dialect.name == "sqlite"
        else func.to_char(func.timezone("UTC", received), "YYYY-MM-DD HH24:00")
    )
    query = (
        select(hour, func.count())
        .where(message.c.id >= earliest_id(since - _CLOCK_SLACK), received >= since)
        .group_by(hour)
    )
    return {datetime.fromisoformat(row[0]).replace(tzinfo=UTC): row[1] for row in conn.execute(query)}
