"""The tables of the console: who is signed in, and the links by which somebody may sign in once."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, LargeBinary, String, Table

from gateway.store.columns import UtcDateTime
from gateway.store.tables import metadata

ROLES = ("viewer", "handler", "administrator", "auditor")
_IS_ROLE = f"role IN ({', '.join(repr(role) for role in ROLES)})"

console_session = Table(
    "console_session",
    metadata,
    # Of the id, as of every secret, only the hash is kept.
    Column("id_hash", LargeBinary(32), primary_key=True),
    Column("subject", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("role", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("ended_at", UtcDateTime),
    CheckConstraint(_IS_ROLE, name="role"),
)

sign_in_link = Table(
    "sign_in_link",
    metadata,
    Column("secret_hash", LargeBinary(32), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("used_at", UtcDateTime),
    CheckConstraint(_IS_ROLE, name="role"),
)
