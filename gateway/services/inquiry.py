"""Looking things up: one message with all that happened to it, its content, and lists of messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from gateway.errors import ContentRemovedError, InvalidBerichtError
from gateway.ijw.bericht import Bericht
from gateway.services.audit import Act, Audit
from gateway.services.caller import Caller
from gateway.services.clock import Clock
from gateway.store import manual_cases, messages
from gateway.store.engine import Database
from gateway.store.messages import MessageFilter
from gateway.store.rows import EventRow, MessageRow
from gateway.store.vault import Keyring
from gateway.wire.codec import Codec
from gateway.wire.document import Document
from gateway.wire.json_form import to_json
from gateway.wire.masking import masked

_TYPED_SIZE: Final = 256 * 1024


class Happening(Struct, frozen=True):
    """Something that happened to a message."""

    at: datetime
    kind: str
    detail: Mapping[str, object]


class Detail(Struct, frozen=True):
    """A message, what happened to it, and what belongs to it."""

    message: MessageRow
    timeline: list[Happening]
    related: list[tuple[MessageRow, str]]


class Covered(Struct, frozen=True):
    """A message to be shown without what is personal: its document is covered, its typed form has to be by its reader.

    Of a large message there is no typed form: nobody reads thousands of rows.
    """

    document: Document
    bericht: Bericht | None


class Inquiry:
    """Shows each caller what is theirs."""

    def __init__(self, database: Database, keyring: Keyring, codec: Codec, audit: Audit, clock: Clock) -> None:
        """Look in this database, and write down who looked at what is personal."""
        self._database = database
        self._audit = audit
        self._keyring = keyring
        self._codec = codec
        self._clock = clock

    def detail(self, message_id: UUID, caller: Caller) -> Detail | None:
        """Give a message with its events and relations; nothing when it is not the caller's to see."""
        now = self._clock()
        with self._database.read() as connection:
            message = messages.get(connection, message_id)
            if message is None or not _may_see(caller, message):
                return None
            related = [
                (row.seen_at(now), kind)
                for row, kind in messages.relations(connection, message_id)
                if _may_see(caller, row)
            ]
            happened = timeline(message, messages.events(connection, message_id))
            (message,) = manual_cases.noticed(connection, [message])
        self._audit.opted_out_seen(caller, [message_id, *(row.id for row, _ in related)])
        return Detail(message.seen_at(now), happened, related)

    def content(self, message_id: UUID, caller: Caller, reason: str = "") -> Document | None:
        """Give the exact bytes of a message; nothing when it is not the caller's to see.

        That somebody looked goes into the audit trail, with the reason where one was asked. Raises
        ContentRemovedError when the content was kept as long as it had to be.
        """
        document = self._document(message_id, caller)
        if document is None:
            return None
        try:
            told = {"reason": reason} if reason else {}
            self._audit.note(Act.CONTENT_READ, caller.actor, messages=[message_id], **told)
            self._audit.opted_out_seen(caller, [message_id])
        except BaseException:
            document.close()
            raise
        return document

    def covered(self, message_id: UUID, caller: Caller) -> Covered | None:
        """Give a message with every personal value covered: who looks at that sees nothing of a person."""
        document = self._document(message_id, caller)
        if document is None:
            return None
        with closing(document):
            bericht = self.bericht(document) if document.size <= _TYPED_SIZE else None
            return Covered(masked(document), bericht)

    def _document(self, message_id: UUID, caller: Caller) -> Document | None:
        with self._database.read() as connection:
            message = messages.get(connection, message_id)
            if message is None or not _may_see(caller, message):
                return None
            if not messages.has_content(connection, message_id):
                raise ContentRemovedError
            document = Document()
            for part in messages.content_parts(connection, self._keyring, message_id):
                document.append(part)
            return document

    def bericht(self, document: Document) -> Bericht:
        """Give what a message that is kept says."""
        reading = self._codec.read(document)
        if reading.bericht is None:
            raise InvalidBerichtError("A message that is kept does not fit the schemas in force.")
        return reading.bericht

    def typed_content(self, document: Document) -> dict[str, object]:
        """Give the typed form of a message that is kept."""
        return to_json(self.bericht(document))

    def search(
        self, wanted: MessageFilter, caller: Caller, *, limit: int, after: UUID | None
    ) -> tuple[list[MessageRow], UUID | None]:
        """List messages, newest first, that the caller sent or is addressed by; and where the next page begins."""
        now = self._clock()
        visible = replace(
            wanted,
            parties=None if caller.is_admin else tuple(sorted(caller.parties)),
            with_opt_out=caller.sees_opted_out,
        )
        with self._database.read() as connection:
            found = messages.search(connection, self._keyring, visible, limit=limit + 1, now=now, after=after)
            found = manual_cases.noticed(connection, found)
        if wanted.bsn is not None:
            shown = [row.id for row in found[:limit]]
            self._audit.note(Act.PERSON_SEARCHED, caller.actor, messages=shown, bsn=wanted.bsn)
        self._audit.opted_out_seen(caller, (row.id for row in found[:limit]))
        more = found[limit - 1].id if len(found) > limit else None
        return [row.seen_at(now) for row in found[:limit]], more


def _may_see(caller: Caller, message: MessageRow) -> bool:
    return caller.may_read(message.sender, message.recipient, opt_out=message.opt_out)


# A message begins as waiting, unless one of these was written down at its receipt.
_OTHER_BEGINNINGS = {"manual", "rejected"}


def timeline(message: MessageRow, events: list[EventRow]) -> list[Happening]:
    """Give all that happened to a message, its beginning included."""
    beginning = [Happening(message.received_at, "accepted", {})]
    if not any(event.kind in _OTHER_BEGINNINGS and event.at == message.received_at for event in events):
        beginning.append(Happening(message.received_at, "queued", {}))
    return beginning + [Happening(event.at, event.kind, event.detail) for event in events]


def parts(document: Document) -> Iterator[bytes]:
    """Give a document piece by piece, and let go of it afterwards."""
    try:
        yield from document.chunks()
    finally:
        document.close()
