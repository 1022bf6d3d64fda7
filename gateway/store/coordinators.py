"""Coordinators: the organisation that an allocation names, and those of the allocations of one client."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, select

from gateway.store.bulk import BulkInsert
from gateway.store.coordinator_tables import coordinator
from gateway.store.lifecycle_tables import allocation, dossier
from gateway.store.of_row import OfRow
from gateway.store.vault import Keyring

_SAVE = BulkInsert(coordinator, "allocation_id", "name", "email", "changed_at", or_replace=True)


class CoordinatorRow(OfRow, frozen=True):
    """The organisation that coordinates, with the address of its own, which is nobody's personal one."""

    allocation_id: UUID
    name: str
    email: str
    changed_at: datetime


def allocated_by(conn: Connection, allocation_id: UUID) -> tuple[str, str, UUID] | None:
    """Give the municipality and the provider of an allocation, and its first message, if it is known."""
    columns = (allocation.c.municipality, allocation.c.provider, allocation.c.first_message)
    row = conn.execute(select(*columns).where(allocation.c.id == allocation_id)).one_or_none()
    return None if row is None else (row.municipality, row.provider, row.first_message)


def get(conn: Connection, allocation_id: UUID) -> CoordinatorRow | None:
    """Give the coordinator that an allocation names."""
    row = conn.execute(select(coordinator).where(coordinator.c.allocation_id == allocation_id)).one_or_none()
    return None if row is None else CoordinatorRow.from_row(row)


def save(conn: Connection, row: CoordinatorRow) -> None:
    """Let an allocation name a coordinator, instead of the one that it named."""
    _SAVE.run(conn, [(row.allocation_id, row.name, row.email, row.changed_at)])


def remove(conn: Connection, allocation_id: UUID) -> bool:
    """Let an allocation name nobody; says whether it named somebody."""
    return bool(conn.execute(delete(coordinator).where(coordinator.c.allocation_id == allocation_id)).rowcount)


def of_client(conn: Connection, keyring: Keyring, *, municipality: str, provider: str, bsn: str) -> list[str]:
    """Give the addresses of those who coordinate what a client is allocated between two parties, each once."""
    query = (
        select(coordinator.c.email)
        .join(allocation, allocation.c.id == coordinator.c.allocation_id)
        .join(dossier, dossier.c.id == allocation.c.dossier_id)
        .where(
            dossier.c.municipality == municipality,
            dossier.c.provider == provider,
            dossier.c.bsn_hash.in_(keyring.bsn_hashes(bsn)),
        )
        .order_by(coordinator.c.email)
        .distinct()
    )
    return list(conn.scalars(query))
