"""Taking what comes in an envelope of the GGk: the same intake as over HTTP, with the chain's own answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from gateway.exchange.ggk import (
    AnswerHead,
    Envelop,
    Fault,
    Foutbericht,
    Systeem,
    fault_of_envelope,
    fault_of_refusal,
)
from gateway.exchange.refusal import Refusal, Refused
from gateway.exchange.route import RouteTable
from gateway.logs import get_logger
from gateway.resources import schemas_dir
from gateway.services.caller import Caller
from gateway.services.certificates import Certificates
from gateway.services.clock import Clock
from gateway.services.drafting import Candidate
from gateway.services.ggk_faults import GgkFaults
from gateway.services.ggk_moment import new_reference, tijdstip
from gateway.services.ggk_texts import Texts
from gateway.services.intake import Intake
from gateway.services.settling import Accepted
from gateway.store import ggk, messages, outbox
from gateway.store.engine import Database
from gateway.store.ggk import ReceivedRow
from gateway.store.identifiers import new_id
from gateway.wire.document import Document
from gateway.wire.ggk_answer import write_bv03, write_fo03, write_soap_fault
from gateway.wire.ggk_envelope import PAYLOADS, EnvelopeError, envelope_schema
from gateway.wire.soap import SoapError, SoapMessage, read_soap

_log = get_logger(__name__)

_NOBODY: Final = Systeem("", "onbekend")


class _SeenBeforeError(Exception):
    """The same envelope was taken a moment earlier; nothing of this one is kept."""


class Answer(Struct, frozen=True):
    """What goes back over the wire; not `taken` is a SOAP fault."""

    body: bytes
    taken: bool


class Text(Struct, frozen=True):
    """A text, instead of a message, for who takes texts."""

    file_name: str
    content: Document


Judged: TypeAlias = Candidate | Refusal | Fault | Text


class GgkDesk(Struct, frozen=True):
    """What belongs to receiving besides the intake; `applicatie` is what the gateway calls itself."""

    routes: RouteTable
    faults: GgkFaults
    texts: Texts
    applicatie: str
    base_url: str | None = None


class GgkIntake:
    """Receives envelopes."""

    def __init__(
        self,
        database: Database,
        intake: Intake,
        certificates: Certificates,
        desk: GgkDesk,
        clock: Clock,
    ) -> None:
        """Take messages with this intake; the rest is the desk's."""
        self._database = database
        self._intake = intake
        self._certificates = certificates
        self._faults = desk.faults
        self._texts = desk.texts
        self._routes = desk.routes
        self._schema = envelope_schema(schemas_dir() / "ggk0210")
        self._base_url = desk.base_url
        self._us = Systeem("", desk.applicatie)
        self._clock = clock

    def address(self, called: str, path: str) -> str:
        """Tell at which address others reach this: as set, else as it was called."""
        return self._base_url.rstrip("/") + path if self._base_url else called

    def receive(self, document: Document, caller: Caller) -> Answer:
        """Take what is in a SOAP message, and give the answer to it; a failure of ours is an answer too."""
        try:
            soap = read_soap(document, PAYLOADS)
        except SoapError as error:
            if error.fault != "Client":
                return Answer(write_soap_fault(error.fault, str(error)), taken=False)
            return self.refuse(Fault("IB001", str(error)))
        with closing(soap):
            try:
                found = self._schema.read(soap.content)
            except EnvelopeError as error:
                return self.refuse(Fault("IB001", str(error)))
            return self._answer(found, lambda: self._take_any(found, soap, caller))

    def refuse(self, fault: Fault, about: Envelop | Foutbericht | None = None) -> Answer:
        """Give the answer that an envelope is not taken."""
        body = write_fo03(self._head(about), fault)
        return Answer(body, taken=False)

    def _answer(self, about: Envelop | Foutbericht, take: Callable[[], Fault | None]) -> Answer:
        try:
            refused = take()
        except Exception:  # noqa: BLE001 - the other side hears of any failure in its own terms
            # Whatever it was, nothing was taken: the sender keeps the message and sends it again.
            _log.exception("ggk-receive-failed")
            refused = Fault("StUF058", "Er ging bij ons iets mis; bied het opnieuw aan.", at_client=False)
        if refused:
            return self.refuse(refused, about)
        return Answer(write_bv03(self._head(about)), taken=True)

    def _take_any(self, found: Envelop | Foutbericht, soap: SoapMessage, caller: Caller) -> Fault | None:
        if isinstance(found, Foutbericht):
            self._faults.take(found, caller)
            return None
        return self._take(found, soap.payload or Document(), caller)

    def _take(self, envelop: Envelop, payload: Document, caller: Caller) -> Fault | None:
        """Take an envelope; gives a fault when it is not taken at all. A refused content is another matter."""
        sender = envelop.zender.organisatie
        if not caller.acts_for(sender):
            return Fault("IB002", "De zender in de envelop is niet de partij van dit token of certificaat.")
        with self._database.read() as connection:
            earlier = ggk.find_received(connection, sender, envelop.referentienummer)
        if earlier:
            return _repeated(earlier, envelop, payload)
        try:
            self._settle(self._row(envelop, payload), self._judge(envelop, payload, caller))
        except _SeenBeforeError:
            with self._database.read() as connection:
                earlier = ggk.find_received(connection, sender, envelop.referentienummer)
            return _repeated(earlier, envelop, payload) if earlier else None
        return None

    def _judge(self, envelop: Envelop, payload: Document, caller: Caller) -> Judged:
        """Judge what can be judged without writing."""
        if envelop.bestandsnaam is not None:
            return self._judge_text(envelop, envelop.bestandsnaam, payload)
        fault = fault_of_envelope(envelop)
        if fault:
            return fault
        candidate = self._intake.prepare(
            payload, self._certificates.mandated(caller, envelop.zender.organisatie, envelop.functie)
        )
        if isinstance(candidate, Refusal):
            return candidate
        if candidate.address.type != envelop.functie:
            text = f"De envelop noemt een {envelop.functie}, maar de inhoud is een {candidate.address.type}."
            return Fault("StUF055", text)
        if candidate.address.recipient != envelop.ontvanger.organisatie:
            return Fault("IB010", "De ontvanger in de envelop is een andere dan die in het bericht.")
        return candidate

    def _judge_text(self, envelop: Envelop, file_name: str, payload: Document) -> Text | Fault:
        route = self._routes.get(envelop.ontvanger.organisatie)
        if route and route.ggk and route.ggk.texts:
            return Text(file_name, payload)
        return Fault("IB007", "Een tekstbestand wordt voor deze organisatie niet aangenomen; lever XML aan.")

    def _settle(self, received: ReceivedRow, judged: Judged) -> None:
        if isinstance(judged, Candidate):
            with self._database.read() as connection:
                judged = _crossed(connection, judged, received.cross_reference) or judged
        if isinstance(judged, Candidate):
            candidate = judged

            def also(connection: Connection, results: Sequence[Accepted | Refusal]) -> None:
                self._file(connection, received, results[0], candidate)

            self._intake.settle([candidate], also)
            return
        with self._database.write() as connection:
            self._file(connection, received, judged)

    def _file(
        self,
        connection: Connection,
        received: ReceivedRow,
        outcome: Accepted | Refusal | Fault | Text,
        candidate: Candidate | None = None,
    ) -> None:
        """Write an envelope down with what became of its content; raises when it was written down meanwhile."""
        message_id = outcome.message.id if isinstance(outcome, Accepted) else None
        fault = outcome if isinstance(outcome, Fault) else None
        if isinstance(outcome, Refusal):
            fault = fault_of_refusal(outcome, received.recipient)
            message_id = outcome.message_id
            if candidate and outcome.kind is Refused.RECIPIENT_UNKNOWN:
                message_id = self._intake.reject(connection, candidate, outcome)
        received = received.concluded(message_id, fault)
        if not ggk.add_received(connection, received):
            raise _SeenBeforeError
        if isinstance(outcome, Text):
            self._texts.keep_in(connection, received, outcome.file_name, outcome.content)
        if fault:
            self._faults.send(connection, received, message_id)

    def _row(self, envelop: Envelop, payload: Document) -> ReceivedRow:
        now = self._clock()
        zender = envelop.zender
        return ReceivedRow(
            id=new_id(now),
            sender=zender.organisatie,
            reference=envelop.referentienummer,
            kind=envelop.berichtcode,
            function=envelop.functie,
            function_version="".join(envelop.functie_versie),
            application=zender.applicatie,
            administration=zender.administratie,
            user_name=zender.gebruiker,
            recipient=envelop.ontvanger.organisatie,
            cross_reference=envelop.cross_refnummer,
            digest=payload.digest,
            received_at=now,
        )

    def _head(self, about: Envelop | Foutbericht | None) -> AnswerHead:
        """Answer as whoever the envelope was for; one that could not be read is answered to nobody by name."""
        return AnswerHead(
            zender=replace(self._us, organisatie=about.ontvanger.organisatie) if about else self._us,
            ontvanger=about.zender if about else _NOBODY,
            referentienummer=new_reference(),
            tijdstip=tijdstip(self._clock()),
            cross_refnummer=about.referentienummer if about else "",
        )


def _crossed(connection: Connection, candidate: Candidate, cross_reference: str | None) -> Fault | None:
    """Refuse an answer that names another envelope than the one in which the answered message was sent."""
    answers = candidate.address.answers
    if answers is None or cross_reference is None:
        return None
    sent = outbox.with_reference(connection, cross_reference)
    answered = messages.find_by_key(connection, answers)
    if answered is None or (sent and sent.message_id == answered.id):
        return None
    by_envelope = bool(outbox.of_messages(connection, [answered.id], kind="ggk0210"))
    if sent or by_envelope:
        return Fault(
            "IB022", "Het crossRefnummer is niet dat van de envelop met het bericht waarop dit een antwoord is."
        )
    return None


def _repeated(earlier: ReceivedRow, envelop: Envelop, payload: Document) -> Fault | None:
    """Say nothing of an envelope that came in before: it was taken. Another content under its reference is a fault."""
    if earlier.digest == payload.digest and earlier.function == envelop.functie:
        return None
    return Fault("IB016", "Dit referentienummer is al gebruikt voor een ander bericht.")
