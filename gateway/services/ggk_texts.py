"""Texts that came in by the GGk, for whom they are for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from gateway.services.audit import Act, Audit
from gateway.services.caller import Caller
from gateway.services.clock import Clock
from gateway.store import ggk_texts as rows
from gateway.store.content import PART_BYTES
from gateway.store.engine import Database
from gateway.store.ggk import ReceivedRow, remove_received
from gateway.store.ggk_texts import TextRow
from gateway.store.vault import Keyring
from gateway.wire.document import Document

# Nobody knows what is in them, so they stay no longer than it takes to fetch them with a wide margin.
_KEPT: Final = timedelta(days=365)
_BATCH: Final = 50
_EVERY: Final = timedelta(hours=1)


class Texts:
    """The texts of all parties."""

    def __init__(self, database: Database, keyring: Keyring, audit: Audit, clock: Clock) -> None:
        """Keep them in this database, encrypted with these keys."""
        self._database = database
        self._keyring = keyring
        self._audit = audit
        self._clock = clock
        self._next = clock()

    def keep_in(self, connection: Connection, received: ReceivedRow, file_name: str, content: Document) -> None:
        """Keep a text in the transaction that takes its envelope."""
        text = TextRow(
            received.id,
            received.sender,
            received.recipient,
            received.function,
            file_name,
            content.size,
            received.received_at,
        )
        rows.add_text(connection, self._keyring, text, content.chunks(PART_BYTES))

    def listed(self, caller: Caller, *, limit: int) -> list[TextRow]:
        """List the newest texts for the parties of a caller; for an administrator all of them."""
        with self._database.read() as connection:
            return rows.list_texts(connection, None if caller.is_admin else caller.parties, limit=limit)

    def content(self, text_id: UUID, caller: Caller) -> tuple[TextRow, Iterator[bytes]] | None:
        """Give a text, piece by piece; nothing when it is not for the caller."""
        with self._database.read() as connection:
            text = rows.get_text(connection, text_id)
        if text is None or not caller.may_read(text.recipient):
            return None
        self._audit.note(Act.CONTENT_READ, caller.actor, text=str(text_id))
        return text, self._pieces(text_id)

    def _pieces(self, text_id: UUID) -> Iterator[bytes]:
        with self._database.read() as connection:
            yield from rows.text_parts(connection, self._keyring, text_id)

    def remove_old(self) -> int:
        """Remove what was kept long enough, a part of it, at most once an hour; gives how many envelopes and texts.

        An envelope whose content became a message goes with that message.
        """
        now = self._clock()
        if now < self._next:
            return 0
        with self._database.write() as connection:
            removed = rows.remove_texts(connection, before=now - _KEPT, limit=_BATCH)
            removed += remove_received(connection, before=now - _KEPT, limit=_BATCH)
        if not removed:
            self._next = now + _EVERY
        return removed
