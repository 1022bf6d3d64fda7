"""How a message was handed out: every lease of whoever polls for it, and every attempt at sending it outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct, field

from gateway.services.caller import Caller
from gateway.store import messages, outbox, queues
from gateway.store.engine import Database
from gateway.store.outbox import AttemptRow, OutboxRow
from gateway.store.rows import EventRow, LeaseRow

QUEUE: Final = "queue"
# What says how a message itself goes to its recipient; a mail or a webhook is the affair of whoever gets it.
_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_OF_BOTH: Final = frozenset({QUEUE, "ggk0210"})
# After these the message waits again at once.
_BACK: Final = frozenset({"failed", "released", "expired"})


class Handed(Struct, frozen=True):
    """The leases of a message, and what was or is to be sent about it with the attempts at that; the oldest first.

    `reasons` are those of the leases that failed, `last` are the leases after which there came no other attempt.
    """

    leases: list[LeaseRow]
    sendings: list[tuple[OutboxRow, list[AttemptRow]]]
    reasons: dict[UUID, str] = field(default_factory=dict)
    last: frozenset[UUID] = frozenset()


class Attempt(Struct, frozen=True):
    """One attempt to hand a message over, whichever way: what began it, how it ended, and when the next one is due.

    Without an `outcome` it is going on, or has yet to begin when it has no `number`.
    """

    way: str
    recipient: str
    trigger: str
    number: int
    started_at: datetime | None = None
    duration: timedelta | None = None
    outcome: str | None = None
    answer: str | None = None
    next_at: datetime | None = None
    replay_id: UUID | None = None


class Deliveries:
    """Shows how messages were handed out."""

    def __init__(self, database: Database) -> None:
        """Look in this database."""
        self._database = database

    def of_message(self, message_id: UUID) -> Handed:
        """Give how a message was handed out; whether the caller may see that message is for the caller to know."""
        with self._database.read() as connection:
            sent = outbox.of_messages(connection, [message_id]).get(message_id, [])
            reasons, last = _told(messages.events(connection, message_id))
            return Handed(
                queues.leases_of(connection, message_id),
                [(row, outbox.attempts(connection, row.id)) for row in sent],
                reasons,
                last,
            )

    def attempts(self, message_id: UUID, caller: Caller) -> list[Attempt]:
        """Give every attempt to hand over a message that the caller may see, the oldest first, and what is yet due."""
        handed = self.of_message(message_id)
        found = [*(_leased(lease, handed) for lease in handed.leases), *_sent(handed.sendings)]
        seen = [one for one in found if one.way in _OF_BOTH or caller.is_admin or caller.acts_for(one.recipient)]
        # What has yet to begin comes last.
        return sorted(seen, key=lambda one: (one.started_at is None, one.started_at or _EPOCH))


def _told(events: Sequence[EventRow]) -> tuple[dict[UUID, str], frozenset[UUID]]:
    """Read from the timeline why leases failed, and which of them made the message a dead letter."""
    reasons: dict[UUID, str] = {}
    last: set[UUID] = set()
    lease: UUID | None = None
    for event in events:
        if event.kind == "failed" and "lease" in event.detail:
            lease = UUID(event.detail["lease"])
            reasons[lease] = event.detail.get("reason", "")
        elif event.kind == "dead-letter" and lease:
            last.add(lease)
    return reasons, frozenset(last)


def _leased(lease: LeaseRow, handed: Handed) -> Attempt:
    goes_on = lease.outcome in _BACK and lease.id not in handed.last
    return Attempt(
        way=QUEUE,
        recipient=lease.party,
        trigger="lease",
        number=lease.attempt,
        started_at=lease.created_at,
        duration=lease.closed_at - lease.created_at if lease.closed_at else None,
        outcome=lease.outcome,
        answer=handed.reasons.get(lease.id),
        next_at=lease.closed_at if goes_on else None,
    )


def _sent(sendings: Sequence[tuple[OutboxRow, Sequence[AttemptRow]]]) -> Iterator[Attempt]:
    for row, attempts in sendings:
        by_hand = "replay" if row.replay_id else "schedule"
        if not attempts and row.state == "due":
            yield Attempt(row.kind, row.recipient, by_hand, 0, next_at=row.next_at, replay_id=row.replay_id)
        for one in attempts:
            yield Attempt(
                way=row.kind,
                recipient=row.recipient,
                trigger=by_hand if one.number == 1 else one.started_by,
                number=one.number,
                started_at=one.started_at,
                duration=None if one.duration_ms is None else timedelta(milliseconds=one.duration_ms),
                outcome=one.outcome,
                answer=one.answer,
                next_at=one.next_at,
                replay_id=row.replay_id,
            )
