"""The audit trail: what is written down, and what can be asked of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from gateway.exchange.reason import without_numbers
from gateway.services.caller import Caller
from gateway.services.clock import Clock
from gateway.store import audit
from gateway.store.audit import Entry, EntryRow, SubjectRow, TrailFilter
from gateway.store.engine import Database
from gateway.store.opt_out import opted_out_among
from gateway.store.rows import MessageRow
from gateway.store.search import MessageFilter, search
from gateway.store.vault import Keyring

COMMAND_LINE: Final = "command-line"
"""Who acts where no token or name of a user says it."""

WORKER: Final = "worker"

_PAGE: Final = 500


class Act(StrEnum):
    """What is written down: access to personal data, acts of an administrator, and what people decide."""

    CONTENT_READ = "content-read"
    PERSON_SEARCHED = "person-searched"
    OPT_OUT_SEEN = "opt-out-seen"
    MESSAGES_LEASED = "messages-leased"
    PERSON_EXPORTED = "person-exported"
    CASE_CLOSED = "case-closed"
    REQUEST_DECIDED = "request-decided"
    CASE_READ = "case-read"
    ESCALATION_READ = "escalation-read"
    ESCALATION_OPENED = "escalation-opened"
    ESCALATION_STEP_TAKEN = "escalation-step-taken"
    ESCALATION_ENDED = "escalation-ended"
    WIND_DOWN_READ = "wind-down-read"
    WIND_DOWN_COMPARED = "wind-down-compared"
    WIND_DOWN_BEGUN = "wind-down-begun"
    WIND_DOWN_AGREED = "wind-down-agreed"
    WIND_DOWN_CLOSED = "wind-down-closed"
    COORDINATOR_NAMED = "coordinator-named"
    COORDINATOR_REMOVED = "coordinator-removed"
    HOLD_ADDED = "hold-added"
    HOLD_ENDED = "hold-ended"
    KEYS_ROTATED = "keys-rotated"
    CONTENT_REMOVED = "content-removed"
    SIGNED_IN = "signed-in"
    SIGN_IN_LINK_MADE = "sign-in-link-made"
    REPLAY_STARTED = "replay-started"
    REPLAY_PAUSED = "replay-paused"
    REPLAY_RESUMED = "replay-resumed"
    REPLAY_FINISHED = "replay-finished"
    BACKUP_RESTORED = "backup-restored"
    PARTY_ADDED = "party-added"
    TOKEN_CREATED = "token-created"  # noqa: S105 - the name of an act
    TOKEN_REVOKED = "token-revoked"  # noqa: S105 - the same
    CERTIFICATE_ADDED = "certificate-added"
    CERTIFICATE_REMOVED = "certificate-removed"
    MANDATE_GIVEN = "mandate-given"
    MANDATE_ENDED = "mandate-ended"
    ENDPOINT_ADDED = "endpoint-added"
    ENDPOINT_CHANGED = "endpoint-changed"
    ENDPOINT_REMOVED = "endpoint-removed"


class Flaw(Struct, frozen=True):
    """A place where the trail is not what it was: the number of the entry, and what is wrong there, in Dutch."""

    number: int
    says: str


class Verdict(Struct, frozen=True):
    """What was found of the whole trail: how many entries there are, `number:hash` of the last, and what is wrong."""

    entries: int
    last: str
    flaws: tuple[Flaw, ...]


class PersonFile(Struct, frozen=True):
    """What is kept of the traces of one person: the messages about them, and every act that concerned them."""

    made_at: datetime
    messages: tuple[MessageRow, ...]
    entries: tuple[EntryRow, ...]


@dataclass(slots=True)
class _Ticket:
    """An entry that somebody waits for until it is on disk."""

    entry: Entry
    done: bool = False
    error: BaseException | None = field(default=None)


class Audit:
    """Writes the trail, and reads it."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock) -> None:
        """Keep it in this database."""
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._waiting: list[_Ticket] = []
        self._joining = threading.Lock()
        self._writing = threading.Lock()

    def add(
        self,
        connection: Connection,
        act: str,
        actor: str,
        *,
        messages: Iterable[UUID] = (),
        bsn: str | None = None,
        **detail: Any,
    ) -> None:
        """Write an act down in the transaction that does it, as the last thing in it."""
        entry = self._entry(act, actor, messages, bsn, detail)
        audit.append(connection, self._keyring, [entry])

    def note(
        self, act: str, actor: str, *, messages: Iterable[UUID] = (), bsn: str | None = None, **detail: Any
    ) -> None:
        """Write an act down by itself, and come back when it is on disk; what comes at the same time goes together."""
        ticket = _Ticket(self._entry(act, actor, messages, bsn, detail))
        with self._joining:
            self._waiting.append(ticket)
        with self._writing:
            # Whoever waited for its turn here may find that the one before has taken its entry along.
            if not ticket.done:
                self._write_what_waits()
        if ticket.error is not None:
            raise ticket.error

    def opted_out_seen(self, caller: Caller, shown: Iterable[UUID]) -> None:
        """Write down that somebody other than the two parties is shown messages that are kept from others, and why."""
        if not (caller.is_admin and caller.reason):
            return  # Nobody else is shown any.
        with self._database.read() as connection:
            found = opted_out_among(connection, set(shown))
        foreign = [own for own, parties in found.items() if not caller.is_party(*parties)]
        if foreign:
            self.note(Act.OPT_OUT_SEEN, caller.actor, messages=foreign, reason=without_numbers(caller.reason))

    def _entry(self, act: str, actor: str, about: Iterable[UUID], bsn: str | None, detail: dict[str, Any]) -> Entry:
        return Entry(kind=str(act), actor=actor, at=self._clock(), messages=tuple(about), bsn=bsn, detail=detail)

    def _write_what_waits(self) -> None:
        with self._joining:
            batch, self._waiting = self._waiting, []
        error: BaseException | None = None
        try:
            with self._database.write() as connection:
                audit.append(connection, self._keyring, [ticket.entry for ticket in batch])
        except Exception as failed:  # noqa: BLE001 - each of those who wait raises it
            error = failed
        for ticket in batch:
            ticket.error, ticket.done = error, True

    def listed(self, wanted: TrailFilter, *, limit: int, before: int | None) -> tuple[list[EntryRow], int | None]:
        """Give entries, newest first, and where the next page begins."""
        with self._database.read() as connection:
            found = audit.listed(connection, wanted, limit=limit + 1, before=before)
        more = found[limit - 1].number if len(found) > limit else None
        return found[:limit], more

    def verify(self, anchor: tuple[int, str] | None = None) -> Verdict:
        """Look at the whole trail for entries that were changed, removed or put in.

        `anchor` is the number and the hash of an entry as somebody noted them elsewhere: with it, a trail that was
        written anew from the beginning, or cut off behind, is found out as well.
        """
        walk = _Walk(anchor)
        flaws: list[Flaw] = []
        with self._database.read() as connection:
            entries = audit.chain(connection)
            while page := list(islice(entries, _PAGE)):
                flaws += walk.over(page)
                flaws += self._pointing_elsewhere(connection, page)
            # Asked for only now: what was added during the walk is in it, and what lies behind it does not belong.
            number, last = audit.head(connection)
            flaws += walk.over(audit.chain(connection, after=walk.number, until=number))
            flaws += walk.to_the_end(number, last)
        return Verdict(walk.entries, f"{number}:{last.hex()}", tuple(flaws))

    def _pointing_elsewhere(self, connection: Connection, page: list[EntryRow]) -> Iterator[Flaw]:
        found = audit.pointers(connection, [entry.number for entry in page])
        for entry in page:
            if found.messages.get(entry.number, set()) != set(entry.messages):
                yield Flaw(entry.number, "de verwijzingen naar berichten horen niet bij de regel")
            if not self._same_person(entry, found.subjects.get(entry.number)):
                yield Flaw(entry.number, "de verwijzing naar de persoon hoort niet bij de regel")

    def _same_person(self, entry: EntryRow, pointer: SubjectRow | None) -> bool:
        if entry.subject is None or pointer is None:
            return entry.subject is None and pointer is None
        key_id, _, bsn_hash = entry.subject.partition(":")
        if pointer.key_id == key_id:
            return pointer.bsn_hash.hex() == bsn_hash
        # The keys were changed since. As long as the old one is there, it can be compared still.
        now_under = self._keyring.bsn_hash_under(key_id, audit.bsn_beside(self._keyring, pointer))
        return now_under is None or now_under.hex() == bsn_hash

    def about(self, bsn: str, actor: str) -> PersonFile:
        """Give the traces of a person; that somebody asked for them is written down first."""
        self.note(Act.PERSON_EXPORTED, actor, bsn=bsn)
        now = self._clock()
        with self._database.read() as connection:
            kept: list[MessageRow] = []
            after: UUID | None = None
            while page := search(connection, self._keyring, MessageFilter(bsn=bsn), limit=_PAGE, now=now, after=after):
                kept += (message.seen_at(now) for message in page)
                after = page[-1].id
            entries = tuple(audit.about_person(connection, self._keyring.bsn_hashes(bsn)))
        return PersonFile(now, tuple(reversed(kept)), entries)


class _Walk:
    """Goes along the chain, entry by entry."""

    def __init__(self, anchor: tuple[int, str] | None) -> None:
        self.entries = 0
        self.number = 0
        self._last = bytes(32)
        self._anchor = anchor

    def over(self, page: Iterable[EntryRow]) -> Iterator[Flaw]:
        """Look at the next entries."""
        for entry in page:
            if entry.number > self.number + 1:
                yield self._gap(entry.number - 1)
            elif entry.hash != entry.chained_to(self._last):
                yield Flaw(entry.number, "deze regel, of de hash van die ervoor, is veranderd")
            if self._anchor and self._anchor[0] == entry.number and self._anchor[1] != entry.hash.hex():
                yield Flaw(entry.number, "de hash is niet meer die welke u hebt genoteerd")
            self.entries += 1
            self.number, self._last = entry.number, entry.hash

    def to_the_end(self, number: int, last: bytes) -> Iterator[Flaw]:
        """Hold the end against what is written down of it."""
        if self.number < number:
            yield self._gap(number)
        elif self.number > number:
            yield Flaw(number + 1, "wat vanaf hier staat, is er niet door de gateway achter gezet")
        elif self._last != last:
            yield Flaw(number, "de hash van de laatste regel is niet die welke daarvan is opgeschreven")
        if self._anchor and self._anchor[0] > number:
            yield Flaw(self._anchor[0], "deze regel, waarvan u de hash hebt genoteerd, is er niet meer")

    def _gap(self, until: int) -> Flaw:
        first = self.number + 1
        says = "deze regel ontbreekt" if until == first else f"de regels {first} tot en met {until} ontbreken"
        return Flaw(first, says)
