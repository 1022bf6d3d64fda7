"""The audit trail: entries that are only ever added, each chained by a hash to the one before.

Whoever adds entries holds the row with the last one until the transaction ends, so that the numbers have no gaps and
every entry follows one that is certain to be kept. Add them as the last thing in a transaction: what is locked after
that row could lock out another transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Self
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Row, Select, or_, select, update

from gateway.store import tables
from gateway.store.audit_tables import audit_chain, audit_event, audit_message, audit_subject
from gateway.store.bulk import BulkInsert
from gateway.store.vault import Keyring

_EVENTS = BulkInsert(audit_event, "number", "at", "kind", "actor", "messages", "subject", "detail", "hash")
_MESSAGES = BulkInsert(audit_message, "message_id", "number")
_SUBJECTS = BulkInsert(audit_subject, "number", "key_id", "bsn_hash", "sealed")
_CHAINS = BulkInsert(audit_chain, "id", "number", "hash", or_skip=True)

_PAGE: Final = 500
_ONLY: Final = 1  # the id of the one row with the last entry
_BEGINNING: Final = bytes(32)
_HEAD = select(audit_chain.c.number, audit_chain.c.hash).where(audit_chain.c.id == _ONLY)
_LOCK_HEAD = _HEAD.with_for_update()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An act to be written down: what (`kind`), by whom, about which messages or which person.

    `detail` holds no personal data; a BSN goes into `bsn` and is kept as its keyed hash.
    """

    kind: str
    actor: str
    at: datetime
    messages: tuple[UUID, ...] = ()
    bsn: str | None = field(default=None, repr=False)
    detail: dict[str, Any] = field(default_factory=dict)


class EntryRow(Struct, frozen=True):
    """An entry of the trail. `subject` is `key:hash` of the person that the act was about, if it was about one."""

    number: int
    at: datetime
    kind: str
    actor: str
    messages: tuple[str, ...]
    subject: str | None
    detail: dict[str, Any]
    hash: bytes

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """Read a row of the audit_event table."""
        return cls(row.number, row.at, row.kind, row.actor, tuple(row.messages), row.subject, row.detail, row.hash)

    def chained_to(self, before: bytes) -> bytes:
        """Give the hash that this entry has when it follows one with that hash: SHA-256 over both."""
        content = {
            "number": self.number,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "kind": self.kind,
            "actor": self.actor,
            "messages": list(self.messages),
            "subject": self.subject,
            "detail": self.detail,
        }
        # One spelling for one content: sorted keys, no spaces, UTF-8.
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(before + canonical.encode()).digest()


class TrailFilter(Struct, frozen=True, kw_only=True):
    """Which entries: all conditions hold together, an empty one asks nothing. `since` is in, `until` is out."""

    kinds: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    message: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def append(conn: Connection, keyring: Keyring, entries: Sequence[Entry]) -> None:
    """Add entries to the end of the trail, in their order. Nothing may be locked after this in the transaction."""
    if not entries:
        return
    number, last = _locked_head(conn)
    rows: list[EntryRow] = []
    sealed: list[tuple[int, str, bytes, bytes]] = []
    for entry in entries:
        number += 1
        subject = None
        if entry.bsn is not None:
            key_id, bsn_hash = keyring.bsn_hash(entry.bsn)
            subject = f"{key_id}:{bsn_hash.hex()}"
            sealed.append((number, key_id, bsn_hash, keyring.encrypt(entry.bsn.encode(), subject_place(number))[1]))
        about = tuple(str(message) for message in dict.fromkeys(entry.messages))
        row = EntryRow(number, entry.at, entry.kind, entry.actor, about, subject, entry.detail, b"")
        last = row.chained_to(last)
        rows.append(replace(row, hash=last))
    _EVENTS.run(
        conn,
        [
            (row.number, row.at, row.kind, row.actor, list(row.messages), row.subject, row.detail, row.hash)
            for row in rows
        ],
    )
    _MESSAGES.run(conn, [(UUID(message), row.number) for row in rows for message in row.messages])
    _SUBJECTS.run(conn, sealed)
    conn.execute(update(audit_chain).where(audit_chain.c.id == _ONLY).values(number=number, hash=last))


def subject_place(number: int) -> bytes:
    """Give what the BSN beside an entry is bound to: moved to another entry it does not decrypt."""
    return b"audit_subject" + number.to_bytes(8)


def _locked_head(conn: Connection) -> tuple[int, bytes]:
    row = conn.execute(_LOCK_HEAD).one_or_none()
    if row is None:
        # The first entry ever; of several processes that write it, the others find the row of one of them.
        _CHAINS.run(conn, [(_ONLY, 0, _BEGINNING)])
        row = conn.execute(_LOCK_HEAD).one()
    return row.number, row.hash


def head(conn: Connection) -> tuple[int, bytes]:
    """Give the number and the hash of the last entry; 0 and zeros when there is none."""
    row = conn.execute(_HEAD).one_or_none()
    return (0, _BEGINNING) if row is None else (row.number, row.hash)


def listed(conn: Connection, wanted: TrailFilter, *, limit: int, before: int | None = None) -> list[EntryRow]:
    """Give the newest entries that fit, newest first; `before` is the number of the last one of the page before."""
    query = select(audit_event).order_by(audit_event.c.number.desc()).limit(limit)
    if wanted.message is not None:
        about = select(audit_message.c.number).where(audit_message.c.message_id == wanted.message)
        query = query.where(audit_event.c.number.in_(about))
    if wanted.kinds:
        query = query.where(audit_event.c.kind.in_(wanted.kinds))
    if wanted.actors:
        query = query.where(audit_event.c.actor.in_(wanted.actors))
    if wanted.since is not None:
        query = query.where(audit_event.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(audit_event.c.at < wanted.until)
    if before is not None:
        query = query.where(audit_event.c.number < before)
    return [EntryRow.from_row(row) for row in conn.execute(query)]


def about_person(conn: Connection, bsn_hashes: Collection[bytes]) -> Iterator[EntryRow]:
    """Give the entries about a person, oldest first: those that name the person, and those of messages about them."""
    subject = tables.message_subject
    named = select(audit_subject.c.number).where(audit_subject.c.bsn_hash.in_(bsn_hashes))
    theirs = select(subject.c.message_id).where(subject.c.bsn_hash.in_(bsn_hashes))
    through = select(audit_message.c.number).where(audit_message.c.message_id.in_(theirs))
    fits = or_(audit_event.c.number.in_(named), audit_event.c.number.in_(through))
    return _in_order(conn, select(audit_event).where(fits))


def chain(conn: Connection, *, after: int = 0, until: int | None = None) -> Iterator[EntryRow]:
    """Give the entries behind a number, up to and including another one, oldest first."""
    query = select(audit_event)
    return _in_order(conn, query if until is None else query.where(audit_event.c.number <= until), after)


def _in_order(conn: Connection, query: Select[Any], after: int = 0) -> Iterator[EntryRow]:
    while True:
        page = query.where(audit_event.c.number > after).order_by(audit_event.c.number).limit(_PAGE)
        rows = [EntryRow.from_row(row) for row in conn.execute(page)]
        yield from rows
        if len(rows) < _PAGE:
            return
        after = rows[-1].number


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """Whom an entry is about, kept beside it to be found by: the keyed hash of a BSN, and the BSN encrypted."""

    number: int
    key_id: str
    bsn_hash: bytes
    sealed: bytes = field(repr=False)


class Pointers(Struct, frozen=True):
    """What is kept beside some entries, to find them by: the ids of messages, and a person."""

    messages: dict[int, set[str]]
    subjects: dict[int, SubjectRow]


def pointers(conn: Connection, numbers: Collection[int]) -> Pointers:
    """Give what is kept beside these entries."""
    found = Pointers({}, {})
    for row in conn.execute(select(audit_message).where(audit_message.c.number.in_(numbers))):
        found.messages.setdefault(row.number, set()).add(str(row.message_id))
    for row in conn.execute(select(audit_subject).where(audit_subject.c.number.in_(numbers))):
        found.subjects[row.number] = SubjectRow(row.number, row.key_id, row.bsn_hash, row.sealed)
    return found


def bsn_beside(keyring: Keyring, subject: SubjectRow) -> str:
    """Give the BSN that is kept beside an entry."""
    return keyring.decrypt(subject.key_id, subject.sealed, subject_place(subject.number)).decode()
