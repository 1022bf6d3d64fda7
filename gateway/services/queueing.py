"""Handing messages to those they are for: look, lease, acknowledge, give back."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from uuid import UUID

from gateway.exchange.reason import without_numbers
from gateway.exchange.route import DEFAULT_MAX_ATTEMPTS, RouteTable
from gateway.services.audit import Act, Audit
from gateway.services.caller import Caller
from gateway.services.clock import Clock
from gateway.services.dead_letters import warn_of_new_cause
from gateway.store import messages, queues
from gateway.store.engine import Database
from gateway.store.queues import Closing, Leased
from gateway.store.rows import MessageRow


class Ending(Enum):
    """How a poller ends a lease."""

    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"
    RELEASED = "released"


class Queueing:
    """The queues of all parties."""

    def __init__(self, database: Database, routes: RouteTable, audit: Audit, clock: Clock) -> None:
        """Work on this database, and write down who was given what."""
        self._database = database
        self._audit = audit
        self._routes = routes
        self._clock = clock

    def waiting(
        self, party: str, *, limit: int, types: Sequence[str], caller: Caller | None = None
    ) -> list[MessageRow]:
        """Show what waits for a party, oldest first; changes nothing. A caller sees what is theirs to see."""
        now = self._clock()
        with self._database.read() as connection:
            found = queues.waiting(connection, party, limit=limit, types=types, now=now)
        if caller is not None:
            found = [row for row in found if caller.may_read(row.sender, row.recipient, opt_out=row.opt_out)]
            self._audit.opted_out_seen(caller, (row.id for row in found))
        return [message.seen_at(now) for message in found]

    def lease(self, party: str, caller: Caller, *, limit: int, seconds: int, types: Sequence[str]) -> list[Leased]:
        """Hand out the oldest waiting messages for so many seconds; nobody else gets them meanwhile."""
        now = self._clock()
        with self._database.write() as connection:
            given = queues.lease(
                connection, party, limit=limit, seconds=seconds, types=types, token_id=caller.token_id, now=now
            )
            if given:
                about = [one.message.id for one in given]
                self._audit.add(connection, Act.MESSAGES_LEASED, caller.actor, messages=about, party=party)
            return given

    def end(self, lease_id: UUID, caller: Caller, ending: Ending, reason: str = "") -> Closing | None:
        """End a lease; nothing when the caller has no such lease. Ending it in the same way again changes nothing."""
        now = self._clock()
        with self._database.write() as connection:
            lease = queues.get_lease(connection, lease_id)
            if lease is None or not caller.acts_for(lease.party):
                return None
            if ending is Ending.ACKNOWLEDGED:
                return queues.acknowledge(connection, lease_id, now=now)
            if ending is Ending.RELEASED:
                return queues.release(connection, lease_id, now=now)
            message = messages.get(connection, lease.message_id)
            codes = (message.recipient, message.sender) if message else ()
            route = next((found for code in codes if (found := self._routes.get(code))), None)
            most = route.max_attempts if route else DEFAULT_MAX_ATTEMPTS
            closing = queues.fail(connection, lease_id, reason=without_numbers(reason), max_attempts=most, now=now)
            if closing == "done" and message and message.status != "failed":
                warn_of_new_cause(connection, message.id)
            return closing
