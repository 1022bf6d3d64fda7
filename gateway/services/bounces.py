"""Bounces: a mail that was handed in and came back after all is noted at its case, so that somebody phones."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from gateway.logs import get_logger
from gateway.services.case_opening import CASE
from gateway.services.clock import Clock
from gateway.store import manual_cases, outbox
from gateway.store.engine import Database
from gateway.store.events import add_events
from gateway.transport.mailbox import Mailbox, MailboxUnreadableError
from gateway.transport.transport import harmless
from gateway.wire.bounce import read_bounce

# Some minutes later people phone as soon; and a provider of mailboxes does not like to be asked all the time.
_EVERY_SECONDS: Final = 120.0

_log = get_logger(__name__)


class Bounces:
    """Reads the mailbox that the return address leads to; several workers may, for what is noted is noted once."""

    def __init__(self, database: Database, mailbox: Mailbox, clock: Clock) -> None:
        """Read this mailbox, and note in this database."""
        self._database = database
        self._mailbox = mailbox
        self._clock = clock
        self._next = 0.0

    def read(self) -> int:
        """Look into the mailbox, if that was some minutes ago; gives how many mails were there."""
        if time.monotonic() < self._next:
            return 0
        self._next = time.monotonic() + _EVERY_SECONDS
        try:
            return self._mailbox.read_new(self._note)
        except MailboxUnreadableError as error:
            _log.warning("bounces-not-read", reason=str(error))
            return 0

    def _note(self, mail: bytes) -> None:
        bounce = read_bounce(mail)
        if bounce is None:
            return
        with self._database.write() as connection:
            row = outbox.get(connection, bounce.mail)
            if row is not None and row.message_id is not None:
                says = harmless(bounce.says) or "zonder reden"
                _came_back(connection, row.message_id, row.purpose, says, self._clock())


def _came_back(connection: Connection, message_id: UUID, purpose: str, says: str, now: datetime) -> None:
    if purpose == CASE and not manual_cases.bounced(connection, message_id, bounce=says, now=now):
        return
    add_events(connection, [(message_id, now, "mail-bounced", {"about": purpose, "cause": says})])
