"""Taking messages: read, address, answer, keep - or refuse, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from gateway.exchange.address import address_of, municipality_of, requests_answered_by
from gateway.exchange.refusal import Refusal, Refused, refuse
from gateway.exchange.route import HistoryChecks, RouteTable
from gateway.ijw.verzoek import JW315
from gateway.services.caller import Caller
from gateway.services.case_closing import close_answered
from gateway.services.clock import Clock
from gateway.services.drafting import Candidate, Drafting, Known, row_of
from gateway.services.due import Due
from gateway.services.judging import judged
from gateway.services.surroundings import Surroundings
from gateway.store import manual_cases, messages
from gateway.store.admission import known_parties, valid_tokens
from gateway.store.engine import Database
from gateway.store.messages import Duplicate, NewMessage, Outcome, Stored
from gateway.store.rows import MessageRow
from gateway.store.vault import Keyring
from gateway.wire.codec import Codec
from gateway.wire.document import Document
from gateway.wire.reader import Reading
from gateway.wire.refusal import Kind

_IDENTIFICATIE: Final = "/Bericht/Header/BerichtIdentificatie/Identificatie"

# The chain has no fault code for it: the mark is the gateway's own.
_OPT_OUT: Final = "OPT-OUT"

_KINDS: Final = {
    Kind.NOT_WELL_FORMED: Refused.NOT_WELL_FORMED,
    Kind.SCHEMA_INVALID: Refused.SCHEMA_INVALID,
    Kind.TOO_LARGE: Refused.TOO_LARGE,
    Kind.ZIP_ENTRY_TOO_LARGE: Refused.TOO_LARGE,
    Kind.ENCODING: Refused.ENCODING,
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that is kept; `new` is false when the same bytes had been taken before."""

    message: MessageRow
    new: bool


class Intake:
    """Takes messages from parties."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        codec: Codec,
        surroundings: Surroundings,
        routes: RouteTable,
        clock: Clock,
        due: Due,
    ) -> None:
        """Keep them in this database, encrypted with these keys."""
        self._database = database
        self._keyring = keyring
        self._codec = codec
        self._routes = routes
        self._surroundings = surroundings
        self._clock = clock
        self._due = due
        self._drafting = Drafting(codec, routes, due.feestdagen)

    def read(self, document: Document, *, as_json: bool = False) -> tuple[Document, Reading]:
        """Read a document in either form, and judge it as it would be when posted; gives the XML of it too.

        Against the lists it is judged where the municipality is of a route table, and looks at them.
        """
        xml, reading = self._read(document, as_json=as_json)
        route = self._routes.get(municipality_of(reading.bericht)) if reading.bericht else None
        looks = route is not None and route.history_checks is not HistoryChecks.OFF
        return xml, judged(reading, None if as_json else document, self._surroundings.outside() if looks else None)

    def _read(self, document: Document, *, as_json: bool) -> tuple[Document, Reading]:
        return self._codec.read_json(document) if as_json else (document, self._codec.read(document))

    def prepare(
        self, document: Document, caller: Caller, *, as_json: bool = False, opt_out: bool = False
    ) -> Candidate | Refusal:
        """Judge what can be judged without the database; `opt_out` keeps a JW315 from all but the back-office."""
        given = document
        document, reading = self._read(given, as_json=as_json)
        if reading.refusal:
            return refusal_of(reading)
        if reading.bericht is None:  # A reading without refusal has a message.
            raise AssertionError
        address = address_of(reading.bericht)
        if not caller.acts_for(address.sender):
            side = "Ontvanger" if address.answers and reading.bericht.header.afzender != address.sender else "Afzender"
            return refuse(
                Refused.SENDER_NOT_ALLOWED,
                "BRS03",
                f"Dit token mag niet verzenden namens de partij in {side}; gebruik een token van die partij.",
                f"/Bericht/Header/{side}",
            )
        opt_out = opt_out or reading.opt_out
        if opt_out and address.type != JW315.TYPE:
            return refuse(Refused.OPT_OUT_NOT_POSSIBLE, _OPT_OUT, "Een opt-out hoort bij een JW315; laat die hier weg.")
        lined = None if as_json else given
        findings = (
            *judged(reading, lined, self._surroundings.outside()).findings,
            *self._surroundings.advice_on(reading.bericht, lined),
        )
        return Candidate(reading.bericht, address, document, caller, findings, opt_out=opt_out)

    def settle(self, candidates: Sequence[Candidate]) -> list[Accepted | Refusal]:
        """Keep the messages, all in one transaction; each is kept, known already, or refused for itself."""
        now = self._clock()
        with self._database.write() as connection:
            known = self._look_up(connection, candidates, now)
            drafts = [_refusal(candidate, known) or self._drafting.draft(candidate, known) for candidate in candidates]
            new = [draft for draft in drafts if isinstance(draft, NewMessage)]
            outcomes = _by_id(new, messages.save(connection, self._keyring, new))
            taken = [
                (candidate, draft)
                for candidate, draft in zip(candidates, drafts, strict=True)
                if isinstance(draft, NewMessage) and isinstance(outcomes[draft.id], Stored)
            ]
            messages.mark_opted_out(connection, _marked_afterwards(new, outcomes))
            self._due.write(connection, [draft for _, draft in taken], now)
            close_answered(connection, self._keyring, taken, known)
            return [
                _noticed(connection, _result(draft, outcomes[draft.id], now))
                if isinstance(draft, NewMessage)
                else draft
                for draft in drafts
            ]

    def _look_up(self, connection: Connection, candidates: Sequence[Candidate], now: datetime) -> Known:
        """Ask once for everything that judging these messages takes."""
        elsewhere = {candidate.address.recipient for candidate in candidates} - self._routes.routes.keys()
        requests = {key for candidate in candidates for key in requests_answered_by(candidate.bericht)}
        answers = {candidate.address.answers for candidate in candidates if candidate.address.answers}
        return Known(
            now=now,
            tokens=valid_tokens(connection, {candidate.caller.token_id for candidate in candidates}, now),
            parties=known_parties(connection, elsewhere) | self._routes.routes.keys(),
            answered=messages.find_by_keys(connection, answers) if answers else {},
            requests=messages.requests_for(connection, requests) if requests else {},
        )


def _by_id(new: Sequence[NewMessage], outcomes: Sequence[Outcome]) -> dict[UUID, Outcome]:
    return {message.id: outcome for message, outcome in zip(new, outcomes, strict=True)}


def _marked_afterwards(new: Sequence[NewMessage], outcomes: Mapping[UUID, Outcome]) -> list[UUID]:
    """Give messages that are known already, and of which their sender says only now that they have an opt-out."""
    repeated = [(message, outcomes[message.id]) for message in new if message.opt_out]
    return [
        outcome.existing.id
        for message, outcome in repeated
        if isinstance(outcome, Duplicate) and outcome.existing.digest == message.digest
    ]


def _noticed(connection: Connection, result: Accepted | Refusal) -> Accepted | Refusal:
    """Put with a message that was known already what became of its case."""
    if isinstance(result, Refusal) or result.new:
        return result
    (message,) = manual_cases.noticed(connection, [result.message])
    return replace(result, message=message)


def refusal_of(reading: Reading) -> Refusal:
    """Turn what the reader said into a refusal of the exchange."""
    if reading.refusal is None:
        raise AssertionError  # Only a refused reading is asked for its refusal.
    kind = _KINDS.get(reading.refusal.kind, Refused.ZIP_INVALID)
    return Refusal(kind, reading.refusal.kind.value, reading.refusal.findings)


def _refusal(candidate: Candidate, known: Known) -> Refusal | None:
    address = candidate.address
    if candidate.caller.token_id not in known.tokens:
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


def _result(message: NewMessage, outcome: Outcome, now: datetime) -> Accepted | Refusal:
    if isinstance(outcome, Stored):
        row = row_of(message)
        return _violated(row) or Accepted(row, new=True)
    if isinstance(outcome, Duplicate):
        if outcome.existing.digest == message.digest:
            existing = replace(outcome.existing, opt_out=outcome.existing.opt_out or message.opt_out)
            return _violated(existing) or Accepted(existing.seen_at(now), new=False)
        return refuse(
            Refused.IDENTIFICATIE_USED,
            "BRS20",
            "Deze Identificatie is door deze afzender al gebruikt voor een ander bericht van dit type; "
            "geef elk bericht een eigen Identificatie.",
            _IDENTIFICATIE,
            retourcode="9056",
        )
    code = "IB019" if message.type == "JW325" else "BRS20"
    return refuse(
        Refused.ALREADY_ANSWERED,
        code,
        "Op dit bericht is al geantwoord; er is één antwoord per bericht.",
        _IDENTIFICATIE,
    )


def _violated(message: MessageRow) -> Refusal | None:
    """Give the refusal of a message that was kept, and breaks a rule inside itself; the same at every repeat."""
    breaches = tuple(finding for finding in message.findings if finding.source == "rule")
    if message.status != "rejected" or not breaches:
        return None
    return Refusal(Refused.RULES_VIOLATED, "BRS28", breaches, message.id)
