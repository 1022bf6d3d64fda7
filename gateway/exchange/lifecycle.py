"""The life of an allocation and of a request, as tables of what leads from which state to which.

A state is a function of the facts known, not of their arrival (OP080): facts are put in the order of the days that
they bear, and then walk through the tables. An event that a table does not name for a state leaves it as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from uuid import UUID

from msgspec import Struct

from gateway.exchange.feiten import RequestFile
from gateway.ijw.codes import AFGEWEZEN, DEBET, REDEN_VERVALLEN, REDEN_VERWIJDERD, TIJDELIJK_BEEINDIGD, VERWIJDEREN
from gateway.ijw.declaratie import JW323
from gateway.ijw.dossier import Dossier, Feit, version_order
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.verzoek import JW315, JW317, JW319

Version: TypeAlias = Feit[JW301.ToegewezenProduct]


class Validity(StrEnum):
    """Whether an allocation holds, by the latest JW301."""

    CURRENT = "current"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"


class Delivery(StrEnum):
    """How far the delivery is, by the starts and stops that were not removed."""

    ALLOCATED = "allocated"
    STARTED = "started"
    INTERRUPTED = "interrupted"
    STOPPED = "stopped"


class RequestState(StrEnum):
    """How far the answer to a request is."""

    OPEN = "open"
    MANUAL = "manual"
    UNDER_INVESTIGATION = "underInvestigation"
    REJECTED = "rejected"
    ALLOCATED = "allocated"


class Event(StrEnum):
    """What a fact does to an allocation or a request."""

    ALLOCATED = "allocated"
    REPEATED = "repeated"
    CHANGED = "changed"
    PROLONGED = "prolonged"
    SHORTENED = "shortened"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"
    STARTED = "started"
    START_REMOVED = "startRemoved"
    INTERRUPTED = "interrupted"
    STOPPED = "stopped"
    STOP_REMOVED = "stopRemoved"
    DECLARED = "declared"
    CREDITED = "credited"
    REQUESTED = "requested"
    HANDLED_BY_HAND = "manual"
    INVESTIGATED = "underInvestigation"
    REJECTED = "rejected"


VALIDITY: Final[Mapping[tuple[Validity, Event], Validity]] = MappingProxyType(
    {
        (Validity.CURRENT, Event.WITHDRAWN): Validity.WITHDRAWN,
        (Validity.CURRENT, Event.REMOVED): Validity.REMOVED,
        (Validity.WITHDRAWN, Event.PROLONGED): Validity.CURRENT,
        (Validity.WITHDRAWN, Event.REMOVED): Validity.REMOVED,
        # What was removed ends on the day that it begins; with a later end it is allocated anew.
        (Validity.REMOVED, Event.PROLONGED): Validity.CURRENT,
    }
)
DELIVERY: Final[Mapping[tuple[Delivery, Event], Delivery]] = MappingProxyType(
    {
        (Delivery.ALLOCATED, Event.STARTED): Delivery.STARTED,
        # A stop whose start is not known here tells as well that there was a delivery.
        (Delivery.ALLOCATED, Event.INTERRUPTED): Delivery.INTERRUPTED,
        (Delivery.ALLOCATED, Event.STOPPED): Delivery.STOPPED,
        (Delivery.STARTED, Event.INTERRUPTED): Delivery.INTERRUPTED,
        (Delivery.STARTED, Event.STOPPED): Delivery.STOPPED,
        (Delivery.INTERRUPTED, Event.STARTED): Delivery.STARTED,
        (Delivery.INTERRUPTED, Event.STOPPED): Delivery.STOPPED,
        (Delivery.STOPPED, Event.STARTED): Delivery.STARTED,
    }
)
# Whatever the order, the same answers lead to the same state.
REQUEST: Final[Mapping[tuple[RequestState, Event], RequestState]] = MappingProxyType(
    {
        (RequestState.OPEN, Event.HANDLED_BY_HAND): RequestState.MANUAL,
        (RequestState.OPEN, Event.INVESTIGATED): RequestState.UNDER_INVESTIGATION,
        (RequestState.OPEN, Event.REJECTED): RequestState.REJECTED,
        (RequestState.OPEN, Event.ALLOCATED): RequestState.ALLOCATED,
        (RequestState.MANUAL, Event.INVESTIGATED): RequestState.UNDER_INVESTIGATION,
        (RequestState.MANUAL, Event.REJECTED): RequestState.REJECTED,
        (RequestState.MANUAL, Event.ALLOCATED): RequestState.ALLOCATED,
        (RequestState.UNDER_INVESTIGATION, Event.REJECTED): RequestState.REJECTED,
        (RequestState.UNDER_INVESTIGATION, Event.ALLOCATED): RequestState.ALLOCATED,
        (RequestState.REJECTED, Event.ALLOCATED): RequestState.ALLOCATED,
    }
)


class Moment(Struct, frozen=True):
    """A fact in the life of an allocation or a request, and what it did.

    `changed` are the fields that it changed. One that was refused did nothing after all.
    """

    fact: Feit[Any]
    event: Event
    changed: tuple[str, ...] = ()
    refused: bool = False


class Allocation(Struct, frozen=True):
    """An allocation as the facts have it.

    `started` is the first day of the latest delivery, `ended` the last one of it where that was stopped, for a while
    or for good.
    """

    latest: JW301.ToegewezenProduct
    first_message: UUID
    validity: Validity
    delivery: Delivery
    started: date | None
    ended: date | None

    @property
    def state(self) -> str:
        """Give the state in the contract's words: how far the delivery is, as long as the allocation holds."""
        return str(self.delivery if self.validity is Validity.CURRENT else self.validity)


class Request(Struct, frozen=True):
    """A request as the facts have it.

    `kind` is the message that asked, None while that is not known here; `reason` and `other_municipality` are those
    of the rejection.
    """

    state: RequestState
    kind: str | None
    reason: str | None
    other_municipality: str | None
    first_message: UUID


def allocation_of(dossier: Dossier, nummer: int) -> Allocation | None:
    """Give an allocation of a dossier of which refused messages were left out; None when no JW301 told of it."""
    versions = sorted(dossier.versions(nummer), key=version_order)
    if not versions:
        return None
    validity = Validity.CURRENT
    for moment in version_moments(versions):
        validity = VALIDITY.get((validity, moment.event), validity)
    delivery, started, ended = _delivery(dossier, nummer)
    first = min(version.bericht for version in versions)
    return Allocation(versions[-1].klasse, first, validity, delivery, started, ended)


def _delivery(dossier: Dossier, nummer: int) -> tuple[Delivery, date | None, date | None]:
    starts = [fact.klasse for fact in dossier.standing_starts() if fact.klasse.toewijzing_nummer == nummer]
    stops = [fact.klasse for fact in dossier.standing_stops() if fact.klasse.toewijzing_nummer == nummer]
    state = Delivery.ALLOCATED
    started: date | None = None
    ended: date | None = None
    both: list[JW305.StartProduct | JW307.StopProduct] = [*starts, *stops]
    for levering in sorted(both, key=_care_order):
        state = DELIVERY.get((state, levering_event(levering)), state)
        started = levering.begindatum
        ended = levering.einddatum if isinstance(levering, JW307.StopProduct) else None
    return state, started, ended


def _care_order(levering: JW305.StartProduct | JW307.StopProduct) -> tuple[Any, ...]:
    """Put starts and stops in the order of the care: a stop belongs to the start whose first day it repeats."""
    if isinstance(levering, JW305.StartProduct):
        return levering.begindatum, 0
    final = levering.reden_beeindiging != TIJDELIJK_BEEINDIGD
    # Of one delivery the definite stop may bear the same day as the temporary one before it.
    return levering.begindatum, 1, final, levering.einddatum


def levering_event(levering: JW305.StartProduct | JW307.StopProduct) -> Event:
    """Tell what a start or a stop that stands does."""
    if isinstance(levering, JW305.StartProduct):
        return Event.STARTED
    return Event.INTERRUPTED if levering.reden_beeindiging == TIJDELIJK_BEEINDIGD else Event.STOPPED


def version_moments(versions: Iterable[Version]) -> list[Moment]:
    """Tell of each version of an allocation, in their order, what it does to the one before."""
    moments: list[Moment] = []
    before: JW301.ToegewezenProduct | None = None
    for version in versions:
        moments.append(Moment(version, _version_event(before, version), _changed(before, version.klasse)))
        before = version.klasse
    return moments


def _version_event(before: JW301.ToegewezenProduct | None, version: Version) -> Event:
    after = version.klasse
    if after.reden_wijziging == REDEN_VERWIJDERD:
        return Event.REMOVED
    # Lapsed by an administrative correction: no allocation to anybody (OP087).
    if after.reden_wijziging == REDEN_VERVALLEN and after.einddatum == after.ingangsdatum:
        return Event.WITHDRAWN
    if before is None:
        return Event.ALLOCATED
    old, new = before.einddatum or date.max, after.einddatum or date.max
    if new < old:
        # As its sender saw it: on the day that the message bears.
        return Event.WITHDRAWN if new <= version.dagtekening else Event.SHORTENED
    if new > old:
        return Event.PROLONGED
    return Event.CHANGED if _changed(before, after) else Event.REPEATED


# When it was settled, for which request and why are about the change and not about what was allocated.
_ALLOCATED_FIELDS: Final = ("product", "ingangsdatum", "einddatum", "omvang", "budget")


def _changed(before: JW301.ToegewezenProduct | None, after: JW301.ToegewezenProduct) -> tuple[str, ...]:
    if before is None:
        return ()
    return tuple(name for name in _ALLOCATED_FIELDS if getattr(before, name) != getattr(after, name))


def allocation_moments(dossier: Dossier, nummer: int) -> list[Moment]:
    """Tell everything that messages said of an allocation, by the days that they bear; refused ones are marked."""
    versions = sorted(dossier.counting.versions(nummer), key=version_order)
    moments = version_moments(versions)
    told = {id(moment.fact) for moment in moments}
    refused = [fact for fact in dossier.versions(nummer) if id(fact) not in told]
    moments += [Moment(fact, Event.ALLOCATED, refused=True) for fact in refused]
    others: list[Feit[Any]] = [*dossier.starts, *dossier.stops, *dossier.prestaties]
    moments += [
        Moment(fact, _event_of(fact.klasse), refused=fact.bericht in dossier.geweigerd)
        for fact in others
        if fact.klasse.toewijzing_nummer == nummer
    ]
    moments += [
        Moment(fact, Event.REQUESTED, refused=fact.bericht in dossier.geweigerd)
        for fact in dossier.wijzigingen
        if nummer in {change.toewijzing_nummer for change in fact.klasse.te_wijzigen_producten}
    ]
    return sorted(moments, key=_telling_order)


# On one day, as it mostly goes.
_TURN: Final[Mapping[type[Any], int]] = MappingProxyType(
    {
        JW315.AangevraagdProduct: 0,
        JW317.Verzoek: 0,
        JW319.Antwoord: 1,
        JW301.ToegewezenProduct: 2,
        JW305.StartProduct: 3,
        JW307.StopProduct: 4,
        JW323.Prestatie: 5,
    }
)


def _telling_order(moment: Moment) -> tuple[Any, ...]:
    fact = moment.fact
    return fact.dagtekening, _TURN[type(fact.klasse)], fact.identificatie, fact.bericht


def _event_of(klasse: JW305.StartProduct | JW307.StopProduct | JW323.Prestatie) -> Event:
    if isinstance(klasse, JW323.Prestatie):
        return Event.DECLARED if klasse.ingediend_bedrag.debet_credit == DEBET else Event.CREDITED
    if klasse.status_aanlevering == VERWIJDEREN:
        return Event.START_REMOVED if isinstance(klasse, JW305.StartProduct) else Event.STOP_REMOVED
    return levering_event(klasse)


def request_of(file: RequestFile) -> Request | None:
    """Give a request; None when nothing is known of it any more."""
    if not file.facts:
        return None
    state = RequestState.OPEN
    for moment in request_moments(file):
        state = REQUEST.get((state, moment.event), state)
    rejection = None
    if state is RequestState.REJECTED:
        rejection = max((fact for fact in file.verzoek.antwoorden if _rejects(fact)), key=lambda fact: fact.order)
    return Request(
        state=state,
        kind=_kind(file),
        reason=rejection.klasse.reden_afwijzing_verzoek if rejection else None,
        other_municipality=_other_municipality(rejection.klasse) if rejection else None,
        first_message=min(fact.bericht for fact in file.facts),
    )


def request_moments(file: RequestFile) -> list[Moment]:
    """Tell of each message about a request, in their order, what it does to it."""
    moments: dict[UUID, Moment] = {}
    for fact in sorted(file.facts, key=lambda fact: fact.order):
        # A JW301 may allocate several products for one request; that is one answer.
        moments.setdefault(fact.bericht, Moment(fact, _request_event(file, fact)))
    return sorted(moments.values(), key=_telling_order)


def _request_event(file: RequestFile, fact: Feit[Any]) -> Event:
    if isinstance(fact.klasse, JW319.Antwoord):
        return Event.REJECTED if _rejects(fact) else Event.INVESTIGATED
    if isinstance(fact.klasse, JW301.ToegewezenProduct):
        return Event.ALLOCATED
    return Event.HANDLED_BY_HAND if fact.bericht in file.manual else Event.REQUESTED


def _rejects(fact: Feit[JW319.Antwoord]) -> bool:
    return fact.klasse.verzoek_antwoord == AFGEWEZEN


def _kind(file: RequestFile) -> str | None:
    first = min(file.verzoek.gevraagd, key=lambda fact: fact.order, default=None)
    if first is None:
        return None
    return "JW315" if isinstance(first.klasse, JW315.AangevraagdProduct) else "JW317"


def _other_municipality(antwoord: JW319.Antwoord) -> str | None:
    return antwoord.woonplaatsbeginsel.gemeente if antwoord.woonplaatsbeginsel else None
