"""The tables of escalations: disagreements about a request, and the steps that they took."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
)

from gateway.store.columns import UtcDateTime
from gateway.store.partial_index import partial_index
from gateway.store.tables import metadata

OPEN = "state = 'open'"

# No foreign key to the request: it is made anew from the messages, under the same id, and keeps its escalations.
escalation = Table(
    "escalation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("request_id", Uuid, nullable=False),
    Column("municipality", String(4), nullable=False),
    Column("provider", String(8), nullable=False),
    Column("reference", String(36), nullable=False),
    Column("message_id", Uuid, ForeignKey("message.id"), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("advice_due_at", UtcDateTime),
    Column("state", String(6), nullable=False),
    Column("outcome", String(9)),
    Column("closed_at", UtcDateTime),
    CheckConstraint("state IN ('open', 'closed')", name="state"),
    CheckConstraint("outcome IN ('agreed', 'advice', 'withdrawn')", name="outcome"),
    Index(None, "municipality", "id"),
    Index(None, "provider", "id"),
    Index(None, "message_id"),
    Index(None, "request_id"),
    # One at a time: two that open one at once do not both succeed.
    partial_index("ix_escalation_open", "request_id", unique=True, where=OPEN),
)

# What people write about a step may be about a person: it is encrypted.
escalation_step = Table(
    "escalation_step",
    metadata,
    Column("escalation_id", Uuid, ForeignKey("escalation.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(12), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("who", String(200), nullable=False),
    Column("note_key", String(32), nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    CheckConstraint("kind IN ('discussion', 'consultation', 'expert', 'outcome')", name="kind"),
)
