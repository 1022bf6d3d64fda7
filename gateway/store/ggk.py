"""Envelopes of the GGk that came in: each is known by its sender and reference, and counts once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal, Self
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Row, delete, select, text, update

from gateway.exchange.ggk import Fault
from gateway.ijw.finding import Finding
from gateway.store import dead_letters, tables
from gateway.store.bulk import BulkInsert
from gateway.store.events import add_events
from gateway.store.ggk_tables import ggk_received, ggk_text
from gateway.store.identifiers import earliest_id
from gateway.store.outbox_tables import attempt, outbox
from gateway.store.rows import MessageRow


class ReceivedRow(Struct, frozen=True):
    """An envelope that came in; `digest` is that of its content. With a fault, the content was refused."""

    id: UUID
    sender: str
    reference: str
    kind: str
    function: str
    function_version: str
    application: str
    administration: str | None
    user_name: str | None
    recipient: str
    cross_reference: str | None
    digest: bytes
    received_at: datetime
    message_id: UUID | None = None
    fault_code: str | None = None
    fault_text: str | None = None
    fault_findings: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """Read a row of the table."""
        values = {name: getattr(row, name) for name in cls.__struct_fields__}
        values["fault_findings"] = tuple(tuple(finding) for finding in row.fault_findings)
        return cls(**values)

    def concluded(self, message_id: UUID | None, fault: Fault | None) -> Self:
        """Give it with what became of its content: the message that it is, and why it was refused, if it was."""
        if fault is None:
            return replace(self, message_id=message_id)
        return replace(
            self,
            message_id=message_id,
            fault_code=fault.code,
            fault_text=fault.text,
            fault_findings=fault.findings,
        )


_COLUMNS: Final = ReceivedRow.__struct_fields__
_RECEIVED: Final = BulkInsert(ggk_received, *_COLUMNS, or_skip=True)


def add_received(conn: Connection, received: ReceivedRow) -> bool:
    """Write down an envelope; says whether it is new. A simultaneous one with the same reference is waited for."""
    return bool(_RECEIVED.run(conn, [tuple(getattr(received, name) for name in _COLUMNS)]))


def get_received(conn: Connection, received_id: UUID) -> ReceivedRow | None:
    """Give an envelope that came in."""
    row = conn.execute(select(ggk_received).where(ggk_received.c.id == received_id)).one_or_none()
    return None if row is None else ReceivedRow.from_row(row)


def find_received(conn: Connection, sender: str, reference: str) -> ReceivedRow | None:
    """Give the envelope that a sender gave this reference, if it came in."""
    query = select(ggk_received).where(ggk_received.c.sender == sender, ggk_received.c.reference == reference)
    row = conn.execute(query).one_or_none()
    return None if row is None else ReceivedRow.from_row(row)


def received_with(conn: Connection, message_id: UUID) -> ReceivedRow | None:
    """Give the first envelope in which a message came in, if it came in one."""
    query = select(ggk_received).where(ggk_received.c.message_id == message_id).order_by(ggk_received.c.id).limit(1)
    row = conn.execute(query).one_or_none()
    return None if row is None else ReceivedRow.from_row(row)


def remove_received(conn: Connection, *, before: datetime, limit: int) -> int:
    """Remove envelopes from before a moment of which nothing else is kept, and what was sent about them."""
    texts = select(ggk_text.c.received_id).where(ggk_text.c.received_id == ggk_received.c.id)
    old = (
        select(ggk_received.c.id)
        .where(ggk_received.c.id < earliest_id(before), ggk_received.c.message_id.is_(None), ~texts.exists())
        .order_by(ggk_received.c.id)
        .limit(limit)
    )
    ids = list(conn.scalars(old))
    sent = select(outbox.c.id).where(outbox.c.subject_id.in_(ids))
    for table, column in ((attempt, attempt.c.outbox_id), (outbox, outbox.c.id)):
        conn.execute(delete(table).where(column.in_(sent)))
    conn.execute(delete(ggk_received).where(ggk_received.c.id.in_(ids)))
    return len(ids)


def blame_received(conn: Connection, received_id: UUID, fault: Fault) -> None:
    """Write down why the content of an envelope is refused after all."""
    values = {"fault_code": fault.code, "fault_text": fault.text, "fault_findings": fault.findings}
    conn.execute(update(ggk_received).where(ggk_received.c.id == received_id).values(values))


def refuse_message(conn: Connection, message: MessageRow, finding: Finding, *, now: datetime) -> bool:
    """Mark a message refused by whoever it was sent to; says whether it was not so already.

    It stays refused: a message that was refused before keeps what was said first.
    """
    table = tables.message
    findings = [each.as_json() for each in (*message.findings, finding)]
    refused = (
        update(table)
        .where(table.c.id == message.id, table.c.status.not_in(("rejected", "handled")))
        .values(status="rejected", findings=findings, lease_id=None, lease_expires_at=None)
    )
    if not conn.execute(refused).rowcount:
        return False
    dead_letters.remove(conn, message.id)
    add_events(conn, [(message.id, now, "refused", {"code": finding.code, "reason": finding.message})])
    return True


def end_delivery(
    conn: Connection, message_id: UUID, *, status: Literal["delivered", "failed"], detail: dict[str, Any], now: datetime
) -> bool:
    """Write down that a message that waited was sent, or could not be; says whether it still waited."""
    table = tables.message
    ended = (
        update(table)
        .where(table.c.id == message_id, text(tables.WAITING))
        .values(status=status, lease_id=None, lease_expires_at=None)
    )
    if not conn.execute(ended).rowcount:
        return False
    add_events(conn, [(message_id, now, status, detail)])
    return True
