"""What is due: which deadlines the messages that are known open, meet and drop.

A deadline follows from the messages alone, whatever order they came in (OP080): the same messages give the same
deadlines, so an answer that was there before its request meets it at once, and an answer that its own retourbericht
refuses leaves the deadline as open as it was. Whether an open one has passed is for whoever knows what day it is.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from gateway.exchange.lifecycle import Validity, allocation_of
from gateway.exchange.werkdagen import werkdagen_later
from gateway.ijw.bericht import Kant
from gateway.ijw.berichten import ANTWOORD_MET, BERICHTEN
from gateway.ijw.codes import IN_ONDERZOEK, TIJDELIJK_BEEINDIGD, WOONPLAATSBEGINSEL
from gateway.ijw.declaratie import JW323
from gateway.ijw.dossier import Dossier, Feit, Verzoek, nietig, version_order
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.verzoek import JW315, JW319

_OF_VOT: Final = "OP274"
_OF_VOW: Final = "OP346"
_RETOUR_DAYS: Final = 3  # working days, as the four below
_ANSWER_DAYS: Final = 5
_DECLARATION_DAYS: Final = 10
_START_DAYS: Final = 5
_STOP_DAYS: Final = 5
_INVESTIGATION: Final = timedelta(weeks=8)
_WOONPLAATS: Final = timedelta(weeks=2)
# A message may name any day that the calendar has; the last of them have no term after them.
_FAR: Final = date(9999, 1, 1)

Version: TypeAlias = Feit[JW301.ToegewezenProduct]


class Kind(StrEnum):
    """What a deadline is about."""

    RETOUR = "retour"
    DECLARATION = "declaration"
    ANSWER = "answer"
    INVESTIGATION = "investigation"
    WOONPLAATSBEGINSEL = "woonplaatsbeginsel"
    START = "start"
    STOP = "stop"
    ADVICE = "advice"


class State(StrEnum):
    """How a deadline stands; an open one becomes overdue by the time that passes."""

    OPEN = "open"
    MET = "met"
    OVERDUE = "overdue"
    DROPPED = "dropped"


class DeadlineName(NamedTuple):
    """What tells a deadline apart: what it is about, and between whom."""

    subject: str
    kind: Kind
    municipality: str
    provider: str


class Deadline(Struct, frozen=True):
    """One thing that is due.

    `kind`, `municipality`, `provider` and `subject` name it: the subject is the id of the message to be answered, a
    ReferentieAanbieder or a ToewijzingNummer. `rule` is the OP code, `owner` the code of the party that has to act,
    `message` the message that it follows from, `waits_for` the types of message that meet it, `due` the last day in
    time. `closed_by` is the message that met or dropped it; None where no single message did.
    """

    kind: Kind
    municipality: str
    provider: str
    subject: str
    rule: str
    owner: str
    message: UUID
    waits_for: tuple[str, ...]
    due: date
    state: State = State.OPEN
    closed_by: UUID | None = None

    @property
    def name(self) -> DeadlineName:
        """Give what tells the deadline apart from all others."""
        return DeadlineName(self.subject, self.kind, self.municipality, self.provider)

    def met(self, by: UUID) -> Deadline:
        """Give the deadline as this message meets it."""
        return replace(self, state=State.MET, closed_by=by)

    def dropped(self, by: UUID | None = None) -> Deadline:
        """Give the deadline as something that no longer holds."""
        return replace(self, state=State.DROPPED, closed_by=by)


class Reckoning(Struct, frozen=True):
    """What counting takes: the days off, and on which day each message was received."""

    feestdagen: Container[date]
    received: Callable[[UUID], date]

    def working_days(self, begin: date, number: int) -> date:
        """Give the last day of a term of so many working days after a day."""
        return werkdagen_later(begin, number, self.feestdagen) if begin < _FAR else begin


class Between(Struct, frozen=True):
    """The municipality and the provider that a deadline is between."""

    municipality: str
    provider: str


def answer_deadline(
    message_type: str, message: UUID, between: Between, answered_by: UUID | None, reckoning: Reckoning
) -> Deadline | None:
    """Give until when a message is to be answered by its retourbericht (OP090), or a JW323 by its JW325 (OP090x4).

    None for a message that gets no such answer.
    """
    answer = ANTWOORD_MET.get(message_type)
    if answer is None:
        return None
    declared = message_type == JW323.TYPE
    by_gemeente = BERICHTEN[message_type].AFZENDER is Kant.GEMEENTE
    deadline = Deadline(
        kind=Kind.DECLARATION if declared else Kind.RETOUR,
        municipality=between.municipality,
        provider=between.provider,
        subject=str(message),
        rule="OP090x4" if declared else "OP090",
        owner=between.provider if by_gemeente else between.municipality,
        message=message,
        waits_for=(answer.TYPE,),
        due=reckoning.working_days(reckoning.received(message), _DECLARATION_DAYS if declared else _RETOUR_DAYS),
    )
    return deadline.met(answered_by) if answered_by else deadline


def verzoek_deadlines(
    verzoek: Verzoek, between: Between, geweigerd: Container[UUID], reckoning: Reckoning
) -> list[Deadline]:
    """Give until when a request is to be answered, with what was answered.

    Within five working days after receipt by a JW301 or a JW319 (OP274 of a JW315, OP346 of a JW317). When that
    takes it into investigation, within eight weeks after the Dagtekening of the request by a decision. A refusal of
    a JW315 for woonplaatsbeginsel is due within two weeks after receipt (OP359): that refusal meets it, and any other
    decision drops it, for with that the municipality has taken the request for its own. What people handled outside
    the exchange is due no more.
    """
    asked = _first(_counting(verzoek.gevraagd, geweigerd)) or _first(verzoek.gevraagd)
    if asked is None:
        return []
    answer = _to_answer(asked, between, reckoning)
    answers = _counting(verzoek.antwoorden, geweigerd)
    looked_into = _first(filter(_looks_into, answers))
    decision = _first([*(feit for feit in answers if not _looks_into(feit)), *_counting(verzoek.toegewezen, geweigerd)])
    found = [_closed(answer, _first(filter(None, (looked_into, decision)), by=_day_and_weight))]
    if any(map(_looks_into, verzoek.antwoorden)):
        whole = replace(answer, kind=Kind.INVESTIGATION, due=_later(asked.dagtekening, _INVESTIGATION))
        found.append(_closed(whole, decision) if looked_into else whole.dropped())
    if answer.rule == _OF_VOT:
        received = reckoning.received(asked.bericht)
        found.append(_woonplaats(answer, _later(received, _WOONPLAATS), answers, decision))
    by_hand = verzoek.afgehandeld and not (looked_into or decision)
    return [deadline.dropped() for deadline in found] if by_hand or asked.bericht in geweigerd else found


def _to_answer(asked: Feit[Any], between: Between, reckoning: Reckoning) -> Deadline:
    return Deadline(
        kind=Kind.ANSWER,
        municipality=between.municipality,
        provider=between.provider,
        subject=asked.klasse.referentie_aanbieder,
        rule=_OF_VOT if isinstance(asked.klasse, JW315.AangevraagdProduct) else _OF_VOW,
        owner=between.municipality,
        message=asked.bericht,
        waits_for=(JW301.TYPE, JW319.TYPE),
        due=reckoning.working_days(reckoning.received(asked.bericht), _ANSWER_DAYS),
    )


def _looks_into(feit: Feit[JW319.Antwoord]) -> bool:
    return feit.klasse.verzoek_antwoord == IN_ONDERZOEK


def _day_and_weight(feit: Feit[Any]) -> tuple[date, bool]:
    """Put answers in order: of one and the same day, who looks into a request does so before deciding on it."""
    return feit.dagtekening, not (isinstance(feit.klasse, JW319.Antwoord) and _looks_into(feit))


def _woonplaats(
    answer: Deadline, due: date, answers: list[Feit[JW319.Antwoord]], decision: Feit[Any] | None
) -> Deadline:
    deadline = replace(answer, kind=Kind.WOONPLAATSBEGINSEL, rule="OP359", waits_for=(JW319.TYPE,), due=due)
    elsewhere = _first([feit for feit in answers if feit.klasse.reden_afwijzing_verzoek == WOONPLAATSBEGINSEL])
    if elsewhere:
        return deadline.met(elsewhere.bericht)
    return deadline.dropped(decision.bericht) if decision else deadline


def toewijzing_deadlines(dossier: Dossier, nummer: int, between: Between, reckoning: Reckoning) -> list[Deadline]:
    """Give until when the start and the stop of an allocation are to be reported, with what was reported.

    The start is due within five working days after the Ingangsdatum, or after receipt of the JW301 where that came
    later (OP271); it drops when the allocation is removed or withdrawn, or when the care has stopped already. The
    stop is due, once the care has started, within five working days after the Einddatum was reached, or was heard of
    (OP272); it drops while the care is interrupted, for the stop for good that follows is not bound to a term.

    The dossier is that of the client at this provider, with what was refused in it.
    """
    sent = sorted(dossier.versions(nummer), key=version_order)
    counting = dossier.counting
    versions = sorted(counting.versions(nummer), key=version_order) or sent
    if not versions:
        return []
    delivery = _Delivery.of(counting, nummer)
    start = _to_start(versions, between, reckoning)
    allocation = allocation_of(counting, nummer)
    holds = allocation is not None and allocation.validity is Validity.CURRENT
    found = [_start(start, versions[-1].bericht, delivery, holds=holds)]
    if any(feit.klasse.toewijzing_nummer == nummer for feit in dossier.starts):
        ended = _with_end(versions) or _with_end(sent)
        found += [_stop(start, ended, versions[-1], delivery, reckoning)] if ended else []
    refused = all(version.bericht in dossier.geweigerd for version in sent)
    return [deadline.dropped() for deadline in found] if refused else found


def _to_start(versions: list[Version], between: Between, reckoning: Reckoning) -> Deadline:
    """Give until when a start is due, by the versions of an allocation: the first one received, and the latest."""
    first = _first(versions, by=lambda version: reckoning.received(version.bericht)) or versions[-1]
    latest = versions[-1].klasse
    return Deadline(
        kind=Kind.START,
        municipality=between.municipality,
        provider=between.provider,
        subject=str(latest.toewijzing_nummer),
        rule="OP271",
        owner=between.provider,
        message=first.bericht,
        waits_for=(JW305.TYPE,),
        due=reckoning.working_days(max(latest.ingangsdatum, reckoning.received(first.bericht)), _START_DAYS),
    )


class _Delivery(Struct, frozen=True):
    """What was reported of an allocation: its first start, and how the latest one ended."""

    first_start: UUID | None
    last_begin: date | None
    any_stop: UUID | None
    interrupted: UUID | None
    stopped: UUID | None

    @classmethod
    def of(cls, counting: Dossier, nummer: int) -> _Delivery:
        starts = [feit for feit in counting.standing_starts() if feit.klasse.toewijzing_nummer == nummer]
        stops = [feit for feit in counting.standing_stops() if feit.klasse.toewijzing_nummer == nummer]
        begin = max((feit.klasse.begindatum for feit in starts), default=None)
        # A stop names the start that it ends; one of an earlier period says nothing of the latest.
        of_last = [feit for feit in stops if begin is not None and feit.klasse.begindatum >= begin]
        return cls(
            _message(starts),
            begin,
            _message(stops),
            _message(feit for feit in of_last if _is_temporary(feit)),
            _message(feit for feit in of_last if not _is_temporary(feit)),
        )


def _is_temporary(stop: Feit[JW307.StopProduct]) -> bool:
    return stop.klasse.reden_beeindiging == TIJDELIJK_BEEINDIGD


def _start(deadline: Deadline, latest: UUID, delivery: _Delivery, *, holds: bool) -> Deadline:
    if delivery.first_start:
        return deadline.met(delivery.first_start)
    if not holds:
        return deadline.dropped(latest)
    return deadline.dropped(delivery.any_stop) if delivery.any_stop else deadline


def _stop(
    start: Deadline, ended: list[Version], latest: Version, delivery: _Delivery, reckoning: Reckoning
) -> Deadline:
    einddatum = ended[-1].klasse.einddatum or date.max
    same = [version for version in ended if version.klasse.einddatum == einddatum]
    told = min(same, key=lambda version: (reckoning.received(version.bericht), version.order))
    begin = max(einddatum, reckoning.received(told.bericht))
    deadline = replace(
        start,
        kind=Kind.STOP,
        rule="OP272",
        message=told.bericht,
        waits_for=(JW307.TYPE,),
        due=reckoning.working_days(begin, _STOP_DAYS),
    )
    if delivery.interrupted:
        return deadline.dropped(delivery.interrupted)
    if delivery.stopped:
        return deadline.met(delivery.stopped)
    if delivery.last_begin is None:
        return deadline.dropped()
    if nietig(latest.klasse) or latest.klasse.einddatum is None:
        return deadline.dropped(latest.bericht)
    return deadline


def _with_end(versions: list[Version]) -> list[Version]:
    return [version for version in versions if version.klasse.einddatum is not None]


def _counting(feiten: Iterable[Feit[Any]], geweigerd: Container[UUID]) -> list[Feit[Any]]:
    return [feit for feit in feiten if feit.bericht not in geweigerd]


def _first(feiten: Iterable[Feit[Any]], by: Callable[[Feit[Any]], Any] = lambda _: 0) -> Feit[Any] | None:
    """Give the first of some facts: by the days that their messages bear, unless something goes before that."""
    return min(feiten, key=lambda feit: (by(feit), feit.order), default=None)


def _message(feiten: Iterable[Feit[Any]]) -> UUID | None:
    first = _first(feiten)
    return first.bericht if first else None


def _closed(deadline: Deadline, by: Feit[Any] | None) -> Deadline:
    return deadline.met(by.bericht) if by else deadline


def _later(day: date, term: timedelta) -> date:
    return day + term if day < _FAR else day
