"""Making anew, from the messages that are kept, everything that follows from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from gateway.errors import InvalidBerichtError
from gateway.exchange.uitkomst import refuses
from gateway.ijw.bericht import Bericht, Retourbericht
from gateway.services.clock import Clock
from gateway.services.ledger import ByHand, Entry, Ledger
from gateway.store import manual_cases, messages, rebuilding
from gateway.store.engine import Database
from gateway.store.manual_cases import CaseRow
from gateway.store.rebuilding import Progress, Step
from gateway.store.rows import MessageRow
from gateway.store.vault import Keyring
from gateway.wire.codec import Codec
from gateway.wire.document import Document

# So many messages a transaction, and so many bytes: posts go on meanwhile, and wait for one of these at most.
_BATCH: Final = 50
_BYTES: Final = 4 * 1024 * 1024


class RebuildReport(Struct, frozen=True):
    """How many of the messages are done; `without_content` are those of which the content was removed."""

    total: int
    done: int = 0
    without_content: int = 0


class Rebuild:
    """Goes over all messages; it can be stopped between two batches, and goes on there the next time."""

    def __init__(self, database: Database, keyring: Keyring, codec: Codec, clock: Clock) -> None:
        """Work on this database."""
        self._database = database
        self._keyring = keyring
        self._codec = codec
        self._clock = clock

    def needed(self) -> bool:
        """Say whether something that follows from the messages is not there yet."""
        with self._database.read() as connection:
            return not rebuilding.is_complete(connection)

    def count(self) -> int:
        """Count the messages to go over."""
        with self._database.read() as connection:
            return rebuilding.how_many(connection)

    def run(self) -> Iterator[RebuildReport]:
        """Go batch by batch, and tell after each how far it is. What was begun before is gone on with.

        First the messages that start something, then the answers to them, whatever their order: an answer refuses or
        grants what is there. What is taken meanwhile is added by its own transaction, and once more here: adding twice
        changes nothing.
        """
        progress = self._begun()
        step, after = progress.step, progress.after
        report = RebuildReport(self.count())
        while True:
            with self._database.write() as connection:
                batch = _bounded(rebuilding.next_messages(connection, step, after, _BATCH))
                if batch:
                    without, after = self._add(connection, batch), batch[-1].id
                    done = report.done + len(batch)
                    report = RebuildReport(max(report.total, done), done, report.without_content + without)
                elif step is Step.MESSAGES:
                    step, after = Step.ANSWERS, None
                else:
                    rebuilding.finish(connection)
                    break
                rebuilding.advance(connection, step, after)
            yield report
        yield report

    def _begun(self) -> Progress:
        """Give how far an earlier run came, or empty everything first; being stopped in that is beginning anew."""
        with self._database.write() as connection:
            progress = rebuilding.progress(connection)
            if progress is not None and progress.step is not Step.WAITING:
                return progress
            rebuilding.begin(connection)
        after: UUID | None = None
        while True:
            with self._database.write() as connection:
                after = rebuilding.empty_dossiers(connection, self._keyring, after, _BATCH)
                if after is None:
                    rebuilding.advance(connection, Step.MESSAGES, None)
                    return Progress(Step.MESSAGES, None)

    def _add(self, connection: Connection, batch: Sequence[MessageRow]) -> int:
        """Write down what messages say; gives how many of them say nothing any more."""
        read = [(row, self._read(connection, row.id)) for row in batch]
        entries = [(row, self._entry(connection, row, bericht)) for row, bericht in read if bericht is not None]
        ledger = Ledger(connection, self._keyring, self._clock())
        ledger.open([entry for _, entry in entries])
        cases = manual_cases.of_messages(connection, [row.id for row, _ in entries])
        for row, entry in entries:
            ledger.write(entry, row.id, by_hand=_by_hand(row, cases.get(row.id)))
        ledger.close()
        ledger.close_declarations()
        return len(batch) - len(entries)

    def _entry(self, connection: Connection, row: MessageRow, bericht: Bericht) -> Entry:
        refused = isinstance(bericht, Retourbericht) and refuses(bericht)
        heen = self._read(connection, row.answers) if refused and row.answers else None
        return Entry(bericht, row.answers, heen)

    def _read(self, connection: Connection, message_id: UUID) -> Bericht | None:
        if not messages.has_content(connection, message_id):
            return None
        document = Document()
        for part in messages.content_parts(connection, self._keyring, message_id):
            document.append(part)
        with closing(document):
            bericht = self._codec.read(document).bericht
        if bericht is None:
            raise InvalidBerichtError("A message that is kept does not fit the schemas in force.")
        return bericht


def _by_hand(row: MessageRow, case: CaseRow | None) -> ByHand:
    """Tell whether people handle a message; a case that ended by the answer to all requests did not end by hand."""
    by_status = ByHand.of(row.status)
    answered = case is not None and not case.unanswered
    return ByHand.TO_DO if answered and by_status is ByHand.DONE else by_status


def _bounded(batch: list[MessageRow]) -> list[MessageRow]:
    """Take no more than fits in memory at a time, but one at least."""
    size = 0
    for place, row in enumerate(batch):
        size += row.size
        if size > _BYTES and place:
            return batch[:place]
    return batch
