"""Dead letters: the messages that could not be delivered, together by what stood in the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from gateway.logs import get_logger
from gateway.store import dead_letters
from gateway.store.dead_letters import DeadLetterGroup
from gateway.store.engine import Database

# Enough to look at a few; all of them are replayed by their cause.
_NAMED: Final = 10

_log = get_logger(__name__)


class DeadLetters:
    """Shows the dead letters."""

    def __init__(self, database: Database) -> None:
        """Look in this database."""
        self._database = database

    def grouped(self, recipients: Sequence[str] = ()) -> list[DeadLetterGroup]:
        """Give the dead letters by cause and recipient, the largest group first."""
        with self._database.read() as connection:
            return dead_letters.grouped(connection, recipients, named=_NAMED)


def warn_of_new_cause(connection: Connection, message_id: UUID) -> None:
    """Log that a message could not be delivered, unless another one stands there for the same cause already.

    The words of the cause are the other side's, and may be about somebody: they are where only who may read them looks.
    """
    if found := dead_letters.first_of_cause(connection, message_id):
        recipient, cause = found
        _log.warning("dead-letter", recipient=recipient, cause=cause, message=str(message_id))
