"""Messages to store, with an identificatie of their own unless told otherwise."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from gateway.ijw.finding import Finding
from gateway.store import messages
from gateway.store.engine import Database
from gateway.store.identifiers import new_id
from gateway.store.messages import NewMessage

NOW = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)
PROVIDER = "65656055"
MUNICIPALITY = "0384"
BSN = "999990019"
CONTENT = b"<Bericht>wat er in het bericht staat</Bericht>"
FINDING = Finding("rule", "TR302", "De einddatum ligt voor de begindatum.", "/Bericht/Client", line=12)

_numbers = itertools.count(1)


def a_message(**changes: Any) -> NewMessage:
    """Make a JW315 from the provider to the municipality."""
    received_at = changes.setdefault("received_at", NOW)
    content = changes.setdefault("content", CONTENT)
    message = NewMessage(
        id=changes.pop("id", None) or new_id(received_at),
        type="JW315",
        release="3.2",
        sender=PROVIDER,
        recipient=MUNICIPALITY,
        identificatie=f"{next(_numbers):012d}",
        dagtekening=date(2026, 3, 1),
        status="queued",
        origin="party",
        content=content,
        size=changes.pop("size", None) or len(content),
        digest=changes.pop("digest", None) or hashlib.sha256(CONTENT).digest(),
        received_at=received_at,
    )
    return replace(
        message, **{name: value for name, value in changes.items() if name not in {"received_at", "content"}}
    )


def stored(database: Database, *new: NewMessage) -> list[UUID]:
    """Store messages, all of which are new."""
    with database.write() as conn:
        outcomes = messages.save(conn, database.keyring, new)
    assert outcomes == [messages.Stored(message.id) for message in new]
    return [message.id for message in new]


def kinds(database: Database, message_id: UUID) -> Sequence[str]:
    """Tell what happened to a message."""
    with database.read() as conn:
        return [event.kind for event in messages.events(conn, message_id)]


def status(database: Database, message_id: UUID) -> str:
    """Tell the status of a message as it is written down."""
    with database.read() as conn:
        message = messages.get(conn, message_id)
    assert message is not None
    return message.status
