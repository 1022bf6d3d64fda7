"""The tables of providers that stop: where, when, and what is agreed for each allocation."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, LargeBinary, String, Table, Uuid

from gateway.store.columns import UtcDateTime
from gateway.store.tables import metadata

wind_down = Table(
    "wind_down",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider", String(8), nullable=False),
    Column("stops_on", Date, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Index(None, "provider"),
)

wind_down_municipality = Table(
    "wind_down_municipality",
    metadata,
    Column("wind_down_id", Uuid, ForeignKey("wind_down.id"), primary_key=True),
    Column("municipality", String(4), primary_key=True),
    Index(None, "municipality"),
)

# No foreign key to the allocation: it is made anew from the messages, under the same id, and keeps what was agreed.
# What people write about a client is encrypted.
wind_down_line = Table(
    "wind_down_line",
    metadata,
    Column("wind_down_id", Uuid, ForeignKey("wind_down.id"), primary_key=True),
    Column("allocation_id", Uuid, primary_key=True),
    Column("plan", String(6)),
    Column("move_to", String(8)),
    Column("note_key", String(32), nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    CheckConstraint("plan IN ('finish', 'move')", name="plan"),
)
