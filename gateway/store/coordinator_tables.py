"""The table of coordinators: which organisation keeps the parts of a family's care together."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Uuid

from gateway.store.columns import UtcDateTime
from gateway.store.tables import metadata

# No foreign key: an allocation is made anew from the messages, under the same id, and keeps its coordinator.
coordinator = Table(
    "coordinator",
    metadata,
    Column("allocation_id", Uuid, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("email", String(254), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)
