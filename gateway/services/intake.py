"""Taking messages: read, address, answer, keep - or refuse, with the reason."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from gateway.exchange.address import Address, address_of, requests_answered_by, requests_in, subjects_of
from gateway.exchange.refusal import Refusal, Refused, refuse
from gateway.exchange.retour import GATEWAY_PREFIX, TOKEN_LENGTH, positive_answer
from gateway.exchange.route import Answerer, Route, RouteTable
from gateway.ijw.bericht import RELEASE, Bericht
from gateway.ijw.declaratie import JW323
from gateway.services.caller import Caller
from gateway.services.clock import Clock, dutch_day
from gateway.store import messages
from gateway.store.admission import known_parties, valid_tokens
from gateway.store.engine import Database
from gateway.store.identifiers import new_id
from gateway.store.messages import Duplicate, NewMessage, Outcome, Stored
from gateway.store.rows import MessageRow
from gateway.store.vault import Keyring
from gateway.wire.codec import Codec
from gateway.wire.document import Document
from gateway.wire.reader import Reading
from gateway.wire.refusal import Kind

_ALPHABET: Final = string.ascii_uppercase + string.digits
_IDENTIFICATIE: Final = "/Bericht/Header/BerichtIdentificatie/Identificatie"

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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that was read, and whose sender may send it; ready to be kept."""

    bericht: Bericht
    address: Address
    document: Document
    caller: Caller


class Intake:
    """Takes messages from parties."""

    def __init__(self, database: Database, keyring: Keyring, codec: Codec, routes: RouteTable, clock: Clock) -> None:
        """Keep them in this database, encrypted with these keys."""
        self._database = database
        self._keyring = keyring
        self._codec = codec
        self._routes = routes
        self._clock = clock

    def read(self, document: Document, *, as_json: bool = False) -> tuple[Document, Reading]:
        """Read a document in either form; gives the XML of it too."""
        return self._codec.read_json(document) if as_json else (document, self._codec.read(document))

    def prepare(self, document: Document, caller: Caller, *, as_json: bool = False) -> Candidate | Refusal:
        """Judge what can be judged without the database."""
        document, reading = self.read(document, as_json=as_json)
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
        return Candidate(reading.bericht, address, document, caller)

    def settle(self, candidates: Sequence[Candidate]) -> list[Accepted | Refusal]:
        """Keep the messages, all in one transaction; each is kept, known already, or refused for itself."""
        now = self._clock()
        with self._database.write() as connection:
            known = self._look_up(connection, candidates, now)
            drafts = [_refusal(candidate, known) or self._draft(candidate, known) for candidate in candidates]
            new = [draft for draft in drafts if isinstance(draft, NewMessage)]
            outcomes = iter(messages.save(connection, self._keyring, new))
            return [_result(draft, next(outcomes), now) if isinstance(draft, NewMessage) else draft for draft in drafts]

    def _look_up(self, connection: Connection, candidates: Sequence[Candidate], now: datetime) -> _Known:
        """Ask once for everything that judging these messages takes."""
        elsewhere = {candidate.address.recipient for candidate in candidates} - self._routes.routes.keys()
        requests = {key for candidate in candidates for key in requests_answered_by(candidate.bericht)}
        answers = {candidate.address.answers for candidate in candidates if candidate.address.answers}
        return _Known(
            now=now,
            tokens=valid_tokens(connection, {candidate.caller.token_id for candidate in candidates}, now),
            parties=known_parties(connection, elsewhere) | self._routes.routes.keys(),
            answered=messages.find_by_keys(connection, answers) if answers else {},
            requests=messages.requests_for(connection, requests) if requests else {},
        )

    def _draft(self, candidate: Candidate, known: _Known) -> NewMessage:
        bericht, address = candidate.bericht, candidate.address
        route = self._route(address)
        manual = bool(route and route.is_manual(address.type) and address.recipient == route.code)
        answered = known.answered[address.answers].id if address.answers else None
        draft = _new_message(address, candidate.document, known.now, route, answers=answered, status=_status(manual))
        requests = {row.id for key in requests_answered_by(bericht) for row in known.requests.get(key, [])[:1]}
        return replace(
            draft,
            bsns=subjects_of(bericht),
            references=requests_in(bericht),
            relations=tuple((request, "request") for request in sorted(requests)),
            reply=self._reply(bericht, route, draft.id, known.now),
        )

    def _route(self, address: Address) -> Route | None:
        """Give the route of the municipality of a message; what is agreed with it holds in both directions."""
        return self._routes.get(address.recipient) or self._routes.get(address.sender)

    def _reply(self, bericht: Bericht, route: Route | None, message_id: UUID, now: datetime) -> NewMessage | None:
        if route is None:
            return None
        answerer = route.declaration_answer if isinstance(bericht, JW323) else route.retour
        if answerer is not Answerer.GATEWAY:
            return None
        token = "".join(secrets.choice(_ALPHABET) for _ in range(TOKEN_LENGTH))
        reply = positive_answer(bericht, GATEWAY_PREFIX + token, dutch_day(now))
        if reply is None:
            return None
        document = self._codec.write(reply)
        draft = _new_message(address_of(reply), document, now, route, answers=message_id, status="queued")
        return replace(draft, origin="gateway", bsns=subjects_of(reply))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database knows that matters to a batch of messages."""

    now: datetime
    tokens: set[str]
    parties: set[str]
    answered: Mapping[tuple[str, str, str], MessageRow]
    requests: Mapping[tuple[str, str, str], Sequence[MessageRow]]


def refusal_of(reading: Reading) -> Refusal:
    """Turn what the reader said into a refusal of the exchange."""
    if reading.refusal is None:
        raise AssertionError  # Only a refused reading is asked for its refusal.
    kind = _KINDS.get(reading.refusal.kind, Refused.ZIP_INVALID)
    return Refusal(kind, reading.refusal.kind.value, reading.refusal.findings)


def _refusal(candidate: Candidate, known: _Known) -> Refusal | None:
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
        return Accepted(_row(message), new=True)
    if isinstance(outcome, Duplicate):
        if outcome.existing.digest == message.digest:
            return Accepted(outcome.existing.seen_at(now), new=False)
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


def _status(manual: bool) -> str:  # noqa: FBT001 - the one thing that it depends on
    return "manual" if manual else "queued"


def _new_message(
    address: Address, document: Document, now: datetime, route: Route | None, *, answers: UUID | None, status: str
) -> NewMessage:
    waits = route.expire_days if route else None
    return NewMessage(
        id=new_id(now),
        type=address.type,
        release=RELEASE,
        sender=address.sender,
        recipient=address.recipient,
        identificatie=address.identificatie,
        dagtekening=address.dagtekening,
        status=status,
        origin="party",
        content=document.chunks if document.large else document.content(),
        size=document.size,
        digest=document.digest,
        received_at=now,
        expires_at=now + timedelta(days=waits) if waits and status == "queued" else None,
        answers=answers,
        # That a message was accepted and queued is what being kept means; only another beginning is written down.
        events=() if status == "queued" else ((status, {}),),
    )


def _row(message: NewMessage) -> MessageRow:
    """Give a message that was just written as it would be read."""
    kept = {field.name: getattr(message, field.name) for field in fields(MessageRow) if hasattr(message, field.name)}
    return MessageRow(**kept, failures=0, lease_id=None, lease_expires_at=None)
