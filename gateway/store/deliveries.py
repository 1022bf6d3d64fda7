"""How deliveries ended of late: leases by whoever took them, and attempts of our own."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from sqlalchemy import Connection, func, select

from gateway.store import tables
from gateway.store.identifiers import earliest_id
from gateway.store.outbox_tables import attempt, outbox

Ended: TypeAlias = tuple[str, str]
"""Which way it went (`queue`, `mail`, `webhook`, `ggk0210`), and how it ended."""

# A lease lasts an hour at the most, and ends after it began.
_LONGEST_LEASE: Final = timedelta(hours=1)


def ended_since(conn: Connection, *, since: datetime) -> dict[Ended, int]:
    """Count what ended since a moment; both are found by their ids, which tell when they were made."""
    lease = tables.lease
    leases = (
        select(lease.c.outcome, func.count())
        .where(lease.c.id >= earliest_id(since - _LONGEST_LEASE), lease.c.closed_at >= since)
        .group_by(lease.c.outcome)
    )
    attempts = (
        select(outbox.c.kind, attempt.c.outcome, func.count())
        .join(outbox, outbox.c.id == attempt.c.outbox_id)
        .where(attempt.c.id >= earliest_id(since), attempt.c.outcome.is_not(None))
        .group_by(outbox.c.kind, attempt.c.outcome)
    )
    found: Counter[Ended] = Counter({("queue", row[0]): row[1] for row in conn.execute(leases)})
    found.update({(row[0], row[1]): row[2] for row in conn.execute(attempts)})
    return dict(found)
