"""Messages: writing them, which is the hot path of the gateway, and finding them again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Self, TypeAlias
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, bindparam, case, literal, select, union_all, update

from gateway.errors import ConflictError
from gateway.ijw.finding import Finding
from gateway.store import tables
from gateway.store.bulk import BulkInsert
from gateway.store.content import Content, content_parts, has_content, save_contents
from gateway.store.events import add_events, events
from gateway.store.identifiers import made_at
from gateway.store.lookup import Lookup
from gateway.store.manual_cases import NewCase
from gateway.store.manual_cases import add as open_cases
from gateway.store.outbox import NewOutgoing
from gateway.store.outbox import add as add_outgoing
from gateway.store.rows import MessageRow
from gateway.store.search import MessageFilter, search
from gateway.store.vault import Keyring

__all__ = [
    "AlreadyAnswered",
    "Duplicate",
    "MessageFilter",
    "NewMessage",
    "Outcome",
    "Stored",
    "add",
    "answered_among",
    "content_parts",
    "events",
    "find_by_key",
    "find_by_keys",
    "first_received",
    "get",
    "has_content",
    "lock_answered",
    "relations",
    "requests_for",
    "save",
    "search",
]

Key: TypeAlias = tuple[str, str, str]
"""What a sender may use once: sender, type, identificatie."""

ReferenceKey: TypeAlias = tuple[str, str, str]
"""What names a request: provider, municipality, ReferentieAanbieder."""

_COLUMNS = (
    "id",
    "type",
    "release",
    "sender",
    "recipient",
    "identificatie",
    "dagtekening",
    "status",
    "origin",
    "size",
    "digest",
    "findings",
    "received_at",
    "expires_at",
    "answers",
)
_MESSAGES = BulkInsert(tables.message, *_COLUMNS, or_skip=True)
_NEW_MESSAGES = BulkInsert(tables.message, *_COLUMNS)
_SUBJECTS = BulkInsert(tables.message_subject, "message_id", "key_id", "bsn_hash")
_REFERENCES = BulkInsert(tables.message_reference, "provider", "municipality", "reference", "message_id")
_RELATIONS = BulkInsert(tables.message_relation, "message_id", "related_id", "kind")

_BY_KEY = Lookup(select(tables.message), tables.message.c.sender, tables.message.c.type, tables.message.c.identificatie)
_REFERENCE_KEY = (
    tables.message_reference.c.provider,
    tables.message_reference.c.municipality,
    tables.message_reference.c.reference,
)
_BY_REFERENCE = Lookup(
    select(tables.message, *_REFERENCE_KEY)
    .join(tables.message_reference, tables.message_reference.c.message_id == tables.message.c.id)
    .order_by(tables.message.c.id.desc()),
    *_REFERENCE_KEY,
)

# Two transactions that answer the same two messages, each in another order, would lock each other out.
_LOCK_ANSWERED = (
    select(tables.message.c.id)
    .where(tables.message.c.id.in_(bindparam("answered", expanding=True)))
    .order_by(tables.message.c.id)
    .with_for_update(key_share=True)
)

# A list of a period looks among the ids of that period; an id that tells another time would not be found.
_CLOCK_SLACK = timedelta(hours=1)

# How a relation is called when it is seen from its other end.
_SEEN_FROM_THERE = {"request": "answer", "answer": "request", "heenbericht": "retourbericht"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to be written. The id comes from `new_id(received_at)`; a key of the past has an id of the past.

    `relations` says what each related message is to this one (`request`, …). `reply` is the retourbericht that
    the gateway makes; it is written only when the message itself is new. `outgoing` is what has to be sent outside
    because of it, `case` is there when people handle it, `opt_out` keeps it from all but the back-office.
    """

    id: UUID
    type: str
    release: str
    sender: str
    recipient: str
    identificatie: str
    dagtekening: date
    status: str
    origin: str = "party"
    content: Content = field(repr=False)
    size: int
    digest: bytes
    received_at: datetime
    findings: tuple[Finding, ...] = ()
    expires_at: datetime | None = None
    answers: UUID | None = None
    bsns: tuple[str, ...] = field(default=(), repr=False)
    references: tuple[ReferenceKey, ...] = ()
    relations: tuple[tuple[UUID, str], ...] = ()
    events: tuple[tuple[str, dict[str, Any]], ...] = ()
    outgoing: tuple[NewOutgoing, ...] = ()
    opt_out: bool = False
    case: NewCase | None = None
    reply: Self | None = None

    @property
    def key(self) -> Key:
        """What the sender has used up with this message."""
        return self.sender, self.type, self.identificatie


class Stored(Struct, frozen=True):
    """The message is new and was written, with everything that belongs to it."""

    id: UUID


class Duplicate(Struct, frozen=True):
    """The sender used this identificatie for this type before; nothing was written."""

    existing: MessageRow


class AlreadyAnswered(Struct, frozen=True):
    """The heenbericht has its retourbericht already; nothing was written."""


Outcome: TypeAlias = Stored | Duplicate | AlreadyAnswered


def lock_answered(conn: Connection, messages: Sequence[NewMessage]) -> None:
    """Lock what messages answer, in one order, so that two answers to it wait for each other."""
    answered = {message.answers for message in messages if message.answers is not None}
    if answered and conn.dialect.name == "postgresql":
        conn.execute(_LOCK_ANSWERED, {"answered": list(answered)})


def add(conn: Connection, keyring: Keyring, messages: Sequence[NewMessage]) -> None:
    """Write messages that are taken to be new, with their replies, without waiting in between.

    When one of them is not new after all, or answers what was answered, the transaction ends with a ConflictError: at
    once, or on PostgreSQL at the next question or at its commit. What they answer has to be locked.
    """
    replies = [message.reply for message in messages if message.reply is not None]
    for some in (messages, replies):
        _NEW_MESSAGES.run(conn, [_row(message) for message in sorted(some, key=_key)])
    _insert_belongings(conn, keyring, [*messages, *replies])


def save(conn: Connection, keyring: Keyring, messages: Sequence[NewMessage]) -> list[Outcome]:
    """Write messages with their replies, and say of each, in their order, what became of it.

    Call it once in a transaction: within a call the locks are taken in one order, so that two transactions that
    write the same messages wait for each other and never lock each other out.
    """
    written = _insert(conn, messages)
    new = [message for message in messages if message.id in written]
    replies = [message.reply for message in new if message.reply is not None]
    if replies and len(_insert(conn, replies, answering=written)) < len(replies):
        raise ConflictError("The identificatie of a reply that the gateway made is in use already.")
    _insert_belongings(conn, keyring, [*new, *replies])
    if len(new) == len(messages):
        return [Stored(message.id) for message in messages]
    existing = find_by_keys(conn, [message.key for message in messages if message.id not in written])
    return [Stored(message.id) if message.id in written else _refusal(message, existing) for message in messages]


def _refusal(message: NewMessage, existing: dict[Key, MessageRow]) -> Outcome:
    if message.key in existing:
        return Duplicate(existing[message.key])
    if message.answers is not None:
        return AlreadyAnswered()
    raise ConflictError("A message collided with one that was removed at the same moment.")


def _insert(conn: Connection, messages: Sequence[NewMessage], answering: Collection[UUID] = ()) -> set[UUID]:
    lock_answered(conn, [message for message in messages if message.answers not in answering])
    rows = [_row(message) for message in sorted(messages, key=_key)]
    # SQLite gives the ids as text.
    return {value if isinstance(value, UUID) else UUID(value) for value in _MESSAGES.run(conn, rows)}


def _key(message: NewMessage) -> Key:
    return message.key


def _row(message: NewMessage) -> tuple[Any, ...]:
    if abs(made_at(message.id) - message.received_at) > _CLOCK_SLACK:
        raise ValueError("a message's id tells another time than its received_at: make it with new_id(received_at)")
    return (
        message.id,
        message.type,
        message.release,
        message.sender,
        message.recipient,
        message.identificatie,
        message.dagtekening,
        message.status,
        message.origin,
        message.size,
        message.digest,
        [finding.as_kept() for finding in message.findings],
        message.received_at,
        message.expires_at,
        message.answers,
    )


def _insert_belongings(conn: Connection, keyring: Keyring, messages: Sequence[NewMessage]) -> None:
    save_contents(conn, keyring, ((message.id, message.size, message.content) for message in messages))
    _SUBJECTS.run(
        conn, [(message.id, *keyring.bsn_hash(bsn)) for message in messages for bsn in dict.fromkeys(message.bsns)]
    )
    _REFERENCES.run(conn, [(*key, message.id) for message in messages for key in dict.fromkeys(message.references)])
    _RELATIONS.run(
        conn, [(message.id, *relation) for message in messages for relation in dict.fromkeys(message.relations)]
    )
    _mark_opted_out(conn, [message.id for message in messages if message.opt_out])
    add_events(conn, (event for message in messages for event in _events_of(message)))
    open_cases(conn, [(message.id, message.received_at, message.case) for message in messages if message.case])
    add_outgoing(conn, [(message.id, message.received_at, new) for message in messages for new in message.outgoing])


def _events_of(message: NewMessage) -> Iterable[tuple[UUID, datetime, str, dict[str, Any]]]:
    for kind, detail in message.events:
        yield message.id, message.received_at, kind, detail
    if message.answers is not None:
        yield message.answers, message.received_at, "answered", {"by": str(message.id), "type": message.type}


def _mark_opted_out(conn: Connection, messages: Sequence[UUID]) -> None:
    """Keep messages from all but the two parties; there are few, so the others are written without this."""
    if messages:
        conn.execute(update(tables.message).where(tables.message.c.id.in_(messages)).values(opt_out=True))


def get(conn: Connection, message_id: UUID) -> MessageRow | None:
    """Give a message, if it is there."""
    row = conn.execute(select(tables.message).where(tables.message.c.id == message_id)).one_or_none()
    return None if row is None else MessageRow.from_row(row)


def find_by_keys(conn: Connection, keys: Collection[Key]) -> dict[Key, MessageRow]:
    """Give the messages that used these keys (sender, type, identificatie)."""
    return {(row.sender, row.type, row.identificatie): MessageRow.from_row(row) for row in _BY_KEY.rows(conn, keys)}


def find_by_key(conn: Connection, key: Key) -> MessageRow | None:
    """Give the message that used this key, if there is one."""
    return find_by_keys(conn, [key]).get(key)


def answered_among(conn: Connection, message_ids: Collection[UUID]) -> set[UUID]:
    """Give those of the messages that have their answer."""
    answers = tables.message.c.answers
    return {answered for answered in conn.scalars(select(answers).where(answers.in_(message_ids))) if answered}


def first_received(conn: Connection, party: str) -> datetime | None:
    """Tell when the first message from or to a party was received; None is never."""
    table = tables.message
    ways = (table.c.sender == party, table.c.recipient == party)
    firsts = [conn.scalar(select(table.c.id).where(way).order_by(table.c.id).limit(1)) for way in ways]
    return min((made_at(first) for first in firsts if first), default=None)


def relations(conn: Connection, message_id: UUID) -> list[tuple[MessageRow, str]]:
    """Give the messages that belong to this one, oldest first, each with what it is to this one.

    That is `retourbericht` or `heenbericht`, `request` or `answer`.
    """
    message, relation = tables.message, tables.message_relation
    seen_from_there = case(_SEEN_FROM_THERE, value=relation.c.kind, else_=relation.c.kind)
    related = union_all(
        select(message.c.id.label("related_id"), literal("retourbericht").label("relation")).where(
            message.c.answers == message_id
        ),
        select(message.c.answers, literal("heenbericht")).where(message.c.id == message_id),
        select(relation.c.related_id, relation.c.kind).where(relation.c.message_id == message_id),
        select(relation.c.message_id, seen_from_there).where(relation.c.related_id == message_id),
    ).subquery()
    query = (
        select(message, related.c.relation)
        .join(related, related.c.related_id == message.c.id)
        .order_by(message.c.id, related.c.relation)
    )
    return [(MessageRow.from_row(row), row.relation) for row in conn.execute(query)]


def requests_for(conn: Connection, keys: Collection[ReferenceKey]) -> dict[ReferenceKey, list[MessageRow]]:
    """Give the messages that made these requests (provider, municipality, ReferentieAanbieder), newest first.

    There may be several: one that was rejected, and the corrected one after it.
    """
    found: dict[ReferenceKey, list[MessageRow]] = {}
    for row in _BY_REFERENCE.rows(conn, keys):
        found.setdefault((row.provider, row.municipality, row.reference), []).append(MessageRow.from_row(row))
    return found
