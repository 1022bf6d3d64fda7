"""After a backup was put back: what was handed out since then is not known here, so nothing goes out unmarked."""

from __future__ import annotations

from typing import Final

from gateway.services.audit import Act, Audit
from gateway.services.clock import Clock
from gateway.store import queues
from gateway.store.engine import Database

# Small batches, as everywhere; nobody works on a database that was just put back.
_BATCH: Final = 500


class Restoring:
    """Makes a database that was put back safe to go on with."""

    def __init__(self, database: Database, audit: Audit, clock: Clock) -> None:
        """Work on this database."""
        self._database = database
        self._audit = audit
        self._clock = clock

    def mark(self, actor: str) -> int:
        """Void the leases of before, and mark what waits as perhaps delivered already; gives how many messages.

        Once more marks them once more, which changes nothing for whoever gets them.
        """
        now, after, marked = self._clock(), None, 0
        while True:
            with self._database.write() as connection:
                found = queues.mark_restored(connection, now=now, after=after, limit=_BATCH)
            marked += len(found)
            if len(found) < _BATCH:
                break
            after = found[-1]
        self._audit.note(Act.BACKUP_RESTORED, actor, marked=marked)
        return marked
