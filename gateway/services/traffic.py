"""What passes through, and what is stuck: the numbers of the overview."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct

from gateway.exchange.deadlines import State
from gateway.services.clock import DUTCH_TIME, Clock, dutch_day
from gateway.services.dead_letters import DeadLetters
from gateway.store import deadlines, queues
from gateway.store.dead_letters import DeadLetterGroup
from gateway.store.engine import Database
from gateway.store.queues import Depth
from gateway.store.tally import tally
from gateway.store.traffic import per_hour

HOURS: Final = 24
DAYS: Final = 14
_CAUSES: Final = 5  # the largest; all of them have a page
# Everybody who opens the overview sees the same numbers; counting two weeks of messages for each would be waste.
_REMEMBERED: Final = timedelta(seconds=30)


class Numbers(Struct, frozen=True):
    """What passed through in the last hours and days (in Dutch time), what waits, and what needs attention.

    `causes` are the largest groups of dead letters; `due` counts by kind the deadlines that have passed, and those that
    have not.
    """

    at: datetime
    hours: list[tuple[datetime, int]]
    days: list[tuple[date, int]]
    waiting: list[Depth]
    attention: dict[tuple[str, str], int]
    causes: list[DeadLetterGroup]
    due: dict[str, tuple[int, int]]

    @property
    def late(self) -> bool:
        """Say whether any deadline has passed."""
        return any(overdue for overdue, _ in self.due.values())


class Traffic:
    """Counts, and remembers for a moment what it counted."""

    def __init__(self, database: Database, dead_letters: DeadLetters, clock: Clock) -> None:
        """Count in this database."""
        self._database = database
        self._dead_letters = dead_letters
        self._clock = clock
        self._lock = threading.Lock()
        self._known: Numbers | None = None

    def numbers(self) -> Numbers:
        """Give the numbers as they are, or were half a minute ago."""
        with self._lock:
            now = self._clock()
            if self._known is None or not self._known.at <= now < self._known.at + _REMEMBERED:
                self._known = self._count(now)
            return self._known

    def _count(self, now: datetime) -> Numbers:
        this_hour = now.astimezone(DUTCH_TIME).replace(minute=0, second=0, microsecond=0)
        first_day = dutch_day(now) - timedelta(days=DAYS - 1)
        since = datetime(first_day.year, first_day.month, first_day.day, tzinfo=DUTCH_TIME)
        with self._database.read() as connection:
            counted = per_hour(connection, since=since)
            waiting = queues.depth(connection, now=now)
            attention = tally(connection, now)
            due = deadlines.standing(connection, now=now)
        standing: Counter[tuple[str, bool]] = Counter()
        for (kind, _, state), number in due.items():
            standing[kind, state == State.OVERDUE] += number
        hours = [datetime.fromtimestamp(this_hour.timestamp() - 3600 * back, DUTCH_TIME) for back in range(HOURS)]
        by_day: Counter[date] = Counter()
        for hour, number in counted.items():
            by_day[dutch_day(hour)] += number
        return Numbers(
            at=now,
            hours=[(hour, counted.get(hour, 0)) for hour in reversed(hours)],
            days=[(day, by_day[day]) for day in (first_day + timedelta(days=n) for n in range(DAYS))],
            waiting=sorted(waiting, key=lambda depth: depth.oldest_received_at),
            attention={key: number for key, number in attention.items() if key[1] not in {"queued", "leased"}},
            causes=self._dead_letters.grouped()[:_CAUSES],
            due={kind: (standing[kind, True], standing[kind, False]) for kind, _ in standing},
        )
