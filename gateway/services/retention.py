"""Keeping messages as long as the terms say, and no longer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from gateway.exchange.retention import Terms
from gateway.services.audit import WORKER, Act, Audit
from gateway.services.clock import Clock, dutch_day
from gateway.store import holds, retention, rotation
from gateway.store.engine import Database
from gateway.store.retention import Candidate, Layer
from gateway.store.vault import Keyring

# Small batches, so that no transaction holds up a post for long.
_BATCH: Final = 200
# What the worker does of it in one of its rounds: leases and deadlines do not wait for a year of messages.
_BATCHES_A_ROUND: Final = 10


@dataclass(slots=True)
class RetentionReport:
    """What was removed, or would be: by layer a count for each type and status; and how much was held back."""

    content: Counter[tuple[str, str]] = field(default_factory=Counter)
    record: Counter[tuple[str, str]] = field(default_factory=Counter)
    held: int = 0

    @property
    def total(self) -> int:
        """Give how many times something was removed."""
        return self.content.total() + self.record.total()

    def as_json(self) -> dict[str, Any]:
        """Give the report for a record of it."""
        return {
            "content": {" ".join(key): count for key, count in sorted(self.content.items())},
            "record": {" ".join(key): count for key, count in sorted(self.record.items())},
            "held": self.held,
        }


class Retention:
    """Removes what was kept long enough; `terms` say how long that is."""

    def __init__(self, database: Database, keyring: Keyring, terms: Terms, audit: Audit, clock: Clock) -> None:
        """Work on this database."""
        self._database = database
        self._keyring = keyring
        self.terms = terms
        self._audit = audit
        self._clock = clock
        self._going: tuple[date, RetentionReport, Iterator[None]] | None = None

    def run(self, actor: str, *, dry_run: bool = False) -> RetentionReport:
        """Remove everything that was kept long enough, or with `dry_run` only count it."""
        report = RetentionReport()
        for _ in self._steps(report, dry_run=dry_run):
            pass
        if not dry_run:
            self._write_down(report, actor)
        return report

    def daily(self) -> int:
        """Do a part of the round of today, if it is not done yet; gives how much that removed. For the worker."""
        now = self._clock()
        if self._going is None or self._going[0] != dutch_day(now):
            if not self._claim(now):
                return 0
            report = RetentionReport()
            self._going = dutch_day(now), report, self._steps(report, dry_run=False)
        day, report, steps = self._going
        before = report.total
        try:
            if len(list(islice(steps, _BATCHES_A_ROUND))) < _BATCHES_A_ROUND:
                self._finish(day, report)
            else:
                with self._database.write() as connection:
                    retention.beat_round(connection, day, now=now)
        except BaseException:
            # What broke off cannot be gone on with. The round is taken up again when it counts as given up.
            self._going = None
            raise
        return report.total - before

    def _claim(self, now: datetime) -> bool:
        """Take the round of today; looks first, since nearly always it was done already."""
        day = dutch_day(now)
        with self._database.read() as connection:
            last = retention.last_round(connection)
        if last is not None and last[0] >= day and last[1] is not None:
            return False
        with self._database.write() as connection:
            return retention.claim_round(connection, day, now=now)

    def _finish(self, day: date, report: RetentionReport) -> None:
        self._going = None
        with self._database.write() as connection:
            retention.finish_round(connection, day, report.as_json(), now=self._clock())
        self._write_down(report, WORKER)

    def _write_down(self, report: RetentionReport, actor: str) -> None:
        if report.total:
            self._audit.note(Act.CONTENT_REMOVED, actor, **report.as_json())

    def _steps(self, report: RetentionReport, *, dry_run: bool) -> Iterator[None]:
        """Go batch by batch, each in a transaction of its own."""
        if (shortest := self.terms.shortest_content) is not None:
            yield from self._layer("content", shortest, report, dry_run=dry_run)
            yield from self._idle_dossiers(dry_run=dry_run)
        if (shortest := self.terms.shortest_record) is not None:
            yield from self._layer("record", shortest, report, dry_run=dry_run)

    def _idle_dossiers(self, *, dry_run: bool) -> Iterator[None]:
        """Remove what was gathered of clients of whom nothing is left to read."""
        while not dry_run:
            with self._database.write() as connection:
                if rotation.old_fingerprints(connection, self._keyring):
                    return  # after the keys were rotated
                count = retention.remove_idle_dossiers(connection, _BATCH)
            yield
            if count < _BATCH:
                return

    def _layer(self, layer: Layer, shortest: timedelta, report: RetentionReport, *, dry_run: bool) -> Iterator[None]:
        after: UUID | None = None
        while True:
            opened = self._database.read() if dry_run else self._database.write()
            with opened as connection:
                batch = self._batch(connection, layer, shortest, after, lock=not dry_run)
                due = [each for each in batch if self._is_due(each, layer)]
                removed = [each for each in due if not each.held]
                if removed and not dry_run:
                    self._remove(connection, layer, [each.id for each in removed])
            # Counted only now: a transaction that failed removed nothing.
            counted = report.content if layer == "content" else report.record
            counted.update((each.type, each.status) for each in removed)
            report.held += len(due) - len(removed)
            yield
            if len(batch) < _BATCH:
                return
            after = batch[-1].id

    def _batch(
        self, connection: Connection, layer: Layer, shortest: timedelta, after: UUID | None, *, lock: bool
    ) -> list[Candidate]:
        # Asked for every batch: a hold that was made meanwhile holds at once.
        held = holds.is_held(holds.listed(connection, active=True), self._keyring)
        before = self._clock() - shortest
        return retention.candidates(connection, layer, held, before=before, after=after, limit=_BATCH, lock=lock)

    def _is_due(self, candidate: Candidate, layer: Layer) -> bool:
        term = self.terms.of(candidate.type, candidate.status)
        days = term.content_days if layer == "content" else term.record_days
        return days is not None and candidate.last_at <= self._clock() - timedelta(days=days)

    def _remove(self, connection: Connection, layer: Layer, ids: list[UUID]) -> None:
        if layer == "content":
            retention.remove_content(connection, ids, self._clock())
        else:
            retention.remove_records(connection, ids)
