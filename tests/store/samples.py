"""Messages to store, with an identificatie of their own unless told otherwise."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
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
FINDING = Finding("rule", "TR302", "De einddatum ligt voor de begindatum.", "/Bericht/Client", ("/Bericht/Client",), 12)

_numbers = itertools.count(1)


def a_message(**changes: Any) -> NewMessage:
    """Make a JW315 from the provider to the municipality, with these fields otherwise."""
    received_at = changes.get("received_at", NOW)
    content = changes.get("content", CONTENT)
    given = {
        "id": new_id(received_at),
        "type": "JW315",
        "release": "3.2",
        "sender": PROVIDER,
        "recipient": MUNICIPALITY,
        "identificatie": f"{next(_numbers):012d}",
        "dagtekening": date(2026, 3, 1),
        "status": "queued",
        "origin": "party",
        "content": content,
        "size": len(content) if isinstance(content, bytes) else 0,
        "digest": hashlib.sha256(CONTENT).digest(),
        "received_at": received_at,
    }
    return NewMessage(**given | changes)


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
