"""From a message that was read to what is kept of it: its status, what belongs to it, and the gateway's own answer."""

from __future__ import annotations

import secrets
import string
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from gateway.exchange.address import Address, address_of, requests_answered_by, requests_in, subjects_of
from gateway.exchange.afwijzing import refusal_with_codes, technical_refusal, wholly_refused
from gateway.exchange.retour import GATEWAY_PREFIX, TOKEN_LENGTH, positive_answer
from gateway.exchange.route import Answerer, HistoryChecks, Route, RouteTable
from gateway.ijw.bericht import RELEASE, Bericht
from gateway.ijw.declaratie import JW323
from gateway.ijw.finding import Finding
from gateway.rules.history import Tarief
from gateway.services.caller import Caller
from gateway.services.case_opening import mails_about, open_case
from gateway.services.clock import dutch_day
from gateway.services.judging import told
from gateway.store.identifiers import new_id
from gateway.store.messages import NewMessage
from gateway.store.rows import MessageRow, parted
from gateway.wire.codec import Codec
from gateway.wire.document import Document

_ALPHABET: Final = string.ascii_uppercase + string.digits


@dataclass(frozen=True, slots=True)
class Ruling:
    """What somebody decided about a case, from which the gateway makes the message: by which token, and why."""

    by: str
    note: str = field(repr=False)


class Candidate(Struct, frozen=True):
    """A message that was read, and whose sender may send it; ready to be kept, with what was found wrong in it.

    One that the gateway made itself, for its sender, has the ruling that it was made from. With `opt_out` it is for
    the back-office alone.
    """

    bericht: Bericht
    address: Address
    document: Document
    caller: Caller
    findings: tuple[Finding, ...] = ()
    ruling: Ruling | None = None
    opt_out: bool = False
    kept_as: UUID | None = None  # the id of a message that is kept already, and is judged once more
    lined: bool = True  # whether lines of the document mean something to the sender: it posted this XML

    @property
    def breaches(self) -> tuple[Finding, ...]:
        """Give the breaches of the rules inside the message: for those it is refused."""
        return tuple(finding for finding in self.findings if finding.source == "rule")

    @property
    def doubts(self) -> tuple[Finding, ...]:
        """Give what contradicts a list outside the message: what that means, the municipality chooses."""
        return tuple(finding for finding in self.findings if finding.source == "reference")

    @property
    def advice(self) -> tuple[Finding, ...]:
        """Give what breaks an agreement of the region; what bears a retourcode is refused for it."""
        return tuple(finding for finding in self.findings if finding.source == "gateway")


class Known(Struct, frozen=True):
    """What the database knows that matters to a batch of messages."""

    now: datetime
    tokens: set[str]
    parties: set[str]
    answered: Mapping[tuple[str, str, str], MessageRow]
    requests: Mapping[tuple[str, str, str], Sequence[MessageRow]]
    complete: bool = True  # whether all is known that follows from earlier messages
    pushes: bool = True  # whether anything is pushed to anybody


class Draft(Struct, frozen=True):
    """A message to keep, and what the gateway answers to it at once; that is written with it, as its reply."""

    message: NewMessage
    answer: Bericht | None = None

    @property
    def counts(self) -> bool:
        """Say whether it counts from now on: what was rejected does not."""
        return self.message.status != "rejected"


class Drafting:
    """Makes what is to be kept."""

    def __init__(self, codec: Codec, routes: RouteTable, feestdagen: Container[date]) -> None:
        """Write answers with this codec, as the routes ask; terms pass over these days off."""
        self._codec = codec
        self._routes = routes
        self._feestdagen = feestdagen

    def checks_of(self, candidate: Candidate) -> HistoryChecks:
        """Tell what a contradiction of earlier messages or of outside lists does."""
        route = self._route_of(candidate)
        return route.history_checks if route else HistoryChecks.ADVISE

    def tarieven_for(self, candidate: Candidate) -> tuple[Tarief, ...] | None:
        """Give the tariffs of the contract that a declaration is held against; None where no table is there."""
        route = self._route_of(candidate) if isinstance(candidate.bericht, JW323) else None
        return route.tarieven_of(candidate.address.sender) if route else None

    def draft(self, candidate: Candidate, known: Known, contradictions: tuple[Finding, ...] = ()) -> Draft:
        """Give what is to be kept of a message, and of the answer that the gateway makes to it.

        `contradictions` are what the message says against earlier ones.
        """
        checks = self.checks_of(candidate)
        if candidate.breaches:
            return self._rejected(candidate, known, candidate.breaches)
        doubts = () if checks is HistoryChecks.OFF else (*candidate.doubts, *contradictions)
        refusing = (
            *(doubts if checks is HistoryChecks.ENFORCE else ()),
            *(finding for finding in candidate.advice if finding.retourcode),
        )
        if wholly_refused(candidate.bericht, refusing):
            return self._rejected(candidate, known, refusing)
        return self._taken(candidate, known, (*doubts, *candidate.advice))

    def undeliverable(self, candidate: Candidate, findings: tuple[Finding, ...], now: datetime) -> NewMessage:
        """Give what is to be kept of a message that can go to nobody; no answer in the exchange tells its sender."""
        return _new_message(candidate, now, "rejected", findings=findings)

    def handed_over(self, candidate: Candidate, now: datetime) -> NewMessage:
        """Give what is to be kept of a message that was taken before, as the route of today says where it goes."""
        return self._begun(candidate, now, self._route_of(candidate), opt_out=candidate.opt_out)

    def refusal_of(self, heen: Bericht, caller: Caller, now: datetime) -> Candidate | None:
        """Make the answer that refuses a message which was taken before; nothing where there is none."""
        refusal = technical_refusal(heen, *own_mark(now))
        if refusal is None:
            return None
        document = self._codec.write(refusal)
        return Candidate(refusal, address_of(refusal), document, caller, ruling=Ruling(caller.token_id, ""))

    def _route_of(self, candidate: Candidate) -> Route | None:
        return self._routes.get(candidate.address.recipient) or self._routes.get(candidate.address.sender)

    def _taken(self, candidate: Candidate, known: Known, findings: tuple[Finding, ...]) -> Draft:
        bericht, address, route = candidate.bericht, candidate.address, self._route_of(candidate)
        draft = self._begun(
            candidate,
            known.now,
            route,
            findings=told(findings),
            answers=known.answered[address.answers].id if address.answers else None,
            references=requests_in(bericht),
            relations=_relations(bericht, known),
            opt_out=candidate.opt_out or _answers_opted_out(candidate, known),
        )
        answer = None if route is None else _answer(route, bericht, findings, known.now)
        if answer is None:
            return Draft(draft)
        return Draft(replace(draft, reply=self._reply(answer, draft, route)), answer)

    def _begun(self, candidate: Candidate, now: datetime, route: Route | None, **rest: Any) -> NewMessage:
        """Put a message in its queue, or before people where its municipality wants that."""
        address = candidate.address
        manual = route.handled_by_people(address.type) if route and address.recipient == route.code else None
        if manual is None:
            return _new_message(candidate, now, "queued", waits=_waiting_time(route), **rest)
        case = open_case(candidate.bericht, manual, now, self._feestdagen)
        return _new_message(candidate, now, "manual", case=case, outgoing=mails_about(case, manual, now), **rest)

    def _rejected(self, candidate: Candidate, known: Known, findings: tuple[Finding, ...]) -> Draft:
        """Keep a message that goes no further: it answers nothing, asks nothing, and is itself answered."""
        bericht = candidate.bericht
        draft = _new_message(candidate, known.now, "rejected", findings=told(findings), opt_out=candidate.opt_out)
        refusal = (
            technical_refusal(bericht, *own_mark(known.now))
            if findings[0].source == "rule"
            else refusal_with_codes(bericht, *own_mark(known.now), findings)
        )
        return Draft(replace(draft, reply=self._reply(refusal, draft, None)))

    def _reply(self, answer: Bericht | None, to: NewMessage, route: Route | None) -> NewMessage | None:
        if answer is None:
            return None
        return _kept(
            address_of(answer),
            self._codec.write(answer),
            to.received_at,
            "queued",
            origin="gateway",
            waits=_waiting_time(route),
            answers=to.id,
            bsns=subjects_of(answer),
            opt_out=to.opt_out,
        )


def _answer(route: Route, bericht: Bericht, findings: tuple[Finding, ...], now: datetime) -> Bericht | None:
    """Give the answer that the gateway makes to a message that was taken, where the municipality wants that.

    Of a declaration it grants what contradicts nothing, where a contradiction refuses.
    """
    answerer = route.declaration_answer if isinstance(bericht, JW323) else route.retour
    if answerer is not Answerer.GATEWAY:
        return None
    enforced = route.history_checks is HistoryChecks.ENFORCE
    refusing = tuple(found for found in findings if found.retourcode and (enforced or found.source == "gateway"))
    if isinstance(bericht, JW323) and refusing:
        return refusal_with_codes(bericht, *own_mark(now), refusing)
    return positive_answer(bericht, *own_mark(now))


def own_mark(now: datetime) -> tuple[str, date]:
    """Make the Identificatie and the Dagtekening of an answer."""
    token = "".join(secrets.choice(_ALPHABET) for _ in range(TOKEN_LENGTH))
    return GATEWAY_PREFIX + token, dutch_day(now)


def _waiting_time(route: Route | None) -> timedelta | None:
    return timedelta(days=route.expire_days) if route and route.expire_days else None


def _relations(bericht: Bericht, known: Known) -> tuple[tuple[UUID, str], ...]:
    requests = {row.id for key in requests_answered_by(bericht) for row in known.requests.get(key, [])[:1]}
    return tuple((request, "request") for request in sorted(requests))


def _answers_opted_out(candidate: Candidate, known: Known) -> bool:
    """Say whether a message answers one that is for the back-office alone: then so is this one."""
    answered = known.answered.get(candidate.address.answers) if candidate.address.answers else None
    asked = (row for key in requests_answered_by(candidate.bericht) for row in known.requests.get(key, [])[:1])
    return (answered is not None and answered.opt_out) or any(row.opt_out for row in asked)


def _new_message(candidate: Candidate, now: datetime, status: str, **rest: Any) -> NewMessage:
    origin = "gateway" if candidate.ruling else "party"
    bsns = subjects_of(candidate.bericht)
    rest |= {"origin": origin, "bsns": bsns}
    return _kept(candidate.address, candidate.document, now, status, message_id=candidate.kept_as, **rest)


def _kept(
    address: Address,
    document: Document,
    now: datetime,
    status: str,
    *,
    message_id: UUID | None = None,
    waits: timedelta | None = None,
    **rest: Any,
) -> NewMessage:
    """Make what is kept; `rest` are its fields that are not told by the outside of the message.

    All fields at once: to replace some of them afterwards takes twice as long as making it.
    """
    return NewMessage(
        id=message_id or new_id(now),
        type=address.type,
        release=RELEASE,
        sender=address.sender,
        recipient=address.recipient,
        identificatie=address.identificatie,
        dagtekening=address.dagtekening,
        status=status,
        content=document.chunks if document.large else document.content(),
        size=document.size,
        digest=document.digest,
        received_at=now,
        expires_at=now + waits if waits and status == "queued" else None,
        # That a message was accepted and queued is what being kept means; only another beginning is written down.
        events=() if status == "queued" else ((status, {}),),
        **rest,
    )


def row_of(message: NewMessage) -> MessageRow:
    """Give a message that was just written as it would be read."""
    findings, private = parted(message.findings)
    return MessageRow(
        id=message.id,
        type=message.type,
        release=message.release,
        sender=message.sender,
        recipient=message.recipient,
        identificatie=message.identificatie,
        dagtekening=message.dagtekening,
        status=message.status,
        origin=message.origin,
        size=message.size,
        digest=message.digest,
        findings=findings,
        private=private,
        received_at=message.received_at,
        failures=0,
        lease_id=None,
        lease_expires_at=None,
        expires_at=message.expires_at,
        answers=message.answers,
        opt_out=message.opt_out,
        handling=message.case.notice if message.case else None,
    )
