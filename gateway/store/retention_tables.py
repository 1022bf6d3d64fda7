"""The tables of keeping and removing: what is held back from removal, and the daily rounds of removing."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, Date, LargeBinary, String, Table, Uuid

from gateway.store.columns import UtcDateTime
from gateway.store.tables import metadata

# `value` is the code of a party or the id of a message. Of a person there is the BSN, encrypted.
legal_hold = Table(
    "legal_hold",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("value", String(36)),
    Column("key_id", String(32)),
    Column("sealed", LargeBinary),
    Column("reason", String(500), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("ended_at", UtcDateTime),
    CheckConstraint("kind IN ('party', 'message', 'person')", name="kind"),
    CheckConstraint("(kind = 'person') = (sealed IS NOT NULL AND key_id IS NOT NULL)", name="person"),
    CheckConstraint("(kind = 'person') = (value IS NULL)", name="value"),
)

# The day, in the Netherlands, is the key: of several workers one does the round of a day.
retention_round = Table(
    "retention_round",
    metadata,
    Column("day", Date, primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    # When whoever does the round last said so: after a crash another one takes it over.
    Column("beat_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("report", JSON, nullable=False),
)
