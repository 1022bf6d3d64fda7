"""Legal holds: to make one, to end one, to see them."""

from __future__ import annotations

from uuid import UUID

from gateway.services.audit import Act, Audit
from gateway.services.clock import Clock
from gateway.store import holds
from gateway.store.engine import Database
from gateway.store.holds import HoldRow
from gateway.store.identifiers import new_id
from gateway.store.vault import Keyring


class Holding:
    """Keeps messages from being removed."""

    def __init__(self, database: Database, keyring: Keyring, audit: Audit, clock: Clock) -> None:
        """Work on this database, and write down who held what."""
        self._database = database
        self._keyring = keyring
        self._audit = audit
        self._clock = clock

    def hold_party(self, code: str, reason: str, actor: str) -> UUID:
        """Hold everything that a party sent or is addressed by."""
        return self._add("party", code, None, reason, actor)

    def hold_message(self, message_id: UUID, reason: str, actor: str) -> UUID:
        """Hold one message."""
        return self._add("message", str(message_id), None, reason, actor)

    def hold_person(self, bsn: str, reason: str, actor: str) -> UUID:
        """Hold every message about a person."""
        return self._add("person", None, bsn, reason, actor)

    def _add(self, kind: str, value: str | None, bsn: str | None, reason: str, actor: str) -> UUID:
        now = self._clock()
        hold_id = new_id(now)
        key_id, sealed = (None, None)
        if bsn is not None:
            key_id, sealed = self._keyring.encrypt(bsn.encode(), holds.hold_place(hold_id))
        row = HoldRow(hold_id, kind, value, key_id, sealed, reason, now, actor, None)
        with self._database.write() as connection:
            holds.add(connection, row)
            self._audit.add(
                connection, Act.HOLD_ADDED, actor, bsn=bsn, hold=str(hold_id), about=kind, value=value, reason=reason
            )
        return hold_id

    def end(self, hold_id: UUID, actor: str) -> bool:
        """End a hold; says whether there is such a hold."""
        with self._database.write() as connection:
            there = holds.end(connection, hold_id, now=self._clock())
            if there:
                self._audit.add(connection, Act.HOLD_ENDED, actor, hold=str(hold_id))
            return there

    def listed(self) -> list[HoldRow]:
        """Give all holds, oldest first."""
        with self._database.read() as connection:
            return holds.listed(connection)
