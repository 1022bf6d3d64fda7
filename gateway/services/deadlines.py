"""What is due, for whoever has to do it and whoever waits for it."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from gateway.services.audit import Audit
from gateway.services.caller import Caller
from gateway.services.clock import Clock
from gateway.store import deadlines
from gateway.store.deadlines import DeadlineFilter, DeadlineRow
from gateway.store.engine import Database


class Deadlines:
    """Shows what is due."""

    def __init__(self, database: Database, audit: Audit, clock: Clock) -> None:
        """Look in this database, and write down who saw what is kept from others."""
        self._database = database
        self._audit = audit
        self._clock = clock

    def search(
        self, wanted: DeadlineFilter, caller: Caller, *, limit: int, after: UUID | None
    ) -> tuple[list[DeadlineRow], UUID | None]:
        """List deadlines between the caller and somebody else, newest first; and where the next page begins.

        An administrator sees all of them. The states are as they are now, whether or not a worker wrote them down.
        """
        parties = None if caller.is_admin else tuple(sorted(caller.parties))
        visible = replace(wanted, parties=parties, with_opt_out=caller.sees_opted_out)
        found, more = self.listed(visible, limit=limit, after=after)
        self._audit.opted_out_seen(caller, (row.message_id for row in found))
        return found, more

    def listed(
        self, wanted: DeadlineFilter, *, limit: int, after: UUID | None = None
    ) -> tuple[list[DeadlineRow], UUID | None]:
        """List deadlines for whoever operates the gateway."""
        now = self._clock()
        with self._database.read() as connection:
            found = deadlines.search(connection, wanted, now=now, limit=limit + 1, after=after)
        more = found[limit - 1].id if len(found) > limit else None
        return [replace(row, state=row.state_at(now)) for row in found[:limit]], more
