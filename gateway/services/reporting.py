"""What a provider reports of an allocation: the JW305, JW307 or JW317 that it makes, sent in the provider's name."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from gateway.exchange import melding
from gateway.exchange.address import RequestKey
from gateway.exchange.besluit import Fields, nummer_of
from gateway.exchange.lifecycle import RequestState
from gateway.exchange.refusal import Refused, refuse
from gateway.ijw.bericht import Bericht
from gateway.ijw.codes import VERWIJDEREN
from gateway.ijw.dossier import Dossier, Feit
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.verzoek import JW317
from gateway.services.caller import Caller
from gateway.services.clock import Clock, dutch_day
from gateway.services.intake import Intake
from gateway.services.kept import Kept
from gateway.services.known_allocations import known_of
from gateway.services.own_messages import NotTheirs, Outcome, Step, ToSend, first_free, send
from gateway.services.settling import Accepted
from gateway.store import following, messages
from gateway.store.allocations import AllocationRow
from gateway.store.engine import Database
from gateway.store.requests import request_id
from gateway.store.rows import MessageRow
from gateway.wire.json_form import fields_of

_UNDECIDED: Final = frozenset({RequestState.OPEN, RequestState.MANUAL, RequestState.UNDER_INVESTIGATION})


class ReportType(StrEnum):
    """What a provider reports."""

    START = "start"
    STOP = "stop"
    CHANGE = "change"


_BERICHTEN: Final[dict[ReportType, type[Bericht]]] = {
    ReportType.START: JW305,
    ReportType.STOP: JW307,
    ReportType.CHANGE: JW317,
}


@dataclass(frozen=True, slots=True)
class Report:
    """A report: `told` are the fields that the provider gives, in the typed form."""

    type: ReportType
    told: Fields = field(repr=False)


class Reporting:
    """Reports for providers."""

    def __init__(self, database: Database, kept: Kept, intake: Intake, clock: Clock) -> None:
        """Send through this intake."""
        self._database = database
        self._kept = kept
        self._intake = intake
        self._clock = clock

    def report(self, allocation_id: UUID, report: Report, caller: Caller) -> Outcome:
        """Report something of an allocation, once: the same again gives the message that was made of it.

        None when the caller has no such allocation to report of.
        """
        return send(self._intake, caller, lambda: self._step(allocation_id, report, caller))

    def _step(self, allocation_id: UUID, report: Report, caller: Caller) -> Step:
        now = self._clock()
        with self._database.read() as connection:
            found = following.allocation(connection, self._kept.keyring, allocation_id)
            if found is None or not caller.acts_for(found[0].provider):
                # An administrator reports nothing, and hears no more than that: not whether there is an allocation.
                return NotTheirs() if caller.is_admin else None
            row, kind = found[0], _BERICHTEN[report.type]
            # Looked up before the facts are: who then still finds nothing reported is caught by the Identificatie.
            seed = f"{allocation_id}/{report.type}/{json.dumps(report.told, sort_keys=True)}"
            mark, used = first_free(connection, row.provider, kind.TYPE, seed)
            return self._made(connection, row, report, mark, used, now)

    def _made(
        self,
        connection: Connection,
        row: AllocationRow,
        report: Report,
        mark: str,
        used: list[MessageRow],
        now: datetime,
    ) -> Step:
        known = known_of(connection, self._kept, row.dossier_id, dutch_day(now))
        if known is None or not known.facts.client:
            detail = "De inhoud van de JW301 is hier niet (meer); verstuur dit bericht zelf."
            return refuse(Refused.RULES_VIOLATED, "BRS28", detail)
        told = self._told(connection, row, report, known.dossier, used)
        if told is not None:
            return Accepted(told.seen_at(now), new=False)
        product, begun = fields_of(row.latest), _begun(known.dossier, row, report)
        match report.type:
            case ReportType.START:
                client = melding.start(known.facts.client, product, begun, report.told)
            case ReportType.STOP:
                client = melding.stop(known.facts.client, product, begun, report.told)
            case ReportType.CHANGE:
                others = [one for one in known.facts.current if nummer_of(one) != row.toewijzing_nummer]
                client = melding.change(known.facts.client, product, others, mark, report.told)
        kind, day = _BERICHTEN[report.type], dutch_day(now).isoformat()
        return ToSend(kind, row.provider, row.municipality, mark, day, {"client": client})

    def _told(
        self, connection: Connection, row: AllocationRow, report: Report, dossier: Dossier, used: list[MessageRow]
    ) -> MessageRow | None:
        """Give the message that says this already, and still holds."""
        match report.type:
            case ReportType.START:
                facts: list[Feit[Any]] = list(dossier.standing_starts())
            case ReportType.STOP:
                facts = list(dossier.standing_stops())
            case ReportType.CHANGE:
                return self._asked(connection, row, report, used)
        if report.told.get("statusAanlevering") == VERWIJDEREN:
            return None
        for fact in facts:
            if fact.klasse.toewijzing_nummer == row.toewijzing_nummer and _says(fact.klasse, report):
                return messages.get(connection, fact.bericht)
        return None

    def _asked(
        self, connection: Connection, row: AllocationRow, report: Report, used: list[MessageRow]
    ) -> MessageRow | None:
        """Give the request that asks the same, and is not decided yet."""
        for message in used:
            reference = report.told.get("referentieAanbieder") or message.identificatie
            key = RequestKey(row.provider, row.municipality, str(reference))
            request = following.request(connection, self._kept.keyring, request_id(key))
            if request and request.state in _UNDECIDED:
                return message
        return None


def _says(klasse: JW305.StartProduct | JW307.StopProduct, report: Report) -> bool:
    told = report.told
    if isinstance(klasse, JW305.StartProduct):
        return klasse.begindatum.isoformat() == told.get("begindatum")
    same = (klasse.einddatum.isoformat(), klasse.reden_beeindiging) == (
        told.get("einddatum"),
        told.get("redenBeeindiging"),
    )
    return same and told.get("begindatum") in (None, klasse.begindatum.isoformat())


def _begun(dossier: Dossier, row: AllocationRow, report: Report) -> Fields | None:
    """Give the start that stands on the day that the report names; without a day the latest one."""
    starts = [fact.klasse for fact in dossier.standing_starts()]
    own = [start for start in starts if start.toewijzing_nummer == row.toewijzing_nummer]
    named = report.told.get("begindatum")
    meant = [start for start in own if named in (None, start.begindatum.isoformat())]
    return fields_of(max(meant, key=lambda start: start.begindatum)) if meant else None
