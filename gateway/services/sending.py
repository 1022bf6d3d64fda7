"""Sending things outside: what is due is taken, sent, and what came of it is written down, each apart.

Nothing is sent inside a transaction. A process that is killed between sending and writing that down leaves the row
to the next, which sends it once more, under the same id.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection

from gateway.errors import DatabaseUnavailableError
from gateway.exchange.attempts import Again, Delivered, Hiccup, Outcome, after_failure, delays_of
from gateway.logs import get_logger
from gateway.services.clock import Clock
from gateway.store import outbox
from gateway.store.engine import Database
from gateway.store.outbox import AttemptEnd, OutboxRow
from gateway.transport.transport import Transport

# An attempt that takes longer is broken off. Whoever has a row for longer than the second was killed.
_PATIENCE: Final = timedelta(seconds=40)
_KEPT: Final = timedelta(minutes=2)
# Several at once, so that one that does not answer holds up nobody else; each endpoint gets one at a time.
_AT_ONCE: Final = 8
# Who asks for patience (`Retry-After`) gets nothing else meanwhile either; but one answer holds up no more than this.
_LONGEST_REST: Final = timedelta(hours=1)
# What is given up for the same cause within this time is not told once more.
_SAME_CAUSE: Final = timedelta(days=1)
# After this long nothing new is begun in a round: the other work of a round has its turn.
_ROUND_SECONDS: Final = 15.0
# How often to look whether the process is to stop, and how often more before what is going on is broken off.
_GLANCE_SECONDS: Final = 1.0
_GLANCES_AT_STOP: Final = 3
# A database that is away is waited for, rather than that the same is sent twice: together less than _KEPT.
_WRITE_DOWN_SECONDS: Final = 60.0

_log = get_logger(__name__)

Parcel = TypeVar("Parcel")


class Channel(Protocol[Parcel]):
    """One kind of thing to send: what it says, which way it goes, and what follows from how that ended."""

    @property
    def transport(self) -> Transport[Parcel]:
        """Give the way outside."""
        ...

    def pack(self, connection: Connection, row: OutboxRow) -> Parcel | None:
        """Make what is to be sent, as it is now; nothing when there is no need any more."""
        ...

    def sent(self, connection: Connection, row: OutboxRow) -> None:
        """Write down what follows from its arrival, in the transaction that writes down the arrival."""
        ...

    def given_up(self, connection: Connection, row: OutboxRow, cause: str) -> None:
        """Write down what follows from giving up, in the transaction that writes that down."""
        ...


class Sending:
    """The worker's step that sends; any number of workers may do so at once."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel[Any]],
        clock: Clock,
        jitter: Callable[[], float] = random.random,
        held: Callable[[datetime], Collection[str]] = lambda _: (),
    ) -> None:
        """Send what this database has to be sent, by these channels; a kind without a channel waits for one.

        So does a kind that is `held` at that moment: it counts no attempts meanwhile.
        """
        self._database = database
        self._channels = channels
        self._clock = clock
        self._jitter = jitter
        self._held = held
        self._stop = threading.Event()
        # The endpoints that asked for patience, and until when. Of this process alone: another one learns it too.
        self._resting: dict[str, datetime] = {}

    def round(self) -> int:
        """Send what is due, for a while; gives how many attempts ended."""
        return asyncio.run(self._round()) if self._channels else 0

    def stop(self) -> None:
        """Begin nothing new; what is going on gets a moment to finish, and is then broken off, to be tried again."""
        self._stop.set()

    async def _round(self) -> int:
        until = time.monotonic() + _ROUND_SECONDS
        sending: dict[asyncio.Task[None], str] = {}
        failures: list[BaseException] = []
        ended = stopping = 0
        while True:
            if not failures and time.monotonic() < until:
                self._begin(sending)
            if not sending:
                break
            done, _ = await asyncio.wait(sending, timeout=_GLANCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                del sending[task]
                failures += filter(None, [task.exception()])
            ended += len(done)
            stopping += self._stop.is_set()
            if stopping > _GLANCES_AT_STOP:
                for task in sending:
                    task.cancel()
        for failure in failures:
            raise failure
        return ended

    def _begin(self, sending: dict[asyncio.Task[None], str]) -> None:
        """Take what is due, until nothing is, or enough is being sent at once."""
        while len(sending) < _AT_ONCE and not self._stop.is_set():
            row = self._take(sending.values())
            if row is None:
                return
            sending[asyncio.create_task(self._send(row))] = row.endpoint

    def _take(self, busy: Collection[str]) -> OutboxRow | None:
        # On the event loop itself, as all work on the database here: it is a millisecond or two.
        now = self._clock()
        self._resting = {endpoint: until for endpoint, until in self._resting.items() if until > now}
        with self._database.write() as connection:
            kinds = self._channels.keys() - self._held(now)
            return outbox.take(connection, kinds=kinds, busy={*busy, *self._resting}, now=now, until=now + _KEPT)

    async def _send(self, row: OutboxRow) -> None:
        channel = self._channels[row.kind]
        began = time.monotonic()
        outcome: Outcome | None
        try:
            with self._database.read() as connection:
                parcel = channel.pack(connection, row)
            outcome = None if parcel is None else await _patiently(channel.transport, parcel)
        except asyncio.CancelledError:
            outcome = Hiccup("de gateway werd gestopt")
        except Exception as error:  # noqa: BLE001 - a thing that cannot be made ready must not stop all others
            _log.warning("sending-failed", kind=row.kind, id=str(row.id), reason=type(error).__name__)
            outcome = Hiccup(f"de gateway maakte zelf een fout ({type(error).__name__})")
        await self._end_surely(channel, row, self._ending(row, outcome, timedelta(seconds=time.monotonic() - began)))

    def _ending(self, row: OutboxRow, outcome: Outcome | None, duration: timedelta) -> AttemptEnd:
        now = self._clock()
        if outcome is None:
            return AttemptEnd(outcome="dropped", answer="", duration=duration, state="dropped", at=now)
        if isinstance(outcome, Delivered):
            return AttemptEnd(outcome="delivered", answer=outcome.answer, duration=duration, state="sent", at=now)
        if isinstance(outcome, Hiccup) and outcome.patience:
            self._resting[row.endpoint] = now + min(outcome.patience, _LONGEST_REST)
        decided = after_failure(
            outcome,
            delays=delays_of(row.kind),
            failures=row.failures + 1,
            first_at=row.first_at,
            now=now,
            jitter=self._jitter(),
        )
        return AttemptEnd(
            outcome="hiccup" if isinstance(outcome, Hiccup) else "refused",
            answer=outcome.answer,
            duration=duration,
            state="due" if isinstance(decided, Again) else "failed",
            at=now,
            next_at=decided.at if isinstance(decided, Again) else None,
        )

    async def _end_surely(self, channel: Channel[Any], row: OutboxRow, end: AttemptEnd) -> None:
        until = time.monotonic() + _WRITE_DOWN_SECONDS
        while True:
            try:
                return self._end(channel, row, end)
            except DatabaseUnavailableError:
                if self._stop.is_set() or time.monotonic() >= until:
                    raise
                await asyncio.sleep(_GLANCE_SECONDS)

    def _end(self, channel: Channel[Any], row: OutboxRow, end: AttemptEnd) -> None:
        is_new_cause = False
        with self._database.write() as connection:
            if not outbox.end_attempt(connection, row, end):
                return
            if end.state == "sent":
                channel.sent(connection, row)
            elif end.state == "failed":
                channel.given_up(connection, row, end.answer)
                is_new_cause = outbox.is_first_of_cause(connection, row, end.answer, since=end.at - _SAME_CAUSE)
        if is_new_cause:
            _log.warning("sending-given-up", kind=row.kind, id=str(row.id), cause=end.answer)


async def _patiently(transport: Transport[Parcel], parcel: Parcel) -> Outcome:
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            return await transport.send(parcel)
    except TimeoutError:
        return Hiccup("de andere kant antwoordde niet op tijd")
