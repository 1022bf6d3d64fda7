"""What is due by the messages that are taken, written in the transaction that takes them."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from gateway.exchange.deadlines import Between, Deadline, Reckoning, answer_deadline
from gateway.exchange.party import PartyKind, kind_of
from gateway.ijw.berichten import BERICHTEN
from gateway.services.clock import dutch_day, end_of
from gateway.services.settling import Batch
from gateway.store import deadlines
from gateway.store.identifiers import made_at
from gateway.store.messages import NewMessage

# What people handle is answered outside the exchange, and what was rejected has its answer already.
_WITHOUT_ANSWER: Final = frozenset({"manual", "rejected"})


@dataclass(frozen=True, slots=True)
class Due:
    """Works out what is due; working days pass over these days off."""

    feestdagen: Container[date]

    def write(self, connection: Connection, batch: Batch) -> None:
        """Write what messages that were just written open and meet."""
        reckoning = Reckoning(self.feestdagen, received_on)
        found = [found for taken in batch.taken if (found := _answer(taken.message, reckoning)) is not None]
        deadlines.save(connection, [(deadline, end_of(deadline.due)) for deadline in found], now=batch.known.now)


def received_on(message: UUID) -> date:
    """Give the day on which a message was received: its id was made then."""
    return dutch_day(made_at(message))


def _answer(message: NewMessage, reckoning: Reckoning) -> Deadline | None:
    """Give the deadline of the answer to a message, or that which the message meets as an answer."""
    sides = (message.sender, message.recipient)
    between = Between(*(sides if kind_of(message.sender) is PartyKind.MUNICIPALITY else reversed(sides)))
    answered = BERICHTEN[message.type].ANTWOORD_OP
    if answered is not None and message.answers is not None:
        return answer_deadline(answered.TYPE, message.answers, between, message.id, reckoning)
    if message.status in _WITHOUT_ANSWER or message.reply is not None:
        return None
    return answer_deadline(message.type, message.id, between, None, reckoning)
