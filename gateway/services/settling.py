"""Settling messages that may be sent: judge them by what is known, keep them, and write what follows, all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeAlias
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from gateway.errors import ConflictError, InvalidBerichtError
from gateway.exchange.address import MessageKey, municipality_of, requests_answered_by
from gateway.exchange.refusal import Refusal, Refused, refuse
from gateway.exchange.route import HistoryChecks, RouteTable
from gateway.exchange.uitkomst import refuses
from gateway.ijw.bericht import Bericht, Retourbericht
from gateway.ijw.finding import Finding
from gateway.services.caller import Caller
from gateway.services.clock import Clock, dutch_day
from gateway.services.drafting import Candidate, Draft, Drafting, Known, row_of
from gateway.services.judging import judged_against
from gateway.services.ledger import ByHand, Changes, Entry, Ledger
from gateway.services.surroundings import Surroundings
from gateway.store import manual_cases, messages, opt_out
from gateway.store.admission import ask_admission, known_parties
from gateway.store.engine import Database
from gateway.store.messages import AlreadyAnswered, Duplicate, NewMessage, Stored
from gateway.store.rows import MessageRow
from gateway.store.vault import Keyring
from gateway.wire.codec import Codec
from gateway.wire.document import Document

_IDENTIFICATIE: Final = "/Bericht/Header/BerichtIdentificatie/Identificatie"
# Somebody else may be a moment sooner once or twice; who is overtaken time and again is told to try later.
_MOST_TRIES: Final = 4


class Accepted(Struct, frozen=True):
    """A message that is kept; `new` is false when the same bytes had been taken before."""

    message: MessageRow
    new: bool


class Taken(Struct, frozen=True):
    """A message that was just written and counts: it was not rejected.

    `refused` is the message that it answers, where this is a refusal of it.
    """

    message: NewMessage
    candidate: Candidate
    refused: Bericht | None = None


class Batch(Struct, frozen=True):
    """What a transaction took, and what that changed of clients' dossiers and of requests."""

    known: Known
    taken: Sequence[Taken]
    changes: Changes
    written: Sequence[NewMessage]  # all of them, also those that do not count


# Writes what follows from messages, in the transaction that takes them.
Follower: TypeAlias = Callable[[Connection, Batch], None]


# Does what belongs to settling messages in the same transaction; it is given what became of them.
Also: TypeAlias = Callable[[Connection, Sequence[Accepted | Refusal]], None]


class _Twin(Struct, frozen=True):
    """The same message stands earlier in the batch, at this place."""

    place: int


_Old: TypeAlias = Duplicate | AlreadyAnswered | _Twin
_Drafted: TypeAlias = Draft | Refusal | _Old


@dataclass
class Round:
    """One try at a batch."""

    connection: Connection
    known: Known
    ledger: Ledger
    judges: bool
    before: Mapping[int, _Old]  # the messages that are not new, by their place in the batch
    taken: list[Taken] = field(default_factory=list)


@dataclass
class Settling:
    """Settles batches of messages.

    Each of the followers is called with every batch that was written. The `writers` go first, where messages are taken
    anew; for one that was taken before and changes hands they have nothing to write.
    """

    database: Database
    keyring: Keyring
    codec: Codec
    routes: RouteTable
    drafting: Drafting
    surroundings: Surroundings
    clock: Clock
    writers: Sequence[Follower] = ()
    followers: Sequence[Follower] = ()
    _since: dict[str, tuple[date, date]] = field(default_factory=dict)

    def settle(self, candidates: Sequence[Candidate], also: Also | None = None) -> list[Accepted | Refusal]:
        """Keep the messages, all in one transaction; each is kept, known already, or refused for itself.

        Nearly all messages are new, so that is taken for granted first: who looks for each of them beforehand pays
        for it with every message. When one is not, the database refuses it, nothing of the try is kept, and the next
        one does look. What has to happen in the same transaction is done by `also`, in every try.
        """
        for tries in range(1, _MOST_TRIES):
            try:
                return self._settle(candidates, also, look=tries > 1)
            except ConflictError:
                continue
        return self._settle(candidates, also, look=True)

    def reject(self, connection: Connection, candidate: Candidate, refusal: Refusal) -> UUID | None:
        """Keep a message as rejected for what is wrong with its delivery; nothing when its Identificatie was used."""
        draft = self.drafting.undeliverable(candidate, refusal.findings, self.clock())
        (outcome,) = messages.save(connection, self.keyring, [draft])
        return outcome.id if isinstance(outcome, Stored) else None

    def refusal_of(self, message: MessageRow, caller: Caller) -> Candidate | None:
        """Make the answer that refuses a message which is kept, to be settled; nothing where there is none.

        The caller acts for whom the message was sent to.
        """
        with self.database.read() as connection:
            heen = self._read_back(connection, message)
        return self.drafting.refusal_of(heen, caller, self.clock())

    def _settle(self, candidates: Sequence[Candidate], also: Also | None, *, look: bool) -> list[Accepted | Refusal]:
        now = self.clock()
        with self.database.write() as connection:
            ledger = Ledger(connection, self.keyring, now)
            known = self._look_up(connection, candidates, now, ledger)
            before = _old(connection, candidates, known) if look else {}
            this = Round(connection, known, ledger, known.complete, before)
            drafts = self._drafts(this, candidates)
            new = [draft.message for draft in drafts if isinstance(draft, Draft)]
            messages.lock_answered(connection, new)
            batch = Batch(known, this.taken, this.ledger.close(), new)
            messages.add(connection, self.keyring, new)
            for write in self.writers:
                write(connection, batch)
            this.ledger.close_declarations()
            opt_out.mark_afterwards(connection, _marked_afterwards(candidates, drafts))
            for follow in self.followers:
                follow(connection, batch)
            results = [
                _noticed(connection, _result(candidate, draft, drafts, now))
                for candidate, draft in zip(candidates, drafts, strict=True)
            ]
            if also:
                also(connection, results)
            return results

    def _look_up(
        self, connection: Connection, candidates: Sequence[Candidate], now: datetime, ledger: Ledger | None = None
    ) -> Known:
        """Ask once for everything that taking these messages needs; the dossiers in a ledger are asked for along."""
        asked = ask_admission(connection, {candidate.caller.token_id for candidate in candidates}, now)
        # After the question whether all is known: a dossier that is made meanwhile belongs to what is not known yet.
        if ledger:
            ledger.expect([candidate.bericht for candidate in candidates])
        elsewhere = {candidate.address.recipient for candidate in candidates} - self.routes.routes.keys()
        requests = {key for candidate in candidates for key in requests_answered_by(candidate.bericht)}
        answers = {candidate.address.answers for candidate in candidates if candidate.address.answers}
        admitted = asked()
        return Known(
            now=now,
            tokens=admitted.tokens,
            complete=admitted.complete,
            pushes=admitted.pushes,
            parties=known_parties(connection, elsewhere) | self.routes.routes.keys(),
            answered=messages.find_by_keys(connection, answers) if answers else {},
            requests=messages.requests_for(connection, requests) if requests else {},
        )

    def _drafts(self, this: Round, candidates: Sequence[Candidate]) -> list[_Drafted]:
        """Judge the messages one after the other; each knows what those before it say."""
        told = [
            refusal_of_address(candidate, this.known) or this.before.get(place)
            for place, candidate in enumerate(candidates)
        ]
        entries = [
            self._entry(this, candidate) if old is None and not candidate.breaches else None
            for candidate, old in zip(candidates, told, strict=True)
        ]
        this.ledger.open([entry for entry in entries if entry])
        return [
            old or self._draft(this, candidate, entry)
            for candidate, old, entry in zip(candidates, told, entries, strict=True)
        ]

    def _entry(self, this: Round, candidate: Candidate) -> Entry:
        bericht, key = candidate.bericht, candidate.address.answers
        answered = this.known.answered[key] if key else None
        if answered is None:
            return Entry(bericht)
        refused = isinstance(bericht, Retourbericht) and refuses(bericht)
        heen = self._read_back(this.connection, answered) if refused else None
        return Entry(bericht, answered.id, heen)

    def _read_back(self, connection: Connection, message: MessageRow) -> Bericht:
        """Read a message that is kept."""
        document = Document()
        for part in messages.content_parts(connection, self.keyring, message.id):
            document.append(part)
        with closing(document):
            bericht = self.codec.read(document).bericht
        if bericht is None:
            raise InvalidBerichtError("A message that is kept does not fit the schemas in force.")
        return bericht

    def _draft(self, this: Round, candidate: Candidate, entry: Entry | None) -> Draft:
        if entry is None:
            return self.drafting.draft(candidate, this.known)
        lined = candidate.document if candidate.lined else None
        advice = self._advice(this, candidate, entry, lined)
        advised = replace(candidate, findings=(*candidate.findings, *advice)) if advice else candidate
        draft = self.drafting.draft(advised, this.known, self._contradictions(this, candidate, entry))
        if draft.counts:
            message = draft.message
            this.ledger.write(entry, message.id, by_hand=ByHand.of(message.status), answer=draft.answer)
            this.taken.append(Taken(message, candidate, entry.refused))
        return draft

    def _advice(self, this: Round, candidate: Candidate, entry: Entry, lined: Document | None) -> tuple[Finding, ...]:
        """Hold a message against what the region agreed, and against earlier ones where all of them are known."""
        if not this.judges:
            return self.surroundings.advice_on(candidate.bericht, lined)
        elsewhere = this.ledger.elsewhere(entry) if self.surroundings.look_elsewhere(candidate.bericht) else ()
        return self.surroundings.advice_on(candidate.bericht, lined, this.ledger.dossier(entry), elsewhere)

    def _contradictions(self, this: Round, candidate: Candidate, entry: Entry) -> tuple[Finding, ...]:
        """Judge a message by earlier ones; by half of them it would be refused for what is known after all."""
        if not this.judges or self.drafting.checks_of(candidate) is HistoryChecks.OFF:
            return ()
        since = self._known_since(this, municipality_of(candidate.bericht))
        history = this.ledger.history(entry, since)
        if (tarieven := self.drafting.tarieven_for(candidate)) is not None:
            history = replace(history, tarieven=tarieven)
        return judged_against(candidate.bericht, history, candidate.document if candidate.lined else None)

    def _known_since(self, this: Round, municipality: str) -> date | None:
        """Give the day of the first message from or to a municipality that is known here; asked for once a day."""
        today = dutch_day(this.known.now)
        asked, since = self._since.get(municipality, (None, None))
        if asked != today:
            first = messages.first_received(this.connection, municipality)
            since = dutch_day(first) if first else None
            if since is not None:
                self._since[municipality] = today, since
        return since


def _old(connection: Connection, candidates: Sequence[Candidate], known: Known) -> dict[int, _Old]:
    """Find the messages that are not new: known by their key, or the second answer to one and the same."""
    stored = messages.find_by_keys(connection, {candidate.address.key for candidate in candidates})
    taken = {row.id for row in known.answered.values()}
    answered = messages.answered_among(connection, taken) if taken else set()
    first: dict[MessageKey, int] = {}
    found: dict[int, _Old] = {}
    for place, candidate in enumerate(candidates):
        key, answers = candidate.address.key, candidate.address.answers
        if refusal_of_address(candidate, known) is not None:
            continue
        if key in stored:
            found[place] = Duplicate(stored[key])
        elif key in first:
            found[place] = _Twin(first[key])
        elif answers and not candidate.breaches and known.answered[answers].id in answered:
            found[place] = AlreadyAnswered()
        else:
            first[key] = place
            if answers and not candidate.breaches:
                answered.add(known.answered[answers].id)
    return found


def refusal_of_address(candidate: Candidate, known: Known) -> Refusal | None:
    """Refuse a message that has no place here: its token ended, or a party or what it answers is not known."""
    address = candidate.address
    # A person at the console has a session instead of a token, which was asked for a moment ago.
    if not candidate.caller.person and candidate.caller.token_id not in known.tokens:
        return refuse(Refused.TOKEN_ENDED, "BRS02", "Dit token is zojuist ingetrokken of verlopen.")
    if address.recipient not in known.parties:
        side = "Ontvanger" if candidate.bericht.header.ontvanger == address.recipient else "Afzender"
        return refuse(
            Refused.RECIPIENT_UNKNOWN,
            "BRS04",
            "De partij voor wie het bericht is, is hier niet aangesloten; controleer de code.",
            f"/Bericht/Header/{side}",
        )
    if address.answers is None:
        return None
    answered = known.answered.get(address.answers)
    if answered is None or answered.recipient != address.sender:
        return refuse(
            Refused.ANSWERED_UNKNOWN,
            "BRS33",
            "Het bericht waarop dit een antwoord is, is hier niet bekend; neem de gegevens van dat bericht over.",
            _IDENTIFICATIE,
        )
    return None


def _result(candidate: Candidate, draft: _Drafted, drafts: Sequence[_Drafted], now: datetime) -> Accepted | Refusal:
    if isinstance(draft, Refusal):
        return draft
    if isinstance(draft, Draft):
        row = row_of(draft.message)
        return _violated(row) or Accepted(row, new=True)
    if isinstance(draft, AlreadyAnswered):
        return answered_already(candidate.address.type)
    return _known_already(candidate, _first(draft, drafts), now)


def _marked_afterwards(candidates: Sequence[Candidate], drafts: Sequence[_Drafted]) -> list[UUID]:
    """Give messages that are known already, and of which their sender says only now that they have an opt-out."""
    repeated = (
        (candidate, _first(draft, drafts))
        for candidate, draft in zip(candidates, drafts, strict=True)
        if candidate.opt_out and isinstance(draft, Duplicate | _Twin)
    )
    return [first.id for candidate, first in repeated if first.digest == candidate.document.digest]


def _first(draft: Duplicate | _Twin, drafts: Sequence[_Drafted]) -> MessageRow:
    """Give the message that another one is the same as."""
    if isinstance(draft, Duplicate):
        return draft.existing
    if isinstance(twin := drafts[draft.place], Draft):
        return row_of(twin.message)
    raise AssertionError  # A twin is of one that is new.


def _noticed(connection: Connection, result: Accepted | Refusal) -> Accepted | Refusal:
    """Put with a message that was known already what became of its case."""
    if isinstance(result, Refusal) or result.new:
        return result
    (message,) = manual_cases.noticed(connection, [result.message])
    return replace(result, message=message)


def _known_already(candidate: Candidate, existing: MessageRow, now: datetime) -> Accepted | Refusal:
    if existing.digest == candidate.document.digest:
        existing = replace(existing, opt_out=existing.opt_out or candidate.opt_out)
        return _violated(existing) or Accepted(existing.seen_at(now), new=False)
    return refuse(
        Refused.IDENTIFICATIE_USED,
        "BRS20",
        "Deze Identificatie is door deze afzender al gebruikt voor een ander bericht van dit type; "
        "geef elk bericht een eigen Identificatie.",
        _IDENTIFICATIE,
        retourcode="9056",
    )


def answered_already(message_type: str) -> Refusal:
    """Refuse a second answer."""
    return refuse(
        Refused.ALREADY_ANSWERED,
        "IB019" if message_type == "JW325" else "BRS20",
        "Op dit bericht is al geantwoord; er is één antwoord per bericht.",
        _IDENTIFICATIE,
    )


def _violated(message: MessageRow) -> Refusal | None:
    """Give the refusal of a message that was kept, and breaks a rule inside itself; the same at every repeat."""
    if message.status != "rejected":
        return None
    breaches = tuple(finding for finding in message.findings if finding.source == "rule")
    if not breaches:
        return None
    return Refusal(Refused.RULES_VIOLATED, "BRS28", breaches, message.id)
