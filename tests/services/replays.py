"""Messages that ended badly, replays of them, and what became of each, to look at in a test."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from gateway.composition import Gateway
from gateway.services.caller import Caller
from gateway.services.queueing import Ending
from gateway.store import messages
from gateway.store.replays import ReplayFilter, ReplayRow
from tests.berichten import heenbericht
from tests.gateways import MANUAL, accepted, admin_of, caller_for

ANNA = "command-line:anna"


def leased(gateway: Gateway, party: str, ending: Ending, reason: str = "vol") -> UUID:
    """Let a party take the oldest message, and end that so."""
    caller = caller_for(gateway, party)
    (given,) = gateway.services.queueing.lease(party, caller, limit=1, seconds=60, types=[])
    assert gateway.services.queueing.end(given.lease.id, caller, ending, reason) == "done"
    return given.message.id


def dead_letter(
    gateway: Gateway, provider: Caller, identificatie: str = "1", reason: str = "vol", name: str = "JW305"
) -> UUID:
    """Let a message fail as often as it takes."""
    message = accepted(gateway, provider, heenbericht(name, identificatie, municipality=MANUAL)).message
    for _ in range(2):
        leased(gateway, MANUAL, Ending.FAILED, reason)
    assert status(gateway, message.id) == "failed"
    return message.id


def status(gateway: Gateway, message_id: UUID) -> str:
    """Give the status of a message."""
    with gateway.database.read() as connection:
        row = messages.get(connection, message_id)
    assert row is not None
    return row.status


def timeline(gateway: Gateway, message_id: UUID) -> list[str]:
    """Give what happened to a message."""
    with gateway.database.read() as connection:
        return [event.kind for event in messages.events(connection, message_id)]


def replayed(gateway: Gateway, **wanted: Any) -> ReplayRow:
    """Start a replay, and let the worker do it."""
    made = gateway.services.replaying.start(ReplayFilter(**wanted), ANNA)
    gateway.services.replaying.round()
    row = gateway.services.replaying.get(made.id)
    assert row is not None
    assert row.state == "finished"
    assert row.done + row.failed == row.total
    return row


def outcomes(gateway: Gateway, replay: ReplayRow) -> dict[UUID, tuple[str | None, dict[str, Any]]]:
    """Give what became of each message."""
    found, _ = gateway.services.replaying.items(replay.id, admin_of(gateway), limit=100, after=None)
    return {item.message_id: (item.outcome, item.detail) for item in found}
