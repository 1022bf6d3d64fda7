"""What has to happen without anybody asking: things that end, that pass, that are to be sent; and a heartbeat."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from gateway import __version__
from gateway.logs import get_logger
from gateway.services.clock import Clock
from gateway.services.sending import Sending
from gateway.store import deadlines, queues, workers
from gateway.store.engine import Database
from gateway.store.identifiers import new_id

# An expired lease is free at once for the next poller, whatever this does; this only writes it down.
_EVERY_SECONDS: Final = 5.0
# Small batches, so that no transaction holds up a post for long.
_BATCH: Final = 200

_log = get_logger(__name__)


class Upkeep:
    """The worker's rounds; several may go round at once."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sending: Sending,
        chores: Sequence[Callable[[], int]] = (),
        within: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """Work on this database, and send what is to be sent; do a part of each chore in every round.

        A chore gives how many things it did, and does no more at a time than leases and deadlines can wait for.
        A round that `run` goes is gone `within` a context of its own.
        """
        self._within = within
        self._chores = chores
        self._database = database
        self._clock = clock
        self._sending = sending
        self._id = str(new_id())
        self._started_at = clock()
        self._stop = threading.Event()

    def round(self) -> int:
        """Go round once; gives how many messages were moved, deadlines had passed, and things sent or tried."""
        now = self._clock()
        moved = 0
        with self._database.write() as connection:
            workers.beat(connection, self._id, started_at=self._started_at, version=__version__, now=now)
        for step in (queues.sweep, queues.expire, deadlines.mark_overdue):
            while True:
                with self._database.write() as connection:
                    count = len(step(connection, now=now, limit=_BATCH))
                moved += count
                if count < _BATCH:
                    break
        return moved + self._sending.round() + sum(chore() for chore in self._chores)

    def run(self) -> None:
        """Go round until told to stop; a database that is away for a while is waited for."""
        while not self._stop.is_set():
            try:
                with self._within():
                    moved = self.round()
            except Exception as error:  # noqa: BLE001 - whatever went wrong in one round, there has to be a next
                _log.warning("upkeep-failed", reason=type(error).__name__)
            else:
                if moved:
                    _log.info("upkeep", moved=moved)
            self._stop.wait(_EVERY_SECONDS)

    def stop(self) -> None:
        """Finish the round that is going on, and no more."""
        self._stop.set()
        self._sending.stop()
