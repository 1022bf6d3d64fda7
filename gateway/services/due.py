"""What is due by the messages that are taken, written in the transaction that takes them."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import date
from typing import Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from gateway.exchange.address import parties_of, requests_answered_by, requests_in
from gateway.exchange.deadlines import (
    Between,
    Deadline,
    DeadlineName,
    Kind,
    Reckoning,
    answer_deadline,
    toewijzing_deadlines,
    verzoek_deadlines,
)
from gateway.ijw.bericht import Bericht
from gateway.ijw.berichten import BERICHTEN
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.services.clock import dutch_day, end_of
from gateway.services.settling import Batch, Taken
from gateway.store import deadlines
from gateway.store.identifiers import made_at

# What people handle is answered outside the exchange.
_BY_HAND: Final = "manual"
_OF_REQUEST: Final = (Kind.ANSWER, Kind.INVESTIGATION, Kind.WOONPLAATSBEGINSEL)
_OF_ALLOCATION: Final = (Kind.START, Kind.STOP)


class Due(Struct, frozen=True):
    """Works out what is due; working days pass over these days off."""

    feestdagen: Container[date]

    def write(self, connection: Connection, batch: Batch) -> None:
        """Write what messages that were just written open, meet and drop: one statement for all of them.

        Where a message was refused by its retourbericht, a second one drops what followed from that message alone.
        """
        reckoning = Reckoning(self.feestdagen, received_on)
        found = [*_answers(batch, reckoning), *_requests(batch, reckoning), *_allocations(batch, reckoning)]
        deadlines.save(connection, [(deadline, end_of(deadline.due)) for deadline in found], now=batch.known.now)
        standing = {deadline.name for deadline in found}
        struck = {name: taken.message.id for taken in batch.taken for name in _struck(taken) if name not in standing}
        if struck:
            deadlines.drop(connection, struck, now=batch.known.now)


def received_on(message: UUID) -> date:
    """Give the day on which a message was received: its id was made then."""
    return dutch_day(made_at(message))


def _answers(batch: Batch, reckoning: Reckoning) -> Iterator[Deadline]:
    """Give the deadlines of answers: those that messages wait for, and those that they meet."""
    for taken in batch.taken:
        message, between = taken.message, Between(*parties_of(taken.candidate.bericht))
        answered = BERICHTEN[message.type].ANTWOORD_OP
        deadline = None
        if answered is not None and message.answers is not None:
            deadline = answer_deadline(answered.TYPE, message.answers, between, message.id, reckoning)
        elif message.status != _BY_HAND and message.reply is None:
            deadline = answer_deadline(message.type, message.id, between, None, reckoning)
        if deadline is not None:
            yield deadline


def _requests(batch: Batch, reckoning: Reckoning) -> Iterator[Deadline]:
    for key, file in batch.changes.requests.items():
        yield from verzoek_deadlines(file.verzoek, Between(key.municipality, key.provider), (), reckoning)


def _allocations(batch: Batch, reckoning: Reckoning) -> Iterator[Deadline]:
    """Give the deadlines of the allocations that messages name; a declaration says nothing of them."""
    named: dict[Between, set[int]] = {}
    for taken in batch.taken:
        for bericht in filter(None, (taken.candidate.bericht, taken.refused)):
            named.setdefault(Between(*parties_of(bericht)), set()).update(_numbers(bericht))
    for _, municipality, provider, dossier in batch.changes.dossiers:
        between = Between(municipality, provider)
        # Of a batch about many clients, each has few of the numbers.
        own = {version.klasse.toewijzing_nummer for version in dossier.toewijzingen}
        for nummer in sorted(own.intersection(named.get(between, ()))):
            yield from toewijzing_deadlines(dossier, nummer, between, reckoning)


def _numbers(bericht: Bericht) -> set[int]:
    """Give the ToewijzingNummers that a message allocates, starts or stops."""
    match bericht:
        case JW301(client=client):
            found = {product.toewijzing_nummer for product in client.toegewezen_producten}
        case JW305(client=client):
            found = {product.toewijzing_nummer or 0 for product in client.start_producten}
        case JW307(client=client):
            found = {product.toewijzing_nummer or 0 for product in client.stop_producten}
        case _:
            found = set()
    return found


def _struck(taken: Taken) -> Iterator[DeadlineName]:
    """Name what may have followed from the message that a retourbericht refuses, and from nothing else."""
    if taken.refused is None:
        return
    municipality, provider = parties_of(taken.refused)
    for key in (*requests_in(taken.refused), *requests_answered_by(taken.refused)):
        for kind in _OF_REQUEST:
            yield DeadlineName(key.reference, kind, municipality, provider)
    for nummer in _numbers(taken.refused):
        for kind in _OF_ALLOCATION:
            yield DeadlineName(str(nummer), kind, municipality, provider)
