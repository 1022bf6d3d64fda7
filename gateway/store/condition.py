"""What a database says of itself: whether it keeps what it was given, also through a power cut."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct
from sqlalchemy import Connection, select, text

from gateway.store import tables

_PRAGMAS = ("journal_mode", "synchronous", "foreign_keys")
_SETTINGS = ("server_version_num", "fsync", "full_page_writes", "synchronous_commit", "server_encoding")


class Condition(Struct, frozen=True):
    """The kind of database (`sqlite`, `postgresql`), its settings as it names them, and what time it thinks it is."""

    kind: str
    settings: dict[str, str]
    now: datetime


def condition(conn: Connection) -> Condition:
    """Ask a database how it is set."""
    if conn.dialect.name == "sqlite":
        settings = {name: str(conn.exec_driver_sql(f"PRAGMA {name}").scalar()) for name in _PRAGMAS}
        return Condition("sqlite", settings, datetime.now(UTC))
    rows = conn.execute(
        text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)"), {"names": list(_SETTINGS)}
    )
    settings = {row.name: row.setting for row in rows}
    now = conn.scalar(text("SELECT clock_timestamp()"))
    return Condition(conn.dialect.name, settings, now or datetime.now(UTC))


def has_messages(conn: Connection) -> bool:
    """Say whether any message was ever kept here."""
    return conn.scalar(select(tables.message.c.id).limit(1)) is not None
