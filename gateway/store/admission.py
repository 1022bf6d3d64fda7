"""Who may still come in, and who is at home: what taking messages asks, for many messages at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, or_, select

from gateway.store import tables


def valid_tokens(conn: Connection, token_ids: Collection[str], now: datetime) -> set[str]:
    """Give those of the tokens that are neither revoked nor past their end."""
    token = tables.token
    query = select(token.c.id).where(
        token.c.id.in_(token_ids),
        token.c.revoked_at.is_(None),
        or_(token.c.expires_at.is_(None), token.c.expires_at > now),
    )
    return set(conn.scalars(query))


def known_parties(conn: Connection, codes: Collection[str]) -> set[str]:
    """Give those of the codes that belong to a party that was added."""
    if not codes:
        return set()
    return set(conn.scalars(select(tables.party.c.code).where(tables.party.c.code.in_(codes))))
