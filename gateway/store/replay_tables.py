"""The tables of replays: what was asked for, and what became of each message."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Integer, String, Table, Uuid

from gateway.store.columns import UtcDateTime
from gateway.store.partial_index import partial_index
from gateway.store.tables import metadata

# As literal text, so that the query and the partial index say the very same.
PENDING = "outcome IS NULL"
UNFINISHED = "state <> 'finished'"

replay = Table(
    "replay",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("filter", JSON, nullable=False),
    Column("state", String(8), nullable=False),
    Column("total", Integer, nullable=False),
    Column("finished_at", UtcDateTime),
    CheckConstraint("state IN ('running', 'paused', 'finished')", name="state"),
    partial_index("ix_replay_unfinished", "id", where=UNFINISHED),
)

# No foreign key to message: that a message was replayed is known as long as the replay is.
replay_item = Table(
    "replay_item",
    metadata,
    Column("replay_id", Uuid, ForeignKey("replay.id"), primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    # As it was when the replay was asked for: one that changed since is left alone.
    Column("status", String(10), nullable=False),
    Column("outcome", String(11)),
    Column("detail", JSON, nullable=False),
    Column("at", UtcDateTime),
    CheckConstraint("outcome IN ('queued', 'redelivered', 'manual', 'unchanged', 'skipped', 'failed')", name="outcome"),
    # A message is in one replay at a time.
    partial_index("ix_replay_item_pending", "message_id", unique=True, where=PENDING),
)
