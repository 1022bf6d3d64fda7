"""Parties and tokens: who takes part, and who may speak for whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from msgspec import Struct
from sqlalchemy import Connection, Row, or_, select, update

from gateway.errors import ConflictError
from gateway.store import tables
from gateway.store.bulk import BulkInsert
from gateway.store.rows import PartyRow

_PARTIES = BulkInsert(tables.party, "code", "kind", "name", "created_at", or_skip=True)
_TOKENS = BulkInsert(tables.token, "id", "secret_hash", "label", "scopes", "created_at", "expires_at")
_TOKEN_PARTIES = BulkInsert(tables.token_party, "token_id", "party_code")

# Often enough to see that a token is in use; every request would be a write for every read.
_TOUCH_EVERY = timedelta(minutes=1)


class TokenRow(Struct, frozen=True):
    """A token: who holds it may act for its parties, within its scopes. Of the secret there is only the hash."""

    id: str
    secret_hash: bytes
    label: str
    scopes: tuple[str, ...]
    parties: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    @classmethod
    def from_row(cls, row: Row[Any], parties: Iterable[str]) -> Self:
        """Read a row of the token table, with the codes of its parties."""
        return cls(
            id=row.id,
            secret_hash=row.secret_hash,
            label=row.label,
            scopes=tuple(row.scopes),
            parties=tuple(parties),
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )

    def is_valid_at(self, now: datetime) -> bool:
        """Say whether the token is neither revoked nor past its end."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def wants_touch(self, now: datetime) -> bool:
        """Say whether its last use was written down long enough ago to do so again."""
        return self.last_used_at is None or self.last_used_at <= now - _TOUCH_EVERY


def add_party(conn: Connection, code: str, *, kind: str, name: str, now: datetime) -> PartyRow:
    """Add a party, or give a known one another name."""
    if _PARTIES.run(conn, [(code, kind, name, now)]):
        return PartyRow(code, kind, name, now)
    table = tables.party
    conn.execute(update(table).where(table.c.code == code, table.c.kind == kind).values(name=name))
    party = get_party(conn, code)
    if party is None or party.kind != kind:
        raise ConflictError(f"The party {code} is known as another kind of party.")
    return party


def get_party(conn: Connection, code: str) -> PartyRow | None:
    """Give a party, if it was added."""
    row = conn.execute(select(tables.party).where(tables.party.c.code == code)).one_or_none()
    return None if row is None else PartyRow.from_row(row)


def list_parties(conn: Connection) -> list[PartyRow]:
    """Give all parties that were added, by code."""
    return [PartyRow.from_row(row) for row in conn.execute(select(tables.party).order_by(tables.party.c.code))]


def create_token(conn: Connection, token: TokenRow) -> None:
    """Write a new token with its parties."""
    row = (token.id, token.secret_hash, token.label, list(token.scopes), token.created_at, token.expires_at)
    _TOKENS.run(conn, [row])
    _TOKEN_PARTIES.run(conn, [(token.id, code) for code in token.parties])


def get_token(conn: Connection, token_id: str) -> TokenRow | None:
    """Give a token with its parties, also one that was revoked or has ended."""
    return next(iter(_tokens(conn, token_id)), None)


def list_tokens(conn: Connection) -> list[TokenRow]:
    """Give all tokens, oldest first."""
    return _tokens(conn)


def _tokens(conn: Connection, token_id: str | None = None) -> list[TokenRow]:
    token, of_party = tables.token, tables.token_party
    query = select(token, of_party.c.party_code).outerjoin(of_party, of_party.c.token_id == token.c.id)
    query = query.order_by(token.c.created_at, token.c.id, of_party.c.party_code)
    if token_id is not None:
        query = query.where(token.c.id == token_id)
    rows: dict[str, Row[Any]] = {}
    parties: dict[str, list[str]] = {}
    for row in conn.execute(query):
        rows.setdefault(row.id, row)
        codes = parties.setdefault(row.id, [])
        if row.party_code is not None:
            codes.append(row.party_code)
    return [TokenRow.from_row(row, parties[row.id]) for row in rows.values()]


def revoke_token(conn: Connection, token_id: str, *, now: datetime) -> bool:
    """End a token for good; once more changes nothing. Says whether there is such a token."""
    table = tables.token
    conn.execute(update(table).where(table.c.id == token_id, table.c.revoked_at.is_(None)).values(revoked_at=now))
    return conn.scalar(select(table.c.id).where(table.c.id == token_id)) is not None


def touch_token(conn: Connection, token_id: str, *, now: datetime) -> None:
    """Write down that a token was used, at most once a minute."""
    table = tables.token
    stale = or_(table.c.last_used_at.is_(None), table.c.last_used_at <= now - _TOUCH_EVERY)
    conn.execute(update(table).where(table.c.id == token_id, stale).values(last_used_at=now))
