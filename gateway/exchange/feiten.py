"""From messages to facts: what a message says about each client and each request, and how that is added up.

Facts are a set. Adding is a union, so that the same messages in any order make the same dossier (OP080), and adding
a message twice changes nothing. Names, comments and the BSN are left out of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from gateway.exchange.address import RequestKey, parties_of
from gateway.ijw.bericht import Bericht, Heenbericht
from gateway.ijw.declaratie import JW323
from gateway.ijw.dossier import Dossier, Feit, Verzoek
from gateway.ijw.klasse import Klasse, velden
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.verzoek import JW315, JW317, JW319

K = TypeVar("K", bound=Klasse)
AnyFeit = TypeVar("AnyFeit", bound=Feit[Any])

# Nobody delivers the same start more often on one day; only a client that runs wild does, and a dossier that grew
# with each of its messages would make every next one dearer. The first ones, in the order of facts, stay.
MOST_EQUAL: Final = 12

_LISTS: Final = ("toewijzingen", "aanvragen", "wijzigingen", "starts", "stops", "prestaties")
# What is about people, or for people to read; no rule asks for it.
_LEFT_OUT: Final = frozenset({"commentaar", "naam", "retour_codes"})


class RequestFile(Struct, frozen=True):
    """All that is known under one ReferentieAanbieder of a provider at a municipality.

    `manual` are the messages among them that people handle, `handled` those that they have handled; `dossiers` says
    of each message that has a client which dossier it went to.
    """

    verzoek: Verzoek
    manual: frozenset[UUID] = frozenset()
    handled: frozenset[UUID] = frozenset()
    dossiers: frozenset[tuple[UUID, UUID]] = frozenset()

    @property
    def facts(self) -> tuple[Feit[Any], ...]:
        """Give all facts: what was asked, allocated and answered."""
        return (*self.verzoek.gevraagd, *self.verzoek.toegewezen, *self.verzoek.antwoorden)

    @property
    def dossier(self) -> UUID | None:
        """Give the dossier of the client concerned; None where no message with a client is known yet."""
        by_message = dict(self.dossiers)
        known = [fact for fact in self.facts if fact.bericht in by_message]
        return by_message[min(known, key=lambda fact: fact.order).bericht] if known else None


def facts_of(bericht: Bericht, message_id: UUID) -> Iterator[tuple[str, Dossier]]:
    """Give what a message says about each of its clients, by BSN; each client once. An answer says nothing here."""
    if not isinstance(bericht, Heenbericht):
        return
    mark = bericht.header.bericht_identificatie

    def facts(classes: Iterable[K]) -> tuple[Feit[K], ...]:
        return tuple(Feit(message_id, mark.dagtekening, mark.identificatie, bare(item)) for item in classes)

    match bericht:
        case JW301(client=client):
            yield client.bsn, Dossier(toewijzingen=facts(client.toegewezen_producten))
        case JW305(client=client):
            yield client.bsn, Dossier(starts=facts(client.start_producten))
        case JW307(client=client):
            yield client.bsn, Dossier(stops=facts(client.stop_producten))
        case JW315(client=client):
            yield client.bsn, Dossier(aanvragen=facts(client.aangevraagde_producten))
        case JW317(client=client):
            yield client.bsn, Dossier(wijzigingen=facts((client.verzoek,)))
        case JW323():
            for bsn, prestaties in _by_client(bericht).items():
                yield bsn, Dossier(prestaties=facts(prestaties))
        case _:
            return


def _by_client(bericht: JW323) -> dict[str, Sequence[JW323.Prestatie]]:
    found: dict[str, Sequence[JW323.Prestatie]] = {}
    for client in bericht.declaratie.clienten:
        found[client.bsn] = (*found[client.bsn], *client.prestaties) if client.bsn in found else client.prestaties
    return found


def requests_of(bericht: Bericht, message_id: UUID) -> Iterator[tuple[RequestKey, Verzoek]]:
    """Give what a message says about each request, its own or one that it answers."""
    municipality, provider = parties_of(bericht)
    found: dict[str, Verzoek] = {}
    for reference, name, klasse in _about_requests(bericht):
        mark = bericht.header.bericht_identificatie
        fact = Feit(message_id, mark.dagtekening, mark.identificatie, bare(klasse))
        known = found.get(reference) or Verzoek(reference, municipality)
        changes: dict[str, Any] = {name: (*getattr(known, name), fact)}
        found[reference] = replace(known, **changes)
    for reference, verzoek in found.items():
        yield RequestKey(provider, municipality, reference), verzoek


def _about_requests(bericht: Bericht) -> Iterator[tuple[str, str, Klasse]]:
    """Give each class about a request, with its ReferentieAanbieder and the place of it in a Verzoek."""
    match bericht:
        case JW301():
            for product in bericht.client.toegewezen_producten:
                if product.referentie_aanbieder:
                    yield product.referentie_aanbieder, "toegewezen", product
        case JW315():
            for aanvraag in bericht.client.aangevraagde_producten:
                yield aanvraag.referentie_aanbieder, "gevraagd", aanvraag
        case JW317():
            yield bericht.client.verzoek.referentie_aanbieder, "gevraagd", bericht.client.verzoek
        case JW319():
            yield bericht.antwoord.referentie_aanbieder, "antwoorden", bericht.antwoord
        case _:
            return


def bare(value: K) -> K:
    """Give a berichtklasse without names and comments."""
    changes: dict[str, Any] = {}
    for name, inner in _droppable(type(value)):
        content = getattr(value, name)
        if content is None or content == ():
            continue
        if not inner:
            changes[name] = () if isinstance(content, tuple) else None
        else:
            changes[name] = tuple(map(bare, content)) if isinstance(content, tuple) else bare(content)
    return replace(value, **changes) if changes else value


def _find_droppable(klasse: type[Any]) -> tuple[tuple[str, bool], ...]:
    """Give the fields to leave out of a class, and those with a class inside that has such fields."""
    found = []
    for veld in velden(klasse):
        inner = (veld.item or veld).klasse
        if veld.field in _LEFT_OUT:
            found.append((veld.field, False))
        elif inner is not None and _droppable(inner):
            found.append((veld.field, True))
    return tuple(found)


# A cast, because the type checker takes a class for an instance when it asks whether it can be a key.
_droppable = cast("Callable[[type[Any]], tuple[tuple[str, bool], ...]]", cache(_find_droppable))


def merged(dossier: Dossier, added: Dossier) -> Dossier:
    """Add facts to a dossier; gives the very same one when there is nothing new in them."""
    changes: dict[str, Any] = {}
    for name in _LISTS:
        new: tuple[Feit[Any], ...] = getattr(added, name)
        if new:
            old: tuple[Feit[Any], ...] = getattr(dossier, name)
            facts = _with(old, new, dossier.geweigerd)
            if facts != old:
                changes[name] = facts
    return replace(dossier, **changes) if changes else dossier


def merged_requests(known: RequestFile, added: RequestFile) -> RequestFile:
    """Add what a message says about a request; gives the very same file when there is nothing new in it."""
    changes: dict[str, Any] = {}
    for name in ("gevraagd", "toegewezen", "antwoorden"):
        new: tuple[Feit[Any], ...] = getattr(added.verzoek, name)
        if new:
            old: tuple[Feit[Any], ...] = getattr(known.verzoek, name)
            facts = _with(old, new, frozenset())
            if facts != old:
                changes[name] = facts
    if not changes:
        return known
    return _tidy(
        RequestFile(
            replace(known.verzoek, **changes),
            known.manual | added.manual,
            known.handled | added.handled,
            known.dossiers | added.dossiers,
        )
    )


def handled_by_hand(file: RequestFile, message_id: UUID) -> RequestFile:
    """Write down that people have handled a message that asked: no message has to close the request any more."""
    return _tidy(replace(file, manual=file.manual | {message_id}, handled=file.handled | {message_id}))


def handed_over(file: RequestFile, message_id: UUID) -> RequestFile:
    """Write down that people handle a message that asked, which waited in a queue before."""
    return _tidy(replace(file, manual=file.manual | {message_id}))


def taken_back(file: RequestFile, message_id: UUID) -> RequestFile:
    """Write down that a message that asked went into a queue after all: its answer comes by the exchange."""
    return _tidy(replace(file, manual=file.manual - {message_id}, handled=file.handled - {message_id}))


def _tidy(file: RequestFile) -> RequestFile:
    """Drop what is said of messages that have no fact in the file."""
    messages = {fact.bericht for fact in file.facts}
    handled = file.handled & messages
    return RequestFile(
        replace(file.verzoek, afgehandeld=bool(handled)),
        file.manual & messages,
        handled,
        frozenset(pair for pair in file.dossiers if pair[0] in messages),
    )


def _with(old: tuple[AnyFeit, ...], new: tuple[AnyFeit, ...], refused: frozenset[UUID]) -> tuple[AnyFeit, ...]:
    known = {fact.bericht for fact in old}
    fresh = [fact for fact in new if fact.bericht not in known]
    if not fresh:
        return old
    both = (*old, *fresh)
    return both if len(both) <= MOST_EQUAL else _bounded(both, refused)


def _bounded(facts: tuple[AnyFeit, ...], refused: frozenset[UUID]) -> tuple[AnyFeit, ...]:
    """Keep of equal facts the first ones, of those that count and of those that were refused."""
    groups: dict[Hashable, list[AnyFeit]] = {}
    for fact in facts:
        groups.setdefault((fact.dagtekening, fact.klasse, fact.bericht in refused), []).append(fact)
    dropped = {
        id(fact)
        for group in groups.values()
        if len(group) > MOST_EQUAL
        for fact in sorted(group, key=lambda fact: fact.order)[MOST_EQUAL:]
    }
    return tuple(fact for fact in facts if id(fact) not in dropped) if dropped else facts


def without(dossier: Dossier, message_id: UUID) -> Dossier:
    """Let a message that was refused count for nothing; what it said stays, to be shown."""
    if message_id in dossier.geweigerd or not any(fact.bericht == message_id for fact in all_facts(dossier)):
        return dossier
    refused = dossier.geweigerd | {message_id}
    changes: dict[str, Any] = {name: _bounded(getattr(dossier, name), refused) for name in _LISTS}
    dossier = replace(dossier, **changes)
    left = {fact.bericht for fact in all_facts(dossier)}
    return replace(dossier, geweigerd=refused & left)


def request_without(file: RequestFile, message_id: UUID) -> RequestFile:
    """Take a message that was refused out of a request."""
    verzoek = replace(
        file.verzoek,
        gevraagd=tuple(fact for fact in file.verzoek.gevraagd if fact.bericht != message_id),
        toegewezen=tuple(fact for fact in file.verzoek.toegewezen if fact.bericht != message_id),
        antwoorden=tuple(fact for fact in file.verzoek.antwoorden if fact.bericht != message_id),
    )
    return _tidy(replace(file, verzoek=verzoek))


def answered(dossier: Dossier, message_id: UUID, refused: Collection[str]) -> Dossier:
    """Write down what a JW325 granted of a declaration: all of it but the Prestaties with these ReferentieNummers."""
    own = [fact for fact in dossier.prestaties if fact.bericht == message_id]
    if not own:
        return dossier
    numbers = (fact.klasse.product_referentie.referentie_nummer for fact in own)
    rejected = frozenset((message_id, number) for number in numbers if number in refused)
    return replace(dossier, toegekend=dossier.toegekend | {message_id}, afgewezen=dossier.afgewezen | rejected)


def all_facts(dossier: Dossier) -> Iterator[Feit[Any]]:
    """Give every fact of a dossier."""
    for name in _LISTS:
        yield from cast("tuple[Feit[Any], ...]", getattr(dossier, name))


def numbers_in(dossier: Dossier) -> set[int]:
    """Give the ToewijzingNummers that facts name; a JW317 changes no allocation by itself."""
    facts: tuple[Feit[Any], ...] = (*dossier.toewijzingen, *dossier.starts, *dossier.stops, *dossier.prestaties)
    return {number for fact in facts if (number := fact.klasse.toewijzing_nummer) is not None}
