"""How a message was handed out: every lease of whoever polls for it, and every attempt at sending it outside."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from gateway.store import outbox, queues
from gateway.store.engine import Database
from gateway.store.outbox import AttemptRow, OutboxRow
from gateway.store.rows import LeaseRow


@dataclass(frozen=True, slots=True)
class Handed:
    """The leases of a message, and what was or is to be sent about it with the attempts at that; the oldest first."""

    leases: list[LeaseRow]
    sendings: list[tuple[OutboxRow, list[AttemptRow]]]


class Deliveries:
    """Shows how messages were handed out."""

    def __init__(self, database: Database) -> None:
        """Look in this database."""
        self._database = database

    def of_message(self, message_id: UUID) -> Handed:
        """Give how a message was handed out; whether the caller may see that message is for the caller to know."""
        with self._database.read() as connection:
            sent = outbox.of_messages(connection, [message_id]).get(message_id, [])
            return Handed(
                queues.leases_of(connection, message_id),
                [(row, outbox.attempts(connection, row.id)) for row in sent],
            )
