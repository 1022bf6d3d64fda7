"""The table of what is due."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, UniqueConstraint, Uuid

from gateway.store.columns import UtcDateTime
from gateway.store.partial_index import partial_index
from gateway.store.tables import metadata

# As literal text, so that the query and the partial index say the very same.
STANDING = "state IN ('open', 'overdue')"

deadline = Table(
    "deadline",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("municipality", String(8), nullable=False),
    Column("provider", String(8), nullable=False),
    # The id of a message, a ReferentieAanbieder or a ToewijzingNummer.
    Column("subject", String(36), nullable=False),
    Column("rule", String(10), nullable=False),
    Column("owner", String(8), nullable=False),
    # The types of message, with a space between.
    Column("waits_for", String(20), nullable=False),
    Column("message_id", Uuid, ForeignKey("message.id"), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("state", String(8), nullable=False),
    # No foreign key: it is told who closed it, also when that message is gone.
    Column("closed_by", Uuid),
    Column("closed_at", UtcDateTime),
    # When it was written down that it had passed; empty again when the deadline moves.
    Column("overdue_at", UtcDateTime),
    UniqueConstraint("subject", "kind", "municipality", "provider"),
    CheckConstraint("state IN ('open', 'met', 'overdue', 'dropped')", name="state"),
    Index(None, "message_id"),
    Index(None, "municipality", "id"),
    Index(None, "provider", "id"),
    partial_index("ix_deadline_standing", "state", "due_at", where=STANDING),
)
