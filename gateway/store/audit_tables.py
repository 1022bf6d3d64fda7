"""The tables of the audit trail: who looked at what, and who changed what about the gateway itself."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Uuid

from gateway.store.columns import UtcDateTime
from gateway.store.tables import metadata

# Rows are only ever added. `number` counts from 1 without gaps, and `hash` is over all the rest and the hash before.
audit_event = Table(
    "audit_event",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("messages", JSON, nullable=False),
    # The keyed hash of a BSN, and which key, where the act was about one person: `key:hex`.
    Column("subject", String(100)),
    Column("detail", JSON, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Index(None, "at"),
)

# The last entry, in the one row that whoever adds one locks.
audit_chain = Table(
    "audit_chain",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)

# To find entries by. No foreign key to message: an entry outlives what it is about.
audit_message = Table(
    "audit_message",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("number", Integer, ForeignKey("audit_event.number"), primary_key=True, autoincrement=False),
    Index(None, "number"),
)

# The BSN is here encrypted, so that the hash can be made anew under another key.
audit_subject = Table(
    "audit_subject",
    metadata,
    Column("number", Integer, ForeignKey("audit_event.number"), primary_key=True, autoincrement=False),
    Column("key_id", String(32), nullable=False),
    Column("bsn_hash", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "bsn_hash"),
)
