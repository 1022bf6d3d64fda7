"""Sessions of the console, and links to sign in once."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import asdict
from sqlalchemy import Connection, delete, insert, or_, select, update

from gateway.store.console_tables import console_session, sign_in_link
from gateway.store.of_row import OfRow


class SessionRow(OfRow, frozen=True):
    """Somebody who signed in, with the one role that they have; it ends by itself, or when they sign out."""

    id_hash: bytes
    subject: str
    name: str
    role: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None


def add_session(conn: Connection, session: SessionRow) -> None:
    """Write down that somebody signed in."""
    conn.execute(insert(console_session).values(asdict(session)))


def get_session(conn: Connection, id_hash: bytes) -> SessionRow | None:
    """Give a session, also one that has ended."""
    row = conn.execute(select(console_session).where(console_session.c.id_hash == id_hash)).one_or_none()
    return None if row is None else SessionRow.from_row(row)


def touch_session(conn: Connection, id_hash: bytes, *, now: datetime) -> None:
    """Write down that a session is in use."""
    conn.execute(update(console_session).where(console_session.c.id_hash == id_hash).values(seen_at=now))


def end_session(conn: Connection, id_hash: bytes, *, now: datetime) -> None:
    """End a session for good."""
    mine = (console_session.c.id_hash == id_hash, console_session.c.ended_at.is_(None))
    conn.execute(update(console_session).where(*mine).values(ended_at=now))


def add_link(conn: Connection, secret_hash: bytes, *, role: str, now: datetime, expires_at: datetime) -> None:
    """Write down a link by which somebody may sign in once."""
    values = {"secret_hash": secret_hash, "role": role, "created_at": now, "expires_at": expires_at}
    conn.execute(insert(sign_in_link).values(values))


def use_link(conn: Connection, secret_hash: bytes, *, now: datetime) -> str | None:
    """Use up a link; gives the role that it is for, or nothing when it was used before, has ended, or never was."""
    good = (
        sign_in_link.c.secret_hash == secret_hash,
        sign_in_link.c.used_at.is_(None),
        sign_in_link.c.expires_at > now,
    )
    # One statement decides: of two that use a link at once, one finds it unused.
    used = conn.execute(update(sign_in_link).where(*good).values(used_at=now).returning(sign_in_link.c.role))
    role: str | None = used.scalar_one_or_none()
    return role


def forget_ended(conn: Connection, *, before: datetime) -> int:
    """Remove sessions and links that ended before a moment; says how many."""
    sessions = or_(console_session.c.expires_at < before, console_session.c.ended_at < before)
    gone = conn.execute(delete(console_session).where(sessions)).rowcount
    return gone + conn.execute(delete(sign_in_link).where(sign_in_link.c.expires_at < before)).rowcount
