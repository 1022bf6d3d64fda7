"""Settling a message once more that was refused when it came: by what is known and agreed today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from gateway.errors import InvalidBerichtError
from gateway.exchange.address import address_of
from gateway.exchange.refusal import Refusal
from gateway.services.caller import Caller
from gateway.services.drafting import Candidate, Draft
from gateway.services.judging import judged
from gateway.services.ledger import Changes, Ledger
from gateway.services.settling import Batch, Round, Settling, Taken, answered_already, refusal_of_address
from gateway.store import messages, rebuilding, revival
from gateway.store.rows import MessageRow
from gateway.wire.document import Document
from gateway.wire.refusal import Refusal as ReadRefusal

# Who sent a message that is judged again is not asked once more.
_NOBODY = Caller("", frozenset(), frozenset())


class Judged(Struct, frozen=True):
    """What a message is by today's rules, lists and agreements.

    `sender_was_told` says of one that is taken after all whether its sender may have seen the refusal.
    """

    draft: Draft
    sender_was_told: bool = False


@dataclass
class Resettling(Settling):
    """Settles messages that are kept already, one at a time."""

    def reconsider(self, document: Document, message: MessageRow) -> Candidate | ReadRefusal:
        """Judge a message as far as that takes no database; a schema of today may refuse what one of then let in."""
        reading = self.codec.read(document)
        if reading.bericht is None:
            if reading.refusal is None:
                raise AssertionError  # A reading without a message has a refusal.
            return reading.refusal
        findings = judged(reading, document, self.surroundings.outside(), decides=True).findings
        return Candidate(
            reading.bericht,
            address_of(reading.bericht),
            document,
            _NOBODY,
            findings,
            opt_out=message.opt_out,
            kept_as=message.id,
        )

    def to_people(
        self, connection: Connection, document: Document, message: MessageRow, marked: dict[str, Any]
    ) -> None:
        """Put a message before people that was in a queue, now that its municipality wants that."""
        now = self.clock()
        bericht = self.codec.read(document).bericht
        if bericht is None:
            raise InvalidBerichtError("A message that is kept does not fit the schemas in force.")
        candidate = Candidate(
            bericht, address_of(bericht), document, _NOBODY, opt_out=message.opt_out, kept_as=message.id
        )
        draft = self.drafting.handed_over(candidate, now)
        revival.to_people(connection, self.keyring, draft, marked, now=now)
        batch = Batch(self._look_up(connection, [candidate], now), [Taken(draft, candidate)], Changes((), {}), [draft])
        for follow in self.followers:
            follow(connection, batch)

    def again(self, connection: Connection, candidate: Candidate, marked: dict[str, Any]) -> Judged | Refusal:
        """Judge a message by all that is known, and take it where it is right now; else nothing is written.

        `marked` goes into the timeline. Gives a refusal where the message has no place any more: a party that left,
        or a message that was answered by another one meanwhile.
        """
        now = self.clock()
        known = replace(self._look_up(connection, [candidate], now), tokens={_NOBODY.token_id})
        key = candidate.address.answers
        refusal = refusal_of_address(candidate, known)
        if refusal is None and key and messages.answered_among(connection, {known.answered[key].id}):
            refusal = answered_already(candidate.address.type)
        if refusal is not None:
            return refusal
        this = Round(connection, known, Ledger(connection, self.keyring, now), rebuilding.is_complete(connection), {})
        entry = None if candidate.breaches else self._entry(this, candidate)
        this.ledger.open([entry] if entry else [])
        draft = self._draft(this, candidate, entry)
        if not draft.counts:
            return Judged(draft)
        changes = this.ledger.close()
        told = revival.take_after_all(connection, self.keyring, draft.message, marked, now=now)
        this.ledger.close_declarations()
        for follow in (*self.writers, *self.followers):
            follow(connection, Batch(known, this.taken, changes, [draft.message]))
        return Judged(draft, told)
