"""The table of manual cases: messages that people handle, outside the exchange."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, LargeBinary, String, Table, Uuid

from gateway.store.columns import UtcDateTime
from gateway.store.partial_index import partial_index
from gateway.store.tables import metadata

# As literal text, so that the queries and the partial index say the very same.
OPEN = "state = 'open'"

manual_case = Table(
    "manual_case",
    metadata,
    Column("id", Uuid, primary_key=True),
    # A message is one case at most.
    Column("message_id", Uuid, ForeignKey("message.id"), nullable=False, unique=True),
    Column("municipality", String(8), nullable=False),
    Column("provider", String(8), nullable=False),
    Column("reason", String(500), nullable=False),
    # What it is about, in words without anything about the person.
    Column("summary", String(200), nullable=False),
    # The requests of the message that are not answered yet, by ReferentieAanbieder.
    Column("unanswered", JSON, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("escalated_at", UtcDateTime),
    Column("state", String(6), nullable=False),
    Column("outcome", String(9)),
    Column("closed_at", UtcDateTime),
    # The token by which somebody closed it; without one a message did.
    Column("closed_by", String(12)),
    # What people wrote at the closing may be about a person, and so is encrypted.
    Column("note_key_id", String(32)),
    Column("note", LargeBinary),
    Column("bounced_at", UtcDateTime),
    Column("bounce", String(200)),
    CheckConstraint("state IN ('open', 'closed')", name="state"),
    CheckConstraint("outcome IN ('allocated', 'rejected', 'handled')", name="outcome"),
    Index(None, "municipality", "id"),
    partial_index("ix_manual_case_due_at", "due_at", where=OPEN),
)
