"""Escalations: opened on a request, followed step by step, ended once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy import Connection, Row, func, insert, or_, select, update

from gateway.store.escalation_tables import escalation, escalation_step
from gateway.store.of_row import OfRow
from gateway.store.opt_out import opted_out
from gateway.store.vault import Keyring


class EscalationRow(OfRow, frozen=True):
    """An escalation as it is kept."""

    id: UUID
    request_id: UUID
    municipality: str
    provider: str
    reference: str
    message_id: UUID
    opened_at: datetime
    advice_due_at: datetime | None = None
    state: str = "open"
    outcome: str | None = None
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Say whether it has not ended."""
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step, or the end: `who` are organisations or roles, the note is for whoever may see the request."""

    kind: str
    on_day: date
    who: str
    note: str = field(repr=False)
    added_at: datetime


def add(conn: Connection, row: EscalationRow) -> None:
    """Open an escalation; raises ConflictError when one is open on the request."""
    conn.execute(insert(escalation).values(asdict(row)))


def get(conn: Connection, own: UUID, *, lock: bool = False) -> EscalationRow | None:
    """Give an escalation, if it is there; locked, nobody else changes it until the transaction ends."""
    query = select(escalation).where(escalation.c.id == own)
    row = conn.execute(query.with_for_update(key_share=True) if lock else query).one_or_none()
    return None if row is None else EscalationRow.from_row(row)


def listed(
    conn: Connection,
    *,
    parties: tuple[str, ...] | None,
    state: str | None,
    limit: int,
    after: UUID | None,
    with_opt_out: bool = True,
) -> list[EscalationRow]:
    """Give escalations, newest first; `parties` are those whose may be seen, None sees all.

    Without `with_opt_out` those on requests for the back-office alone are left out.
    """
    query = select(escalation).order_by(escalation.c.id.desc()).limit(limit)
    if parties is not None:
        query = query.where(or_(escalation.c.municipality.in_(parties), escalation.c.provider.in_(parties)))
    if state is not None:
        query = query.where(escalation.c.state == state)
    if not with_opt_out:
        query = query.where(escalation.c.message_id.not_in(opted_out()))
    if after is not None:
        query = query.where(escalation.c.id < after)
    return [EscalationRow.from_row(row) for row in conn.execute(query)]


def steps(conn: Connection, keyring: Keyring, own: UUID) -> list[StepRow]:
    """Give the steps, in the order in which they were taken."""
    table = escalation_step
    query = select(table).where(table.c.escalation_id == own).order_by(table.c.number)
    return [
        StepRow(row.kind, row.on_day, row.who, _note(keyring, own, row), row.added_at) for row in conn.execute(query)
    ]


def add_step(conn: Connection, keyring: Keyring, own: UUID, step: StepRow) -> None:
    """Write a step down, after those that are there; the escalation is locked."""
    table = escalation_step
    number = conn.scalar(select(func.count()).select_from(table).where(table.c.escalation_id == own)) or 0
    key, note = keyring.encrypt(step.note.encode(), step_place(own, number))
    conn.execute(
        insert(table).values(
            escalation_id=own,
            number=number,
            kind=step.kind,
            on_day=step.on_day,
            who=step.who,
            note_key=key,
            note=note,
            added_at=step.added_at,
        )
    )


def change(conn: Connection, own: UUID, **values: Any) -> None:
    """Change an escalation."""
    conn.execute(update(escalation).where(escalation.c.id == own).values(values))


def _note(keyring: Keyring, own: UUID, row: Row[Any]) -> str:
    return keyring.decrypt(row.note_key, row.note, step_place(own, row.number)).decode()


def step_place(own: UUID, number: int) -> bytes:
    """Give what the note of a step is bound to."""
    return own.bytes + number.to_bytes(4)
