"""Dead letters: the messages that could not be delivered, together by what stood in the way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from gateway.store import replays
from gateway.store.engine import Database
from gateway.store.replays import DeadLetterRow

_UNKNOWN: Final = "geen reden opgegeven"
# Enough to look at a few; all of them are replayed by the recipient and the status.
_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class DeadLetterGroup:
    """Dead letters of one recipient with one cause: how many, from when, and the oldest of them."""

    cause: str
    recipient: str
    count: int
    oldest: datetime
    newest: datetime
    message_ids: tuple[UUID, ...]


class DeadLetters:
    """Shows the dead letters."""

    def __init__(self, database: Database) -> None:
        """Look in this database."""
        self._database = database

    def grouped(self, recipients: Sequence[str] = ()) -> list[DeadLetterGroup]:
        """Give the dead letters by cause and recipient, the largest group first."""
        with self._database.read() as connection:
            found = replays.dead_letters(connection, recipients)
        groups: dict[tuple[str, str], list[DeadLetterRow]] = {}
        for letter in found:
            groups.setdefault((_cause(letter.reason), letter.recipient), []).append(letter)
        listed = [_group(cause, recipient, letters) for (cause, recipient), letters in groups.items()]
        return sorted(listed, key=lambda group: (-group.count, group.recipient, group.cause))


def _group(cause: str, recipient: str, letters: Sequence[DeadLetterRow]) -> DeadLetterGroup:
    return DeadLetterGroup(
        cause,
        recipient,
        len(letters),
        min(letter.received_at for letter in letters),
        max(letter.received_at for letter in letters),
        # What is for the back-office alone is counted, and not named.
        tuple(letter.id for letter in letters if not letter.opt_out)[:_NAMED],
    )


def _cause(reason: str | None) -> str:
    """Give what several failures have in common: numbers in it are of one message, and would make each its own."""
    return re.sub(r"[0-9]+", "#", reason.strip()) if reason and reason.strip() else _UNKNOWN
