"""What has to be pushed to whom: a message to the GGk of its recipient, a note about it to their webhooks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection

from gateway.exchange.freeze import Freeze
from gateway.exchange.route import Delivery, GgkDoor, RouteTable
from gateway.services.ggk_moment import new_reference
from gateway.services.settling import Batch
from gateway.store import endpoints as rows
from gateway.store import outbox
from gateway.store.endpoints import EndpointRow
from gateway.store.outbox import NewOutgoing
from gateway.store.rows import MessageRow


class Pushing:
    """Knows for every party where its messages are pushed to."""

    def __init__(self, routes: RouteTable, freeze: Freeze | None) -> None:
        """Push as the routes and the endpoints of the parties say."""
        self._routes = routes
        self._freeze = freeze

    def endpoints(self, connection: Connection, parties: Collection[str]) -> list[EndpointRow]:
        """Ask for the endpoints of parties."""
        return rows.active_endpoints(connection, parties) if parties else []

    def door(self, party: str, endpoints: Sequence[EndpointRow]) -> GgkDoor | None:
        """Give where a party takes envelopes of the GGk, if it is reached that way: its route goes first."""
        route = self._routes.get(party)
        if route and route.delivery is Delivery.GGK0210 and route.ggk and route.ggk.url:
            return route.ggk
        own = next((row for row in endpoints if row.party == party and row.kind == "ggk0210"), None)
        return GgkDoor(own.url, own.application or "GGk") if own else None

    def write(self, connection: Connection, batch: Batch) -> None:
        """Have pushed what waits because of a batch of messages, in the transaction that takes them."""
        waiting = [
            each for message in batch.written for each in (message, message.reply) if each and each.status == "queued"
        ]
        recipients = {message.recipient for message in waiting} if batch.known.pushes else set()
        endpoints = self.endpoints(connection, recipients)
        outgoing = [
            (message.id, batch.known.now, new)
            for message in waiting
            for new in self.message(message.recipient, endpoints, batch.known.now)
        ]
        if outgoing:
            outbox.add(connection, outgoing)

    def again(self, connection: Connection, message: MessageRow, now: datetime) -> None:
        """Have pushed what waits once more, in the transaction that puts it back in its queue."""
        endpoints = self.endpoints(connection, [message.recipient])
        outbox.add(connection, [(message.id, now, new) for new in self.message(message.recipient, endpoints, now)])

    def message(self, party: str, endpoints: Sequence[EndpointRow], now: datetime) -> tuple[NewOutgoing, ...]:
        """Give what is to be sent because a message waits for a party."""
        return (*self._envelope(party, endpoints, now, "message"), *self._notes(party, endpoints, now, "queued"))

    def refused(self, party: str, endpoints: Sequence[EndpointRow], now: datetime) -> tuple[NewOutgoing, ...]:
        """Give what is to be sent because a message that a party sent was refused on the other side."""
        return self._notes(party, endpoints, now, "refused")

    def fault(self, party: str, endpoints: Sequence[EndpointRow], now: datetime) -> tuple[NewOutgoing, ...]:
        """Give what is to be sent because an envelope of a party is refused; nothing for one without a GGk."""
        return self._envelope(party, endpoints, now, "fault")

    def _envelope(
        self, party: str, endpoints: Sequence[EndpointRow], now: datetime, purpose: str
    ) -> tuple[NewOutgoing, ...]:
        door = self.door(party, endpoints)
        if door is None or door.url is None:
            return ()
        return (
            NewOutgoing(
                kind="ggk0210",
                purpose=purpose,
                recipient=party,
                endpoint=door.url,
                due_at=self._freeze.due(now) if self._freeze else now,
                reference=new_reference(),
            ),
        )

    def _notes(
        self, party: str, endpoints: Sequence[EndpointRow], now: datetime, purpose: str
    ) -> tuple[NewOutgoing, ...]:
        hooks = [row for row in endpoints if row.party == party and row.kind == "webhook"]
        return tuple(
            NewOutgoing(kind="webhook", purpose=purpose, recipient=party, endpoint=str(hook.id), due_at=now)
            for hook in hooks
        )

    def held(self, now: datetime) -> Collection[str]:
        """Give the kinds of sending that have to wait now."""
        return ("ggk0210",) if self._freeze and self._freeze.holds(now) else ()
