"""Who may still come in, and who is at home: what taking messages asks, for many messages at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, or_, select

from gateway.store import rebuilding, tables
from gateway.store.ggk_tables import endpoint
from gateway.store.lifecycle_tables import rebuild

_TOKEN = tables.token
_REBUILDING = exists(select(rebuild.c.id))
_PUSHES = exists(select(endpoint.c.id).where(endpoint.c.state == "active"))
# Made once: making a query anew costs more than asking it, and this one is asked for every batch of messages. What else
# each batch has to know is asked along with it: a question of its own takes longer than finding the answer.
_ADMITTED = select(_TOKEN.c.id, _REBUILDING, _PUSHES).where(
    _TOKEN.c.id.in_(bindparam("token_ids", expanding=True)),
    _TOKEN.c.revoked_at.is_(None),
    or_(_TOKEN.c.expires_at.is_(None), _TOKEN.c.expires_at > bindparam("now")),
)
_KNOWN = select(tables.party.c.code).where(tables.party.c.code.in_(bindparam("codes", expanding=True)))


@dataclass(frozen=True, slots=True)
class Admission:
    """Which tokens are good, whether all is known that follows from the messages, and whether anything is pushed."""

    tokens: set[str]
    complete: bool
    pushes: bool


def admission(conn: Connection, token_ids: Collection[str], now: datetime) -> Admission:
    """Give those of the tokens that are neither revoked nor past their end, and how the gateway stands."""
    rows = conn.execute(_ADMITTED, {"token_ids": list(token_ids), "now": now}).all()
    if not rows:  # Only a person at the console, or nobody.
        return Admission(set(), rebuilding.is_complete(conn), pushes=True)
    return Admission({row[0] for row in rows}, complete=not rows[0][1], pushes=bool(rows[0][2]))


def known_parties(conn: Connection, codes: Collection[str]) -> set[str]:
    """Give those of the codes that belong to a party that was added."""
    if not codes:
        return set()
    return set(conn.scalars(_KNOWN, {"codes": list(codes)}))
