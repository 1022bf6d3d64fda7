"""Who uses the console: signing in, staying so for a while, and signing out."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from gateway.services.audit import COMMAND_LINE, Act, Audit
from gateway.services.caller import Caller, Scope
from gateway.services.clock import Clock
from gateway.store import console as rows
from gateway.store.engine import Database

_SECRET_BYTES: Final = 32  # 256 bits: nobody guesses that
# A working day; who is away from it for longer than half an hour signs in again.
_LASTS: Final = timedelta(hours=9)
_IDLE: Final = timedelta(minutes=30)
# Seeing that a session is in use need not be a write for every page.
_TOUCH_EVERY: Final = timedelta(minutes=1)
_LINK_LASTS: Final = timedelta(minutes=15)


class Role(StrEnum):
    """What somebody does here; each person has one."""

    VIEWER = "viewer"
    HANDLER = "handler"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What a role may do in the console."""

    LOOK = "look"  # at everything that says nothing about a person
    REVEAL = "reveal"  # personal data, with a reason
    HANDLE = "handle"  # manual cases and requests
    OPERATE = "operate"  # replays, parties, tokens
    AUDIT = "audit"  # who saw and did what


PERMISSIONS: Final[dict[Role, frozenset[Permission]]] = {
    Role.VIEWER: frozenset({Permission.LOOK}),
    Role.HANDLER: frozenset({Permission.LOOK, Permission.REVEAL, Permission.HANDLE}),
    Role.ADMINISTRATOR: frozenset({Permission.LOOK, Permission.REVEAL, Permission.OPERATE}),
    Role.AUDITOR: frozenset({Permission.LOOK, Permission.AUDIT}),
}


class Person(Struct, frozen=True):
    """Somebody who is signed in."""

    subject: str
    name: str
    role: Role

    def may(self, permission: Permission) -> bool:
        """Say whether their role allows it."""
        return permission in PERMISSIONS[self.role]

    @property
    def caller(self) -> Caller:
        """Give the person as the services know who asks; the console shows what an administrator's token may see."""
        return Caller("console", frozenset({Scope.ADMIN}), frozenset(), person=self.subject)

    def speaking_for(self, municipality: str) -> Caller:
        """Give the person as one who decides for a municipality: what they say goes out in its name."""
        return Caller("console", frozenset({Scope.EXCHANGE}), frozenset({municipality}), person=self.subject)


class SigningIn:
    """Keeps the sessions of the console."""

    def __init__(self, database: Database, audit: Audit, clock: Clock) -> None:
        """Keep them in this database, and write down who signed in."""
        self._database = database
        self._audit = audit
        self._clock = clock

    def make_link(self, role: Role, actor: str = COMMAND_LINE) -> str:
        """Give the secret of a link that signs somebody in with a role, once, within a quarter of an hour."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        now = self._clock()
        with self._database.write() as connection:
            rows.add_link(connection, _hash(secret), role=role, now=now, expires_at=now + _LINK_LASTS)
            self._audit.add(connection, Act.SIGN_IN_LINK_MADE, actor, role=role)
        return secret

    def by_link(self, secret: str) -> str | None:
        """Use up a link; gives the id of a new session, or nothing for a link that is not good any more."""
        now = self._clock()
        with self._database.write() as connection:
            role = rows.use_link(connection, _hash(secret), now=now)
        return None if role is None else self.begin(Person("link", "Eenmalige link", Role(role)))

    def begin(self, person: Person) -> str:
        """Begin a session for somebody who proved who they are; gives its id, once: only its hash is kept."""
        session_id = secrets.token_urlsafe(_SECRET_BYTES)
        now = self._clock()
        row = rows.SessionRow(
            _hash(session_id), person.subject[:200], person.name[:200], person.role, now, now, now + _LASTS
        )
        with self._database.write() as connection:
            rows.forget_ended(connection, before=now - _LASTS)
            rows.add_session(connection, row)
            self._audit.add(connection, Act.SIGNED_IN, person.caller.actor, role=person.role)
        return session_id

    def who(self, session_id: str) -> Person | None:
        """Tell whose session it is; nothing for one that has ended or was too long idle."""
        now = self._clock()
        with self._database.read() as connection:
            row = rows.get_session(connection, _hash(session_id))
        if row is None or not _holds(row, now):
            return None
        if row.seen_at <= now - _TOUCH_EVERY:
            with self._database.write() as connection:
                rows.touch_session(connection, row.id_hash, now=now)
        return Person(row.subject, row.name, Role(row.role))

    def end(self, session_id: str) -> None:
        """Sign somebody out."""
        with self._database.write() as connection:
            rows.end_session(connection, _hash(session_id), now=self._clock())


def _holds(row: rows.SessionRow, now: datetime) -> bool:
    return row.ended_at is None and now < row.expires_at and now < row.seen_at + _IDLE


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
