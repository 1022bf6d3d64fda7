"""A municipality's decision on a request: the JW319 or JW301 that it makes, sent in the municipality's name."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import repeat
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from gateway.exchange import besluit
from gateway.exchange.besluit import Aanvraag, Bekend, Fields, Stamp, contains
from gateway.exchange.lifecycle import RequestState
from gateway.exchange.refusal import Refusal, Refused, refuse
from gateway.ijw.codes import AFGEWEZEN, IN_ONDERZOEK
from gateway.ijw.dossier import Feit
from gateway.ijw.toewijzing import JW301
from gateway.ijw.verzoek import JW319
from gateway.services.audit import Act, Audit
from gateway.services.caller import Caller
from gateway.services.clock import DUTCH_TIME, Clock, dutch_day
from gateway.services.intake import Intake
from gateway.services.kept import Kept
from gateway.services.known_allocations import Known, known_of
from gateway.services.own_messages import NotTheirs, Otherwise, Outcome, Step, ToSend, first_free, send
from gateway.services.settling import Accepted, Also
from gateway.store import following, messages
from gateway.store.allocations import numbered
from gateway.store.engine import Database
from gateway.store.requests import RequestRow

# Numbers of nine digits, of which a municipality's own software uses those from the other end.
_NUMMERS: Final = range(500_000_000, 1_000_000_000)
_BSN: Final = "/Bericht/Client/Bsn"
_PRODUCTEN: Final = "/Bericht/Client/ToegewezenProducten"


class DecisionOutcome(StrEnum):
    """What a municipality decides."""

    UNDER_INVESTIGATION = "underInvestigation"
    REJECTED = "rejected"
    ALLOCATED = "allocated"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision: `reden` and `gemeente` are for a rejection, `client` and `producten` for an allocation."""

    outcome: DecisionOutcome
    reden: str | None = None
    gemeente: str | None = None
    client: Fields = field(default_factory=dict, repr=False)
    producten: Sequence[Fields] = field(default=(), repr=False)


class Proposal(Struct, frozen=True):
    """What an allocation would say if it were granted as it was asked, and what has to be said with it.

    `producten` are those that would be new or changed, an allocation that is there already with its ToewijzingNummer;
    none where nothing follows from the request. `readable` is whether the request can be granted here at all, and
    `client_known` whether an earlier JW301 tells how to reach the client.
    """

    producten: tuple[Fields, ...] = ()
    readable: bool = True
    client_known: bool = False


class Deciding:
    """Answers requests for municipalities."""

    def __init__(self, database: Database, kept: Kept, intake: Intake, audit: Audit, clock: Clock) -> None:
        """Send through this intake, and write down who decided."""
        self._database = database
        self._kept = kept
        self._intake = intake
        self._audit = audit
        self._clock = clock

    def decide(self, request_id: UUID, decision: Decision, caller: Caller) -> Outcome:
        """Answer a request, once: the same decision again gives the message that was made of it.

        None when the caller has no such request to answer. A refusal tells what would be wrong with the message; one
        that contradicts earlier messages goes the way of any other.
        """
        return send(self._intake, caller, lambda: self._step(request_id, decision, caller))

    def proposed(self, request_id: UUID, caller: Caller) -> Proposal | None:
        """Tell what granting a request as it was asked would allocate; None when the caller has none to answer."""
        now = self._clock()
        with self._database.read() as connection:
            request = following.request(connection, self._kept.keyring, request_id)
            if request is None or not caller.acts_for(request.municipality):
                return None
            aanvraag = self._aanvraag(connection, request)
            known = self._known(connection, request, aanvraag, now)
        bekend = known.facts if known else Bekend({})
        client_known = bool(bekend.client.get("contactgegevens"))
        if aanvraag is None or besluit.unknown_in(aanvraag, bekend):
            return Proposal(readable=aanvraag is not None, client_known=client_known)
        stamp = _stamp(now, known, repeat(0))  # no numbers: none is given out for a look
        whole = besluit.toewijzing(aanvraag, bekend, {}, (), stamp)
        settled = (one for one in whole["toegewezenProducten"] if stamp.fields.items() <= one.items())
        return Proposal(tuple(settled), client_known=client_known)

    def _step(self, request_id: UUID, decision: Decision, caller: Caller) -> Step:
        now = self._clock()
        with self._database.read() as connection:
            request = following.request(connection, self._kept.keyring, request_id)
            if request is None or not caller.acts_for(request.municipality):
                # An administrator decides nothing, and hears no more than that: not whether there is such a request.
                return NotTheirs() if caller.is_admin else None
            kind = JW301 if decision.outcome is DecisionOutcome.ALLOCATED else JW319
            # Looked up before the state is: who then still finds the request open is caught by the Identificatie.
            mark, _ = first_free(connection, request.municipality, kind.TYPE, f"{request_id}/{decision.outcome}")
            request = following.request(connection, self._kept.keyring, request_id) or request
            told = self._told(connection, request, decision, now)
            if told is not None:
                return told
            body = self._body(connection, request, decision, now)
        if isinstance(body, Refusal):
            return body
        also = self._written_down(request, decision.outcome, caller)
        return ToSend(kind, request.municipality, request.provider, mark, dutch_day(now).isoformat(), body, also)

    def _written_down(self, request: RequestRow, outcome: DecisionOutcome, caller: Caller) -> Also:
        """Write down who decided, in the transaction that takes the message: neither is there without the other."""

        def note(connection: Connection, results: Sequence[Accepted | Refusal]) -> None:
            (result,) = results
            if isinstance(result, Accepted) and result.new:
                about = [request.first_message, result.message.id]
                self._audit.add(connection, Act.REQUEST_DECIDED, caller.actor, messages=about, outcome=outcome.value)

        return note

    def _told(
        self, connection: Connection, request: RequestRow, decision: Decision, now: datetime
    ) -> Accepted | Otherwise | None:
        """Give the message by which the request was answered in this way; None while it can be answered."""
        state = RequestState(request.state)
        if state in (RequestState.OPEN, RequestState.MANUAL):
            return None
        same = decision.outcome.value == state.value
        if state is RequestState.UNDER_INVESTIGATION and not same:
            return None
        if same:
            for fact in self._answers(request, decision):
                if self._says(connection, fact, decision, request.reference):
                    row = messages.get(connection, fact.bericht)
                    return Accepted(row.seen_at(now), new=False) if row else None
        return Otherwise(request.state)

    def _answers(self, request: RequestRow, decision: Decision) -> list[Feit[Any]]:
        verzoek = request.file.verzoek
        if decision.outcome is DecisionOutcome.ALLOCATED:
            return sorted(verzoek.toegewezen, key=lambda fact: fact.order)
        wanted = AFGEWEZEN if decision.outcome is DecisionOutcome.REJECTED else IN_ONDERZOEK
        answers = (fact for fact in verzoek.antwoorden if fact.klasse.verzoek_antwoord == wanted)
        return sorted(answers, key=lambda fact: fact.order)

    def _says(self, connection: Connection, fact: Feit[Any], decision: Decision, reference: str) -> bool:
        """Tell whether a message says all that a decision says."""
        if isinstance(fact.klasse, JW319.Antwoord):
            elsewhere = fact.klasse.woonplaatsbeginsel
            answered = fact.klasse.reden_afwijzing_verzoek, elsewhere.gemeente if elsewhere else None
            return answered == (decision.reden, decision.gemeente)
        said = self._kept.fields(connection, fact.bericht)
        if said is None:
            return False
        own = [one for one in said["client"]["toegewezenProducten"] if one.get("referentieAanbieder") == reference]
        return contains(said["client"], decision.client) and all(
            any(contains(product, chosen) for product in own) for chosen in decision.producten
        )

    def _body(
        self, connection: Connection, request: RequestRow, decision: Decision, now: datetime
    ) -> dict[str, Any] | Refusal:
        if decision.outcome is not DecisionOutcome.ALLOCATED:
            reden = decision.reden if decision.outcome is DecisionOutcome.REJECTED else None
            return {"antwoord": besluit.antwoord(request.reference, reden, decision.gemeente)}
        aanvraag = self._aanvraag(connection, request)
        if aanvraag is None:
            return _refused("De inhoud van het verzoek is hier niet (meer); verstuur zelf de JW301.", None)
        known = self._known(connection, request, aanvraag, now)
        bekend = known.facts if known else Bekend({})
        unknown = [] if decision.producten else besluit.unknown_in(aanvraag, bekend)
        if unknown:
            numbers = ", ".join(map(str, unknown))
            return _refused(
                f"Het verzoek noemt toewijzingen die hier niet (meer) lopen: {numbers}. Zeg in toegewezenProducten wat "
                "u toewijst.",
                _PRODUCTEN,
            )
        stamp = _stamp(now, known, self._numbers(connection, request.municipality))
        client = besluit.toewijzing(aanvraag, bekend, decision.client, decision.producten, stamp)
        if client.get("bsn") != aanvraag.client.get("bsn"):
            return _refused("Het verzoek is van een andere cliënt; laat bsn weg, of neem dat van het verzoek.", _BSN)
        return {"client": client}

    def _aanvraag(self, connection: Connection, request: RequestRow) -> Aanvraag | None:
        """Read what was asked."""
        asked = min(request.file.verzoek.gevraagd, key=lambda fact: fact.order, default=None)
        said = self._kept.fields(connection, asked.bericht) if asked else None
        if said is None:
            return None
        client = said["client"]
        producten = client.get("aangevraagdeProducten", ())
        product = next((one for one in producten if one["referentieAanbieder"] == request.reference), None)
        return Aanvraag(request.reference, client, product)

    def _known(
        self, connection: Connection, request: RequestRow, aanvraag: Aanvraag | None, now: datetime
    ) -> Known | None:
        staying = besluit.staying_in(aanvraag) if aanvraag else ()
        return known_of(connection, self._kept, request.dossier_id, dutch_day(now), staying)

    def _numbers(self, connection: Connection, municipality: str) -> Iterator[int]:
        """Give ToewijzingNummers that the municipality never used, as far as is known here."""
        given: set[int] = set()
        while True:
            nummer = secrets.choice(_NUMMERS)
            if nummer not in given and not numbered(connection, self._kept.keyring, municipality, [nummer]):
                given.add(nummer)
                yield nummer


def _stamp(now: datetime, known: Known | None, nummers: Iterator[int]) -> Stamp:
    settled = _after_all(now.astimezone(DUTCH_TIME), known)
    return Stamp(settled.date(), settled.time().isoformat("seconds"), nummers)


def _after_all(now: datetime, known: Known | None) -> datetime:
    """Give the moment that an allocation is settled: after the client's others, for the latest one counts (IV013)."""
    moment = now.replace(microsecond=0)
    for version in known.dossier.toewijzingen if known else ():
        before = datetime.combine(version.klasse.toewijzingsdatum, version.klasse.toewijzingstijd, now.tzinfo)
        if before.date() == now.date() and before >= moment:
            moment = before.replace(microsecond=0) + timedelta(seconds=1)
    return moment


def _refused(message: str, path: str | None) -> Refusal:
    return refuse(Refused.RULES_VIOLATED, "BRS28", message, path)
