"""Is it healthy: the parts, one by one."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from gateway.errors import GatewayError
from gateway.services.clock import Clock
from gateway.services.current_routes import CurrentRoutes
from gateway.services.metrics import Standing, metrics
from gateway.store import breaches, dead_letters, deadlines, outbox, queues, rebuilding, workers
from gateway.store.deliveries import ended_since
from gateway.store.engine import Database
from gateway.store.tally import tally

# A worker goes round every five seconds; a minute without one is not a hiccup.
_SILENT: Final = timedelta(minutes=1)
# An alarm each is enough; whoever has more causes than this has another problem.
_MOST_CAUSES: Final = 50
# What was given up stays so: an alarm that never ends is one that nobody looks at.
_GIVEN_UP_OF_LATE: Final = timedelta(days=1)


class State(StrEnum):
    """How something is, in the words that health endpoints use."""

    PASS = "pass"  # noqa: S105 - a state of health
    WARN = "warn"
    FAIL = "fail"


class Part(Struct, frozen=True):
    """The health of one part, with a sentence for whoever looks."""

    name: str
    state: State
    says: str


class Health(Struct, frozen=True):
    """The health of the whole."""

    parts: tuple[Part, ...]
    oldest_waiting: datetime | None = None

    @property
    def state(self) -> State:
        """Give the worst of the parts."""
        order = list(State)
        return max((part.state for part in self.parts), key=order.index)


_INCOMPLETE: Final = Part("lifecycle", State.WARN, "nog niet uitgewerkt uit de berichten: ijw-gateway rebuild")


class Watch:
    """Looks after the parts."""

    def __init__(self, database: Database, routes: CurrentRoutes, clock: Clock) -> None:
        """Watch this database."""
        self._database = database
        self._routes = routes
        self._clock = clock

    def health(self) -> Health:
        """Look at every part now. The schemas were loaded, or the process would not have started."""
        loaded = (Part("schemas", State.PASS, "14 schema's geladen"), self._routing())
        try:
            with self._database.read() as connection:
                beat = workers.last_beat(connection)
                depths = queues.depth(connection, now=self._clock())
                complete = rebuilding.is_complete(connection)
        except GatewayError:
            return Health((Part("database", State.FAIL, "de database antwoordt niet"), *loaded))
        oldest = min((depth.oldest_received_at for depth in depths), default=None)
        waiting = sum(depth.waiting for depth in depths)
        return Health(
            (
                Part("database", State.PASS, "bereikbaar"),
                *loaded,
                self._worker(beat),
                Part("queues", State.PASS, "1 bericht wacht" if waiting == 1 else f"{waiting} berichten wachten"),
                *(() if complete else (_INCOMPLETE,)),
            ),
            oldest,
        )

    def metrics(self) -> tuple[bytes, str]:
        """Give the numbers for Prometheus, as text with its media type."""
        now = self._clock()
        with self._database.read() as connection:
            standing = Standing(
                at=now,
                depths=queues.depth(connection, now=now),
                statuses=tally(connection, now),
                due=deadlines.standing(connection, now=now),
                breaches=breaches.counted(connection),
                ended=ended_since(connection, since=now - timedelta(hours=1)),
                outgoing=outbox.standing(connection, given_up_since=now - _GIVEN_UP_OF_LATE),
                dead=dead_letters.standing(connection, _MOST_CAUSES),
                beat=workers.last_beat(connection),
                routes_wrong=self._routes.problem is not None,
            )
        return metrics(standing)

    def _routing(self) -> Part:
        if self._routes.problem:
            # What is wrong, and in which file, is in the log: this is for everybody to see.
            says = "de gewijzigde routetabellen kloppen niet, de vorige gelden nog; zie `ijw-gateway routes check`"
            return Part("routes", State.WARN, says)
        return Part("routes", State.PASS, f"{len(self._routes)} gemeenten geladen")

    def _worker(self, beat: datetime | None) -> Part:
        if beat is None:
            return Part("worker", State.WARN, "er heeft nog geen worker gedraaid")
        silent = self._clock() - beat
        if silent > _SILENT:
            return Part("worker", State.WARN, f"al {int(silent.total_seconds())} seconden geen teken van een worker")
        return Part("worker", State.PASS, "actief")
