"""The table of dead letters: why each message that could not be delivered was given up."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Uuid

from gateway.store.columns import UtcDateTime
from gateway.store.tables import metadata

# Beside the message, and not a column of it: nearly every message is delivered.
dead_letter = Table(
    "dead_letter",
    metadata,
    Column("message_id", Uuid, ForeignKey("message.id"), primary_key=True),
    Column("recipient", String(8), nullable=False),
    # By what it is named in an address, a filter or a metric: the words may be about somebody.
    Column("cause_id", String(8), nullable=False),
    Column("cause", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "recipient", "cause_id"),
    Index(None, "cause_id"),
)
