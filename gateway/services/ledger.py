"""What is known of clients, requests and declarations, in the transaction that takes messages or goes over them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cached_property, partial
from itertools import islice
from typing import Final, Self
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from gateway.exchange.address import RequestKey, parties_of, requests_answered_by, requests_in, subjects_of
from gateway.exchange.feiten import (
    RequestFile,
    answered,
    facts_of,
    request_without,
    requests_of,
    without,
)
from gateway.exchange.uitkomst import Antwoord, Uitkomst, antwoord_of
from gateway.ijw.bericht import Bericht, Kant, Retourbericht
from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.dossier import Dossier, Verzoek
from gateway.ijw.toewijzing import JW301
from gateway.ijw.verzoek import JW315, JW317, JW319
from gateway.rules.history import Declaratie, History, Nummer
from gateway.services.clock import dutch_day
from gateway.store import declarations
from gateway.store.allocations import AllocationRow, numbered
from gateway.store.declarations import NewDeclaration
from gateway.store.dossiers import ClientKey, Dossiers
from gateway.store.requests import Requests
from gateway.store.vault import Keyring

# A client's other requests matter to these: while one is open there may be no other (OP350).
_WITH_REQUESTS: Final = (JW301, JW315, JW317)


class ByHand(Enum):
    """Whether people handle a message, outside the exchange."""

    NO = "no"
    TO_DO = "manual"
    DONE = "handled"

    @classmethod
    def of(cls, status: str) -> Self:
        """Tell it by the status of a message."""
        return next((one for one in cls if one.value == status), cls.NO)


@dataclass(frozen=True)
class Entry:
    """A message, with the id of what it answers.

    `refused` is the heenbericht of a retourbericht that refuses it, and None for every other message.
    """

    bericht: Bericht
    answers: UUID | None = None
    refused: Bericht | None = None

    @cached_property
    def own_clients(self) -> tuple[ClientKey, ...]:
        """Give the clients of the message itself."""
        return tuple(clients_of(self.bericht))

    @cached_property
    def clients(self) -> tuple[ClientKey, ...]:
        """Give the clients whose dossiers it is about."""
        return (*self.own_clients, *clients_of(self.refused)) if self.refused else self.own_clients

    @property
    def requests(self) -> Iterator[RequestKey]:
        """Give the requests that it makes, answers, or takes away."""
        for bericht in (self.bericht, self.refused):
            yield from (*requests_in(bericht), *requests_answered_by(bericht)) if bericht else ()


class Changes(Struct, frozen=True):
    """What taking messages changed: dossiers, without what was refused, and requests.

    Of declarations with more clients than are in memory at once not all dossiers are in it.
    """

    dossiers: tuple[tuple[UUID, str, str, Dossier], ...]  # id, municipality, provider
    requests: Mapping[RequestKey, RequestFile]


class Ledger:
    """The books of one transaction: open them for all messages of it, then ask and write per message, then close."""

    def __init__(self, connection: Connection, keyring: Keyring, now: datetime) -> None:
        """Begin without having read anything."""
        self._connection = connection
        self._keyring = keyring
        self._now = now
        self._dossiers = Dossiers(connection, keyring, now)
        self._requests = Requests(connection, keyring)
        self._granted: dict[UUID, set[UUID]] = {}
        self._declarations: dict[UUID, NewDeclaration] = {}
        self._new_references: list[tuple[str, str, UUID, UUID]] = []
        self._numbered: dict[str, list[tuple[AllocationRow, bytes]]] = {}

    def expect(self, berichten: Collection[Bericht]) -> None:
        """Have what messages are about read along with what is asked next, before they are opened.

        Not where one of them is an answer: what that is about is known only later, and all is locked in one order.
        """
        if not any(isinstance(bericht, Retourbericht | JW325) for bericht in berichten):
            clients = (client for bericht in berichten for client in clients_of(bericht))
            self._dossiers.expect(list(dict.fromkeys(clients)))

    def open(self, entries: Sequence[Entry]) -> None:
        """Lock and read what messages are about, in one order, so that nobody else judges by it meanwhile."""
        declared = [entry.answers for entry in entries if isinstance(entry.bericht, JW325) and entry.answers]
        if declared:
            self._granted = declarations.dossiers_of(self._connection, declared)
        ids = {own for found in self._granted.values() for own in found}
        self._dossiers.lock(list(dict.fromkeys(client for entry in entries for client in entry.clients)), ids)
        references = {(key.provider, key.reference) for entry in entries for key in entry.requests}
        for entry in entries:
            if isinstance(entry.bericht, _WITH_REQUESTS):
                for client in entry.clients:
                    references |= {(client.provider, own) for own in _references_in(self._dossiers.get(client))}
        if references:
            self._requests.lock(references)
        named: dict[str, set[int]] = {}
        for entry in entries:
            if isinstance(entry.bericht, JW301):
                named.setdefault(parties_of(entry.bericht)[0], set()).update(_numbers_in(entry.bericht))
        self._numbered = {
            municipality: numbered(self._connection, self._keyring, municipality, numbers)
            for municipality, numbers in named.items()
        }

    def dossier(self, entry: Entry) -> Dossier:
        """Give what is known of the client of a message that is about one; of any other it is empty."""
        if isinstance(entry.bericht, JW323 | JW325):
            return Dossier()
        return next((self._dossiers.get(client).counting for client in entry.own_clients), Dossier())

    def elsewhere(self, entry: Entry) -> tuple[Dossier, ...]:
        """Give what is known between the municipality and other providers of the client of a message about one."""
        if isinstance(entry.bericht, JW323 | JW325):
            return ()
        return tuple(found.counting for client in entry.own_clients for found in self._dossiers.elsewhere(client))

    def history(self, entry: Entry, since: date | None) -> History:
        """Give what was known before a message, for the rules to judge it by."""
        bericht = entry.bericht
        municipality, provider = parties_of(bericht)
        clients = entry.own_clients
        history = History(today=dutch_day(self._now), since=since, dossiers=_Counting(self._dossiers, clients))
        match bericht:
            case JW301():
                numbers = self._numbers(bericht, municipality, clients[0])
                return replace(history, verzoeken=self._verzoeken(entry, provider), nummers=numbers)
            case JW315() | JW317() | JW319():
                return replace(history, verzoeken=self._verzoeken(entry, provider))
            case JW323():
                used = self._used(bericht, provider)
                return replace(history, referenties=used, declaraties=self._earlier(bericht, provider, municipality))
            case JW325():
                return replace(history, answered=self._declaration(entry.answers))
            case _:
                return history

    def _verzoeken(self, entry: Entry, provider: str) -> dict[str, Verzoek]:
        asks = entry.bericht.AFZENDER is Kant.AANBIEDER
        municipality, _ = parties_of(entry.bericht)
        names = {key.reference for key in entry.requests}
        for client in entry.clients:
            names |= _references_in(self._dossiers.get(client))
        found: dict[str, Verzoek] = {}
        for name in names:
            known = [file.verzoek for _, file in self._requests.known(provider, name)]
            # Who asks may not ask twice, wherever that was (TR347); who answers, answers what itself was asked.
            known.sort(key=lambda verzoek: (asks and not verzoek.gevraagd, verzoek.gemeente != municipality))
            if known:
                found[name] = known[0]
        return found

    def _numbers(self, bericht: JW301, municipality: str, client: ClientKey) -> dict[int, tuple[Nummer, ...]]:
        wanted = _numbers_in(bericht)
        own = self._keyring.bsn_hashes(client.bsn)
        held = {one.id: one for one in self._dossiers.held if one.municipality == municipality}
        found: dict[int, list[Nummer]] = {}
        for row, bsn_hash in self._stored_under(municipality, wanted):
            if row.dossier_id not in held:
                number = Nummer(row.provider, bsn_hash in own, row.latest.product, row.latest.ingangsdatum)
                found.setdefault(row.toewijzing_nummer, []).append(number)
        for one in held.values():
            for nummer in wanted:
                if (version := one.dossier.counting.toewijzing(nummer)) is not None:
                    product = version.klasse
                    number = Nummer(one.provider, one.bsn_hash in own, product.product, product.ingangsdatum)
                    found.setdefault(nummer, []).append(number)
        return {nummer: tuple(numbers) for nummer, numbers in found.items()}

    def _stored_under(self, municipality: str, numbers: set[int]) -> Sequence[tuple[AllocationRow, bytes]]:
        """Give what is stored under numbers; asked once for all messages, as long as what changed is in memory."""
        if self._dossiers.let_go:
            return numbered(self._connection, self._keyring, municipality, numbers)
        return [found for found in self._numbered[municipality] if found[0].toewijzing_nummer in numbers]

    def _used(self, bericht: JW323, provider: str) -> dict[str, UUID]:
        names = (
            prestatie.product_referentie.referentie_nummer
            for client in bericht.declaratie.clienten
            for prestatie in client.prestaties
        )
        wanted = set(names)
        used = {name: message for by, name, message, _ in self._new_references if by == provider and name in wanted}
        return used | declarations.used_references(self._connection, provider, wanted)

    def _earlier(self, bericht: JW323, provider: str, municipality: str) -> tuple[Declaratie, ...]:
        nummer = bericht.declaratie.declaratie_nummer
        stored = declarations.under_number(self._connection, provider, nummer)
        latest = declarations.latest(self._connection, provider, municipality)
        here = [new.declaratie for new in self._declarations.values() if new.provider == provider]
        known = {found.bericht: found for found in (*stored, *([latest] if latest else []), *here)}
        at_home = [found for found in known.values() if found.gemeente == municipality]
        last = max(at_home, key=lambda found: (found.periode.begindatum, found.bericht), default=None)
        return tuple(found for found in known.values() if found.declaratie_nummer == nummer or found is last)

    def _declaration(self, message_id: UUID | None) -> Declaratie | None:
        return declarations.declaration(self._connection, message_id) if message_id else None

    def write(
        self, entry: Entry, message_id: UUID, *, by_hand: ByHand = ByHand.NO, answer: Bericht | None = None
    ) -> None:
        """Write down what a message that was taken says; `answer` is the one that the gateway gives at once."""
        bericht = entry.bericht
        if isinstance(bericht, JW325):
            if entry.answers:
                self._settle(entry.answers, antwoord_of(bericht))
        elif isinstance(bericht, Retourbericht):
            if entry.refused and entry.answers:
                self._strike_out(entry.refused, entry.answers)
        else:
            self._add(bericht, message_id, by_hand=by_hand)
            if isinstance(bericht, JW323):
                self._declare(bericht, message_id, antwoord_of(answer) if isinstance(answer, JW325) else None)

    def _add(self, bericht: Bericht, message_id: UUID, *, by_hand: ByHand) -> None:
        municipality, provider = parties_of(bericht)
        dossier_id = None
        if not isinstance(bericht, JW323):
            for bsn, facts in facts_of(bericht, message_id):
                dossier_id = self._dossiers.add(ClientKey(municipality, provider, bsn), facts)
        dossiers = frozenset({(message_id, dossier_id)} if dossier_id else ())
        manual = frozenset({message_id} if by_hand is not ByHand.NO else ())
        handled = frozenset({message_id} if by_hand is ByHand.DONE else ())
        for key, verzoek in requests_of(bericht, message_id):
            self._requests.add(key, RequestFile(verzoek, manual, handled, dossiers))

    def _declare(self, bericht: JW323, message_id: UUID, antwoord: Antwoord | None) -> None:
        municipality, provider = parties_of(bericht)
        uitkomst = antwoord.uitkomst if antwoord else None
        self._declarations[message_id] = NewDeclaration.of(bericht, message_id, uitkomst)
        clients = list(clients_of(bericht))
        for place, (bsn, facts) in enumerate(facts_of(bericht, message_id)):
            client = ClientKey(municipality, provider, bsn)
            own = self._dossiers.add(client, facts, islice(clients, place + 1, None))
            if antwoord:
                self._dossiers.change(client, partial(answered, message_id=message_id, refused=antwoord.refused))
            for fact in facts.prestaties:
                reference = fact.klasse.product_referentie.referentie_nummer
                self._new_references.append((provider, reference, message_id, own))

    def _settle(self, message_id: UUID, antwoord: Antwoord) -> None:
        refused = antwoord.uitkomst is Uitkomst.REFUSED
        change = partial(without, message_id=message_id)
        if not refused:
            change = partial(answered, message_id=message_id, refused=antwoord.refused)
        self._dossiers.change_all(self._granted.get(message_id, set()), change)
        # At once, for what comes after it in the same transaction is judged by what is stored.
        declarations.settle_declaration(self._connection, message_id, antwoord.uitkomst)

    def _strike_out(self, bericht: Bericht, message_id: UUID) -> None:
        for client in clients_of(bericht):
            self._dossiers.change(client, partial(without, message_id=message_id))
        for key in (*requests_in(bericht), *requests_answered_by(bericht)):
            self._requests.change(key, partial(request_without, message_id=message_id))

    def close(self) -> Changes:
        """Write dossiers and requests, and tell what changed; before the messages themselves are written."""
        changed = tuple(
            (held.id, held.municipality, held.provider, held.dossier.counting)
            for held in self._dossiers.held
            if held.changed
        )
        changes = Changes(changed, self._requests.changed)
        self._dossiers.flush()
        self._requests.flush()
        return changes

    def close_declarations(self) -> None:
        """Write the declarations, once their messages are there."""
        if self._declarations:
            declarations.save_declarations(self._connection, self._declarations.values())
            declarations.save_references(self._connection, self._new_references)


class _Counting(Mapping[str, Dossier]):
    """The dossiers of a message's clients without what was refused, read as they are asked for, in their order."""

    def __init__(self, dossiers: Dossiers, clients: Sequence[ClientKey]) -> None:
        self._dossiers = dossiers
        self._clients = clients
        self._places = {client.bsn: place for place, client in enumerate(clients)}
        self._last: tuple[str, Dossier] | None = None

    def __getitem__(self, bsn: str) -> Dossier:
        # Many rules in a row ask for the same client.
        if self._last is None or self._last[0] != bsn:
            place = self._places[bsn]
            following = islice(self._clients, place + 1, None)
            self._last = bsn, self._dossiers.get(self._clients[place], following).counting
        return self._last[1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _numbers_in(bericht: JW301) -> set[int]:
    return {product.toewijzing_nummer for product in bericht.client.toegewezen_producten}


def clients_of(bericht: Bericht) -> Iterator[ClientKey]:
    """Give the clients of a message, each once; a retourbericht is about those of its heenbericht."""
    if not isinstance(bericht, Retourbericht):
        municipality, provider = parties_of(bericht)
        for bsn in subjects_of(bericht):
            yield ClientKey(municipality, provider, bsn)


def _references_in(dossier: Dossier) -> set[str]:
    asked = {fact.klasse.referentie_aanbieder for fact in dossier.aanvragen}
    asked |= {fact.klasse.referentie_aanbieder for fact in dossier.wijzigingen}
    return asked | {
        reference for fact in dossier.toewijzingen if (reference := fact.klasse.referentie_aanbieder) is not None
    }
