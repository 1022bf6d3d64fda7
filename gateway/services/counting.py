"""Counting which rules are broken, behind the messages that come in."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from gateway.services.clock import Clock
from gateway.store import breaches
from gateway.store.engine import Database

# A step reads so many messages, and a round makes no more steps than leases and deadlines can wait for.
_STEP: Final = 2_000
_MOST_STEPS: Final = 5


class Counting(Struct, frozen=True):
    """Counts in this database."""

    database: Database
    clock: Clock

    def chore(self) -> int:
        """Count in a worker's round; it moves no message."""
        self.count()
        return 0

    def count(self) -> int:
        """Count on from where it was left; says how many messages that were."""
        total = 0
        for _ in range(_MOST_STEPS):
            with self.database.write() as connection:
                count = breaches.count_on(connection, now=self.clock(), limit=_STEP)
            total += count
            if count < _STEP:
                break
        return total
