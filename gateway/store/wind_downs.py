"""Providers that stop: what was agreed for each allocation, beside how it stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, and_, insert, or_, select, update

from gateway.store.allocations import AllocationRow
from gateway.store.bulk import BulkInsert
from gateway.store.identifiers import earliest_id
from gateway.store.lifecycle_tables import allocation, dossier, request
from gateway.store.opt_out import opted_out
from gateway.store.vault import Keyring
from gateway.store.wind_down_tables import wind_down, wind_down_line, wind_down_municipality

_RUNNING = ("allocated", "started", "interrupted")
_INSTEAD = (
    " ON CONFLICT (wind_down_id, allocation_id) DO UPDATE SET plan = excluded.plan, move_to = excluded.move_to,"
    " note_key = excluded.note_key, note = excluded.note, changed_at = excluded.changed_at"
)
_LINES = BulkInsert(
    wind_down_line,
    "wind_down_id",
    "allocation_id",
    "plan",
    "move_to",
    "note_key",
    "note",
    "changed_at",
    on_conflict=_INSTEAD,
)


class WindDownRow(Struct, frozen=True):
    """A provider that stops at some municipalities, after a day."""

    id: UUID
    provider: str
    municipalities: tuple[str, ...]
    stops_on: date
    created_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LineRow:
    """What is agreed for an allocation."""

    allocation_id: UUID
    plan: str | None
    move_to: str | None
    note: str = field(repr=False)


class ClientRow(Struct, frozen=True):
    """An allocation of the provider, and the client whose it is: by a hash that says nothing outside this gateway.

    With `opt_out` it is for the back-office alone, as the request that it was given for.
    """

    allocation: AllocationRow
    bsn_hash: bytes
    opt_out: bool


def add(conn: Connection, row: WindDownRow) -> None:
    """Write down that a provider stops."""
    conn.execute(
        insert(wind_down).values(
            id=row.id, provider=row.provider, stops_on=row.stops_on, created_at=row.created_at, closed_at=None
        )
    )
    rows = [{"wind_down_id": row.id, "municipality": code} for code in sorted(row.municipalities)]
    conn.execute(insert(wind_down_municipality), rows)


def get(conn: Connection, own: UUID) -> WindDownRow | None:
    """Give one, if it is there."""
    return next(iter(_rows(conn, wind_down.c.id == own)), None)


def listed(conn: Connection, parties: tuple[str, ...] | None) -> list[WindDownRow]:
    """Give all that concern one of the parties, newest first; None sees all."""
    if parties is None:
        return _rows(conn, wind_down.c.id.is_not(None))
    concerned = select(wind_down_municipality.c.wind_down_id).where(wind_down_municipality.c.municipality.in_(parties))
    return _rows(conn, or_(wind_down.c.provider.in_(parties), wind_down.c.id.in_(concerned)))


def _rows(conn: Connection, condition: Any) -> list[WindDownRow]:
    found = conn.execute(select(wind_down).where(condition).order_by(wind_down.c.id.desc())).all()
    table = wind_down_municipality
    codes: dict[UUID, list[str]] = {row.id: [] for row in found}
    query = select(table).where(table.c.wind_down_id.in_(codes)).order_by(table.c.municipality)
    for row in conn.execute(query):
        codes[row.wind_down_id].append(row.municipality)
    return [
        WindDownRow(row.id, row.provider, tuple(codes[row.id]), row.stops_on, row.created_at, row.closed_at)
        for row in found
    ]


def close(conn: Connection, own: UUID, *, now: datetime) -> bool:
    """Write down that it is done; says whether it was not before."""
    open_still = update(wind_down).where(wind_down.c.id == own, wind_down.c.closed_at.is_(None))
    return bool(conn.execute(open_still.values(closed_at=now)).rowcount)


def lines(conn: Connection, keyring: Keyring, own: UUID) -> dict[UUID, LineRow]:
    """Give what is agreed, by allocation."""
    query = select(wind_down_line).where(wind_down_line.c.wind_down_id == own)
    return {
        row.allocation_id: LineRow(
            row.allocation_id,
            row.plan,
            row.move_to,
            keyring.decrypt(row.note_key, row.note, row.allocation_id.bytes).decode(),
        )
        for row in conn.execute(query)
    }


def save_lines(conn: Connection, keyring: Keyring, own: UUID, changed: Collection[LineRow], *, now: datetime) -> None:
    """Write what is agreed for allocations."""
    _LINES.run(
        conn,
        [
            (
                own,
                line.allocation_id,
                line.plan,
                line.move_to,
                *keyring.encrypt(line.note.encode(), line.allocation_id.bytes),
                now,
            )
            for line in changed
        ],
    )


def allocations_of(
    conn: Connection, keyring: Keyring, provider: str, municipalities: Collection[str], also: Collection[UUID]
) -> list[ClientRow]:
    """Give the provider's allocations at municipalities that run, and those that are followed already."""
    there = and_(allocation.c.provider == provider, allocation.c.municipality.in_(municipalities))
    wanted = or_(allocation.c.state.in_(_RUNNING), allocation.c.id.in_(also))
    query = (
        select(allocation, dossier.c.bsn_hash, allocation.c.first_message.in_(opted_out()).label("opt_out"))
        .join(dossier, dossier.c.id == allocation.c.dossier_id)
        .where(there, wanted)
        .order_by(allocation.c.municipality, allocation.c.toewijzing_nummer)
    )
    rows = conn.execute(query)
    return [ClientRow(AllocationRow.from_row(row, keyring), row.bsn_hash, bool(row.opt_out)) for row in rows]


def known_at(
    conn: Connection,
    provider: str,
    municipality: str,
    bsn_hashes: Collection[bytes],
    since: datetime,
    *,
    with_opt_out: bool,
) -> tuple[set[bytes], set[bytes]]:
    """Give of which clients another provider has asked for something since a moment, and was allocated it.

    Without `with_opt_out` what is for the back-office alone does not count.
    """
    theirs = and_(
        dossier.c.provider == provider, dossier.c.municipality == municipality, dossier.c.bsn_hash.in_(bsn_hashes)
    )
    asked = select(dossier.c.bsn_hash, request.c.first_message).join(request, request.c.dossier_id == dossier.c.id)
    given = select(dossier.c.bsn_hash, allocation.c.first_message).join(
        allocation, allocation.c.dossier_id == dossier.c.id
    )
    if not with_opt_out:
        asked = asked.where(request.c.first_message.not_in(opted_out()))
        given = given.where(allocation.c.first_message.not_in(opted_out()))
    return _since(conn, asked.where(theirs), since), _since(conn, given.where(theirs), since)


def _since(conn: Connection, query: Any, since: datetime) -> set[bytes]:
    return {row.bsn_hash for row in conn.execute(query) if row.first_message >= earliest_id(since)}
