"""Notes to the webhooks of parties: that a message waits or was refused, by reference and never what it says."""

from __future__ import annotations

import json
from typing import Final
from uuid import UUID

from sqlalchemy import Connection
from standardwebhooks import Webhook

from gateway.exchange.attempts import LAST_AFTER
from gateway.logs import get_logger
from gateway.services.clock import Clock
from gateway.services.endpoints import Endpoints
from gateway.store import endpoints as rows
from gateway.store import messages
from gateway.store.outbox import OutboxRow
from gateway.store.rows import MessageRow
from gateway.transport.webhook import GONE, Note, WebhookTransport

_log = get_logger(__name__)

_WAITING: Final = frozenset({"queued"})
_EVENTS: Final = {"queued": "message.queued", "refused": "message.refused"}


class WebhookChannel:
    """The channel of notes."""

    def __init__(self, transport: WebhookTransport, endpoints: Endpoints, clock: Clock) -> None:
        """Send by this transport, signed with the secrets of the endpoints."""
        self._transport = transport
        self._endpoints = endpoints
        self._clock = clock

    @property
    def transport(self) -> WebhookTransport:
        """Give the way outside."""
        return self._transport

    def pack(self, connection: Connection, row: OutboxRow) -> Note | None:
        """Write and sign a note; nothing for a webhook that is gone or paused, or a message that waits no more."""
        endpoint = rows.get_endpoint(connection, UUID(row.endpoint))
        message = messages.get(connection, row.message_id) if row.message_id else None
        if endpoint is None or endpoint.state != "active" or message is None:
            return None
        now = self._clock()
        if row.purpose == "queued" and message.status_at(now) not in _WAITING:
            return None
        body = json.dumps(_note(message, row), separators=(",", ":"))
        secrets = self._endpoints.signing_secrets(endpoint, now)
        headers = {
            "Content-Type": "application/json",
            # The same at every attempt: by it a receiver tells a double apart.
            "webhook-id": str(row.id),
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(Webhook(secret).sign(str(row.id), now, body) for secret in secrets),
        }
        return Note(endpoint.url, body.encode(), headers)

    def sent(self, connection: Connection, row: OutboxRow) -> None:
        """Remember that the webhook works."""
        rows.change_endpoint(connection, UUID(row.endpoint), delivered_at=self._clock())

    def given_up(self, connection: Connection, row: OutboxRow, cause: str) -> None:
        """Pause a webhook at which nothing has arrived in all the time of this note's attempts; that is told once."""
        if cause != GONE and self._clock() < row.first_at + LAST_AFTER:
            return  # it did not want this note, which says nothing of others
        if rows.pause_endpoint(connection, UUID(row.endpoint), silent_since=row.first_at):
            _log.warning("webhook-paused", id=row.endpoint, party=row.recipient, cause=cause)


def _note(message: MessageRow, row: OutboxRow) -> dict[str, object]:
    return {
        "type": _EVENTS[row.purpose],
        "timestamp": row.created_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "messageId": str(message.id),
            "messageType": message.type,
            "party": row.recipient,
            "href": f"/v1/messages/{message.id}",
        },
    }
