"""Who may still come in, and who is at home: what taking messages asks, for many messages at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select

from gateway.store import tables

_TOKEN = tables.token
# Made once: making a query anew costs more than asking it, and this one is asked for every batch of messages.
_VALID = select(_TOKEN.c.id).where(
    _TOKEN.c.id.in_(bindparam("token_ids", expanding=True)),
    _TOKEN.c.revoked_at.is_(None),
    or_(_TOKEN.c.expires_at.is_(None), _TOKEN.c.expires_at > bindparam("now")),
)
_KNOWN = select(tables.party.c.code).where(tables.party.c.code.in_(bindparam("codes", expanding=True)))


def valid_tokens(conn: Connection, token_ids: Collection[str], now: datetime) -> set[str]:
    """Give those of the tokens that are neither revoked nor past their end."""
    return set(conn.scalars(_VALID, {"token_ids": list(token_ids), "now": now}))


def known_parties(conn: Connection, codes: Collection[str]) -> set[str]:
    """Give those of the codes that belong to a party that was added."""
    if not codes:
        return set()
    return set(conn.scalars(_KNOWN, {"codes": list(codes)}))
