"""Manual cases: opened with the message that they are about, and closed once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Row, select, text, update

from gateway.store import manual_tables, tables
from gateway.store.bulk import BulkInsert
from gateway.store.events import add_events
from gateway.store.opt_out import opted_out
from gateway.store.rows import CaseNotice, MessageRow
from gateway.store.vault import Keyring

_WITH_CASE = {"manual", "handled"}
_CASE = manual_tables.manual_case
_NEW = BulkInsert(
    _CASE,
    "id",
    "message_id",
    "municipality",
    "provider",
    "reason",
    "summary",
    "unanswered",
    "opened_at",
    "due_at",
    "state",
)


class NewCase(Struct, frozen=True, kw_only=True):
    """A case to be opened, in the transaction that takes its message.

    `unanswered` are the requests of the message, by ReferentieAanbieder; `summary` has nothing about the person.
    """

    id: UUID
    municipality: str
    provider: str
    reason: str
    summary: str
    unanswered: tuple[str, ...]
    due_at: datetime

    @property
    def notice(self) -> CaseNotice:
        """Give what sender and recipient of the message get to see."""
        return CaseNotice(self.id, self.reason, self.due_at, "open", None)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as it is kept; what people wrote at its closing is encrypted, and read with `note_of`."""

    id: UUID
    message_id: UUID
    municipality: str
    provider: str
    reason: str
    summary: str
    unanswered: tuple[str, ...]
    opened_at: datetime
    due_at: datetime
    escalated_at: datetime | None
    state: str
    outcome: str | None
    closed_at: datetime | None
    closed_by: str | None
    note_key_id: str | None
    note: bytes | None = field(repr=False)
    bounced_at: datetime | None
    bounce: str | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """Read a row of the table."""
        values = {name: getattr(row, name) for name in cls.__slots__}
        return cls(**values | {"unanswered": tuple(row.unanswered)})

    @property
    def notice(self) -> CaseNotice:
        """Give what sender and recipient of the message get to see."""
        return CaseNotice(self.id, self.reason, self.due_at, self.state, self.outcome)

    @property
    def is_open(self) -> bool:
        """Say whether somebody still has to do something."""
        return self.state == "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How a case is closed; `by` is the token with which a person did so, and nothing when a message did."""

    outcome: str
    at: datetime
    by: str | None = None
    note: str = field(default="", repr=False)


def add(conn: Connection, cases: Iterable[tuple[UUID, datetime, NewCase]]) -> None:
    """Open cases, each with the id of its message and the present moment."""
    _NEW.run(
        conn,
        [
            (
                case.id,
                message,
                case.municipality,
                case.provider,
                case.reason,
                case.summary,
                list(case.unanswered),
                now,
                case.due_at,
                "open",
            )
            for message, now, case in cases
        ],
    )


def get(conn: Connection, case_id: UUID) -> CaseRow | None:
    """Give a case, if it is there."""
    row = conn.execute(select(_CASE).where(_CASE.c.id == case_id)).one_or_none()
    return None if row is None else CaseRow.from_row(row)


def lock(conn: Connection, case_id: UUID) -> CaseRow | None:
    """Give a case that nobody else can change until the transaction ends."""
    row = conn.execute(select(_CASE).where(_CASE.c.id == case_id).with_for_update(key_share=True)).one_or_none()
    return None if row is None else CaseRow.from_row(row)


def of_messages(conn: Connection, messages: Collection[UUID]) -> dict[UUID, CaseRow]:
    """Give the cases of some messages, by the message's id."""
    if not messages:
        return {}
    rows = conn.execute(select(_CASE).where(_CASE.c.message_id.in_(messages)))
    return {row.message_id: CaseRow.from_row(row) for row in rows}


def noticed(conn: Connection, messages: Sequence[MessageRow]) -> list[MessageRow]:
    """Give messages with what may be seen of their cases; most messages have none, and ask nothing."""
    cases = of_messages(conn, [message.id for message in messages if message.status in _WITH_CASE])
    return [
        replace(message, handling=cases[message.id].notice) if message.id in cases else message for message in messages
    ]


def search(
    conn: Connection,
    *,
    municipalities: Collection[str] | None,
    state: str | None,
    limit: int,
    after: UUID | None = None,
    with_opt_out: bool = True,
) -> list[CaseRow]:
    """List cases, newest first; `municipalities` None are all, `after` is the last one of the page before.

    Without `with_opt_out` those of messages for the back-office alone are left out.
    """
    query = select(_CASE).order_by(_CASE.c.id.desc()).limit(limit)
    if municipalities is not None:
        query = query.where(_CASE.c.municipality.in_(municipalities))
    if state is not None:
        query = query.where(_CASE.c.state == state)
    if not with_opt_out:
        query = query.where(_CASE.c.message_id.not_in(opted_out()))
    if after is not None:
        query = query.where(_CASE.c.id < after)
    return [CaseRow.from_row(row) for row in conn.execute(query)]


def answered(
    conn: Connection, keyring: Keyring, message_id: UUID, references: Collection[str], closing: Closing
) -> bool:
    """Write down that requests of a message were answered; the answer to the last of them closes its case.

    Says whether the case was open, and these requests in it not answered before.
    """
    row = conn.execute(
        select(_CASE).where(_CASE.c.message_id == message_id).with_for_update(key_share=True)
    ).one_or_none()
    if row is None or row.state != "open" or not set(references) <= set(row.unanswered):
        return False
    case = CaseRow.from_row(row)
    left = [reference for reference in case.unanswered if reference not in references]
    conn.execute(update(_CASE).where(_CASE.c.id == case.id).values(unanswered=left))
    if not left:
        close(conn, keyring, case, closing)
    return True


def close(conn: Connection, keyring: Keyring, case: CaseRow, closing: Closing) -> None:
    """Close a case that was locked while it was open: its message is handled now."""
    key_id, note = keyring.encrypt(closing.note.encode(), note_place(case.id)) if closing.note else (None, None)
    conn.execute(
        update(_CASE)
        .where(_CASE.c.id == case.id)
        .values(
            state="closed",
            outcome=closing.outcome,
            closed_at=closing.at,
            closed_by=closing.by,
            note_key_id=key_id,
            note=note,
        )
    )
    message = tables.message
    conn.execute(
        update(message).where(message.c.id == case.message_id, message.c.status == "manual").values(status="handled")
    )
    add_events(conn, [(case.message_id, closing.at, "handled", {"outcome": closing.outcome})])


def note_of(keyring: Keyring, case: CaseRow) -> str | None:
    """Read what was written at the closing of a case."""
    if case.note is None or case.note_key_id is None:
        return None
    return keyring.decrypt(case.note_key_id, case.note, note_place(case.id)).decode()


def overdue(conn: Connection, *, now: datetime, limit: int) -> list[CaseRow]:
    """Give open cases that took too long and were not escalated, locked; those that another has are left to it."""
    query = (
        select(_CASE)
        .where(text(manual_tables.OPEN), _CASE.c.due_at < now, _CASE.c.escalated_at.is_(None))
        .order_by(_CASE.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return [CaseRow.from_row(row) for row in conn.execute(query)]


def escalated(conn: Connection, cases: Sequence[CaseRow], *, now: datetime) -> None:
    """Write down that cases took too long."""
    conn.execute(update(_CASE).where(_CASE.c.id.in_([case.id for case in cases])).values(escalated_at=now))
    add_events(conn, ((case.message_id, now, "escalated", {}) for case in cases))


def bounced(conn: Connection, message_id: UUID, *, bounce: str, now: datetime) -> bool:
    """Write down that the mail about a case came back; says whether that is news."""
    news = update(_CASE).where(_CASE.c.message_id == message_id, _CASE.c.bounced_at.is_(None))
    return conn.execute(news.values(bounced_at=now, bounce=bounce)).rowcount > 0


def note_place(case_id: UUID) -> bytes:
    """Give what a note is bound to: one that was copied to another case does not decrypt."""
    return b"note" + case_id.bytes
