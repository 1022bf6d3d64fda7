"""Who may still come in, and who is at home: what taking messages asks, for many messages at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, exists, literal_column, select

from gateway.store import rebuilding, tables
from gateway.store.ggk_tables import endpoint
from gateway.store.lifecycle_tables import rebuild
from gateway.store.lookup import Lookup

_TOKEN = tables.token
# What else each batch has to know is asked along with its tokens: a question of its own takes longer than finding the
# answer.
_REBUILDING = exists(select(rebuild.c.id)).label("rebuilding")
_PUSHES = exists(select(endpoint.c.id).where(endpoint.c.state == literal_column("'active'"))).label("pushes")
_ADMITTED = Lookup(
    select(_TOKEN.c.id, _TOKEN.c.expires_at, _REBUILDING, _PUSHES).where(_TOKEN.c.revoked_at.is_(None)), _TOKEN.c.id
)
_KNOWN = Lookup(select(tables.party.c.code), tables.party.c.code)


class Admission(Struct, frozen=True):
    """Which tokens are good, whether all is known that follows from the messages, and whether anything is pushed."""

    tokens: set[str]
    complete: bool
    pushes: bool


def ask_admission(conn: Connection, token_ids: Collection[str], now: datetime) -> Callable[[], Admission]:
    """Ask which tokens are neither revoked nor past their end, and how the gateway stands; gives what tells it."""
    asked = _ADMITTED.ask(conn, [(token,) for token in token_ids])
    return lambda: _admission(conn, list(asked()), now)


def _admission(conn: Connection, rows: list[Any], now: datetime) -> Admission:
    if not rows:  # Only a person at the console, or nobody.
        return Admission(set(), rebuilding.is_complete(conn), pushes=True)
    valid = {row.id for row in rows if row.expires_at is None or row.expires_at > now}
    return Admission(valid, complete=not rows[0].rebuilding, pushes=bool(rows[0].pushes))


def known_parties(conn: Connection, codes: Collection[str]) -> set[str]:
    """Give those of the codes that belong to a party that was added."""
    return {row.code for row in _KNOWN.rows(conn, [(code,) for code in codes])}
