"""Bringing a message back: into its queue again, or out of a refusal after all."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update

from gateway.exchange.feiten import handed_over, taken_back
from gateway.store import dead_letters, manual_cases, outbox, tables
from gateway.store.bulk import BulkInsert
from gateway.store.events import add_events
from gateway.store.manual_cases import Closing
from gateway.store.messages import NewMessage, save
from gateway.store.requests import change_asked
from gateway.store.rows import MessageRow
from gateway.store.vault import Keyring

_MESSAGE = tables.message
_REFERENCES = BulkInsert(tables.message_reference, "provider", "municipality", "reference", "message_id", or_skip=True)
_RELATIONS = BulkInsert(tables.message_relation, "message_id", "related_id", "kind", or_skip=True)


def wait_again(
    conn: Connection, message: MessageRow, detail: dict[str, Any], *, expires_at: datetime | None, now: datetime
) -> None:
    """Put a message back in its queue, with all its attempts before it; one that was delivered is marked for it."""
    delivered = message.status == "delivered"
    dead_letters.remove(conn, message.id)
    conn.execute(
        update(_MESSAGE)
        .where(_MESSAGE.c.id == message.id)
        .values(
            status="queued",
            failures=0,
            lease_id=None,
            lease_expires_at=None,
            expires_at=expires_at,
            redeliveries=message.redeliveries + delivered,
        )
    )
    add_events(conn, [(message.id, now, "redelivered" if delivered else "replayed", detail)])


def to_people(conn: Connection, keyring: Keyring, draft: NewMessage, detail: dict[str, Any], *, now: datetime) -> None:
    """Put a message that was in a queue before people: `draft` has its id, its case, and whom to tell."""
    if draft.case is None:
        raise AssertionError
    dead_letters.remove(conn, draft.id)
    values = {"status": draft.status, "failures": 0, "lease_id": None, "lease_expires_at": None, "expires_at": None}
    conn.execute(update(_MESSAGE).where(_MESSAGE.c.id == draft.id).values(values))
    add_events(conn, [(draft.id, now, "replayed", detail), (draft.id, now, draft.status, {})])
    manual_cases.add(conn, [(draft.id, now, draft.case)])
    change_asked(conn, keyring, draft.id, handed_over)
    outbox.add(conn, [(draft.id, now, outgoing) for outgoing in draft.outgoing])


def take_after_all(
    conn: Connection, keyring: Keyring, draft: NewMessage, detail: dict[str, Any], *, now: datetime
) -> bool:
    """Keep a message that was refused as what it is now found to be; `draft` has its id.

    The refusal that the gateway sent stays beside it, as an answer that counts for nothing; when it still waits, it
    is taken out of its queue. Says whether its sender may have seen that refusal.
    """
    conn.execute(
        update(_MESSAGE)
        .where(_MESSAGE.c.id == draft.id)
        .values(
            status=draft.status,
            findings=[finding.as_kept() for finding in draft.findings],
            expires_at=draft.expires_at,
            answers=draft.answers,
            failures=0,
        )
    )
    _REFERENCES.run(conn, [(*key, draft.id) for key in dict.fromkeys(draft.references)])
    _RELATIONS.run(conn, [(draft.id, *relation) for relation in dict.fromkeys(draft.relations)])
    add_events(conn, [(draft.id, now, "replayed", detail)])
    told = _withdraw_refusals(conn, draft.id, detail, now)
    if draft.answers is not None:
        add_events(conn, [(draft.answers, now, "answered", {"by": str(draft.id), "type": draft.type})])
    if draft.case is not None:
        manual_cases.add(conn, [(draft.id, now, draft.case)])
    outbox.add(conn, [(draft.id, now, outgoing) for outgoing in draft.outgoing])
    if draft.reply is not None:
        save(conn, keyring, [draft.reply])
    return told


def _withdraw_refusals(conn: Connection, message_id: UUID, detail: dict[str, Any], now: datetime) -> bool:
    query = select(_MESSAGE).where(_MESSAGE.c.answers == message_id, _MESSAGE.c.origin == "gateway")
    told = False
    for row in conn.execute(query.with_for_update(key_share=True)).all():
        waits = row.status == "queued"
        told = told or not waits
        values: dict[str, Any] = {"answers": None}
        if waits:
            values["status"] = "handled"
            add_events(conn, [(row.id, now, "withdrawn", detail)])
        conn.execute(update(_MESSAGE).where(_MESSAGE.c.id == row.id).values(values))
        _RELATIONS.run(conn, [(row.id, message_id, "heenbericht")])
    return told


def close_case(conn: Connection, keyring: Keyring, message_id: UUID, *, now: datetime) -> None:
    """Close the case that people have of a message, if it is open: the message goes on without them."""
    case = manual_cases.of_messages(conn, [message_id]).get(message_id)
    locked = None if case is None else manual_cases.lock(conn, case.id)
    if locked is not None and locked.is_open:
        closing = Closing(outcome="handled", at=now, note="Het bericht is weer in de wachtrij gezet.")
        manual_cases.close(conn, keyring, locked, closing)
        change_asked(conn, keyring, message_id, taken_back)
