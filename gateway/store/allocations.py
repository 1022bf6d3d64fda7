"""Allocations as rows: written with the dossier that they follow from, and listed."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final, Self, TypeAlias
from uuid import UUID, uuid5

from msgspec import Struct
from sqlalchemy import Connection, Row, bindparam, delete, select

from gateway.exchange.lifecycle import Allocation, allocation_of
from gateway.ijw.dossier import Dossier
from gateway.ijw.toewijzing import JW301
from gateway.store import lifecycle_tables as tables
from gateway.store.bulk import BulkInsert
from gateway.store.lookup import Lookup
from gateway.store.packing import pack_class, unpack_class
from gateway.store.vault import Keyring

# A dossier's id, municipality and provider, what it was and is now, and the ToewijzingNummers that a change touched.
Change: TypeAlias = tuple[UUID, str, str, Dossier, Dossier, Collection[int]]

_ALLOCATION = tables.allocation
_SAVE = BulkInsert(
    _ALLOCATION,
    "id",
    "municipality",
    "provider",
    "toewijzing_nummer",
    "dossier_id",
    "state",
    "first_message",
    "details_key",
    "details",
    or_replace=True,
)
_DELETE = delete(_ALLOCATION).where(_ALLOCATION.c.id.in_(bindparam("ids", expanding=True)))
_BY_NUMBER = Lookup(
    select(_ALLOCATION, tables.dossier.c.bsn_hash).join(
        tables.dossier, tables.dossier.c.id == _ALLOCATION.c.dossier_id
    ),
    _ALLOCATION.c.municipality,
    _ALLOCATION.c.toewijzing_nummer,
)
_encode: Final = json.JSONEncoder(separators=(",", ":")).encode


class AllocationRow(Struct, frozen=True):
    """An allocation as it is listed; `started` and `ended` are days of the latest delivery."""

    id: UUID
    municipality: str
    provider: str
    toewijzing_nummer: int
    dossier_id: UUID
    state: str
    first_message: UUID
    latest: JW301.ToegewezenProduct
    started: date | None
    ended: date | None

    @classmethod
    def from_row(cls, row: Row[Any], keyring: Keyring) -> Self:
        """Read a row of the allocation table."""
        latest, started, ended = json.loads(keyring.decrypt(row.details_key, row.details, row.id.bytes))
        return cls(
            row.id,
            row.municipality,
            row.provider,
            row.toewijzing_nummer,
            row.dossier_id,
            row.state,
            row.first_message,
            unpack_class(JW301.ToegewezenProduct, latest),
            date.fromisoformat(started) if started else None,
            date.fromisoformat(ended) if ended else None,
        )


def allocation_id(dossier_id: UUID, nummer: int) -> UUID:
    """Give the id of an allocation: always the same for a number in a dossier."""
    return uuid5(dossier_id, str(nummer))


def save_allocations(conn: Connection, keyring: Keyring, changes: Sequence[Change]) -> None:
    """Write the allocations that are not what they were before the change of their dossier."""
    rows: list[tuple[Any, ...]] = []
    gone: list[UUID] = []
    for dossier_id, municipality, provider, before, after, numbers in changes:
        counted_before, counted = before.counting, after.counting
        for nummer in sorted(numbers):
            was, is_now = allocation_of(counted_before, nummer), allocation_of(counted, nummer)
            own = allocation_id(dossier_id, nummer)
            if is_now is None:
                gone += [own] if was else []
            elif is_now != was:
                rows.append(
                    (
                        own,
                        municipality,
                        provider,
                        nummer,
                        dossier_id,
                        is_now.state,
                        is_now.first_message,
                        *keyring.encrypt(_details(is_now), own.bytes),
                    )
                )
    _SAVE.run(conn, rows)
    if gone:
        conn.execute(_DELETE, {"ids": gone})


def _details(allocation: Allocation) -> bytes:
    started, ended = (day.isoformat() if day else None for day in (allocation.started, allocation.ended))
    return _encode([pack_class(allocation.latest), started, ended]).encode()


def numbered(
    conn: Connection, keyring: Keyring, municipality: str, numbers: Collection[int]
) -> list[tuple[AllocationRow, bytes]]:
    """Give a municipality's allocations with one of these ToewijzingNummers, with the hash of the client's BSN."""
    keys = [(municipality, nummer) for nummer in numbers]
    return [(AllocationRow.from_row(row, keyring), row.bsn_hash) for row in _BY_NUMBER.rows(conn, keys)]
