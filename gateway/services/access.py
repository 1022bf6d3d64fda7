"""Parties and their tokens: who may come in, and as whom."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import string
import time
from datetime import datetime
from typing import Final

from msgspec import Struct

from gateway.errors import ConflictError
from gateway.exchange.party import PartyKind, kind_of
from gateway.exchange.route import RouteTable
from gateway.services.audit import COMMAND_LINE, Act, Audit
from gateway.services.caller import Caller, Scope
from gateway.services.clock import Clock
from gateway.store import access as rows
from gateway.store.engine import Database

_PREFIX: Final = "ijw"
_SECRET_BYTES: Final = 32  # 256 bits: nobody guesses that
# Letters and digits alone: an id that began with a hyphen would be an option on the command line.
_ID_ALPHABET: Final = string.ascii_letters + string.digits
_ID_LENGTH: Final = 12
# How long a token that was seen to be good may be used to start reading a message, before asking again. Taking the
# message asks again anyway, in its own transaction.
_TRUST_SECONDS: Final = 2.0


class _Known(Struct, frozen=True):
    caller: Caller
    secret_hash: bytes
    until: float


class Party(Struct, frozen=True):
    """A party that takes part."""

    code: str
    kind: PartyKind
    name: str


class Access:
    """Makes tokens, and tells who holds one."""

    def __init__(self, database: Database, audit: Audit, clock: Clock) -> None:
        """Work on this database, and write down who made and ended what."""
        self._database = database
        self._audit = audit
        self._clock = clock
        self._known: dict[str, _Known] = {}

    def create_token(
        self,
        *,
        label: str,
        scopes: frozenset[Scope],
        parties: frozenset[str],
        expires_at: datetime | None = None,
        actor: str = COMMAND_LINE,
    ) -> str:
        """Make a token and give it, once: only its hash is kept."""
        token_id = "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))
        secret = base64.urlsafe_b64encode(secrets.token_bytes(_SECRET_BYTES)).decode().rstrip("=")
        row = rows.TokenRow(
            id=token_id,
            secret_hash=_hash(secret),
            label=label,
            scopes=tuple(sorted(scopes)),
            parties=tuple(sorted(parties)),
            created_at=self._clock(),
            expires_at=expires_at,
            last_used_at=None,
            revoked_at=None,
        )
        with self._database.write() as connection:
            rows.create_token(connection, row)
            self._audit.add(
                connection,
                Act.TOKEN_CREATED,
                actor,
                token=token_id,
                scopes=list(row.scopes),
                parties=list(row.parties),
            )
        return f"{_PREFIX}_{token_id}{secret}"

    def identify(self, token: str) -> Caller | None:
        """Tell who holds a token, asked of the database; nothing for one that is unknown, ended or revoked."""
        parts = _split(token)
        if parts is None:
            return None
        token_id, secret = parts
        now = self._clock()
        with self._database.read() as connection:
            row = rows.get_token(connection, token_id)
        # A token that does not exist is compared too, so that the time taken tells nothing.
        right = hmac.compare_digest(_hash(secret), row.secret_hash if row else bytes(32))
        if row is None or not right or not row.is_valid_at(now):
            self._known.pop(token_id, None)
            return None
        if row.wants_touch(now):
            with self._database.write() as connection:
                rows.touch_token(connection, token_id, now=now)
        caller = Caller(row.id, frozenset(Scope(scope) for scope in row.scopes), frozenset(row.parties))
        self._known[token_id] = _Known(caller, row.secret_hash, time.monotonic() + _TRUST_SECONDS)
        return caller

    def recently_known(self, token: str) -> Caller | None:
        """Tell who holds a token that was good a moment ago, without asking the database."""
        parts = _split(token)
        known = self._known.get(parts[0]) if parts else None
        if parts is None or known is None or known.until < time.monotonic():
            return None
        return known.caller if hmac.compare_digest(_hash(parts[1]), known.secret_hash) else None

    def tokens(self) -> list[rows.TokenRow]:
        """List all tokens, without their secrets."""
        with self._database.read() as connection:
            return rows.list_tokens(connection)

    def revoke(self, token_id: str, actor: str = COMMAND_LINE) -> bool:
        """End a token at once; says whether there was such a token."""
        with self._database.write() as connection:
            there = rows.revoke_token(connection, token_id, now=self._clock())
            if there:
                self._audit.add(connection, Act.TOKEN_REVOKED, actor, token=token_id)
            return there


class Parties:
    """Who takes part: the providers that were added, and the municipalities of the route tables."""

    def __init__(self, database: Database, routes: RouteTable, audit: Audit, clock: Clock) -> None:
        """Work on this database and these routes, and write down who added whom."""
        self._database = database
        self._audit = audit
        self._routes = routes
        self._clock = clock

    def add(self, code: str, name: str, actor: str = COMMAND_LINE) -> None:
        """Add a party; raises ConflictError for a code that is no party's or is known already by another name."""
        kind = kind_of(code)
        if kind is None:
            raise ConflictError(
                f"{code} is geen code van een partij: een aanbieder heeft 8 cijfers (AGB), een gemeente 4 (CBS)."
            )
        with self._database.write() as connection:
            known = rows.get_party(connection, code)
            if known and known.name != name:
                raise ConflictError(f"{code} bestaat al, met een andere naam.")
            if not known:
                rows.add_party(connection, code, kind=kind.value, name=name, now=self._clock())
                self._audit.add(connection, Act.PARTY_ADDED, actor, party=code)

    def listed(self) -> list[Party]:
        """List the parties that were added, and the municipalities of the route tables."""
        with self._database.read() as connection:
            added = rows.list_parties(connection)
        listed = {route.code: Party(route.code, PartyKind.MUNICIPALITY, route.name) for route in self._routes}
        listed.update({row.code: Party(row.code, PartyKind(row.kind), row.name) for row in added})
        return [listed[code] for code in sorted(listed)]

    def exists(self, code: str) -> bool:
        """Say whether a party takes part; what is no code of a party at all is not asked of the database."""
        if code in self._routes or kind_of(code) is None:
            return code in self._routes
        with self._database.read() as connection:
            return rows.get_party(connection, code) is not None


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _split(token: str) -> tuple[str, str] | None:
    prefix, _, rest = token.partition("_")
    length = 12
    return (rest[:length], rest[length:]) if prefix == _PREFIX and len(rest) > length else None
