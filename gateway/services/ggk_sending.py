"""Sending by the GGk: messages in their envelopes, and what is wrong with envelopes that came in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from gateway import __version__
from gateway.exchange.attempts import Delivered, Hiccup, Outcome, RefusedForGood
from gateway.exchange.ggk import FUNCTIE_VERSIE, RETOUR, AnswerHead, Envelop, Fault, Systeem, berichtcode_of
from gateway.logs import get_logger
from gateway.services.clock import Clock
from gateway.services.dead_letters import warn_of_new_cause
from gateway.services.ggk_moment import tijdstip
from gateway.services.pushing import Pushing
from gateway.store import dead_letters, ggk, messages
from gateway.store.content import content_parts
from gateway.store.ggk import ReceivedRow
from gateway.store.outbox import OutboxRow
from gateway.store.rows import MessageRow
from gateway.store.vault import Keyring
from gateway.transport.ggk0210 import SoapParcel, SoapTransport
from gateway.transport.transport import harmless
from gateway.wire.document import MAX_SIZE, Document
from gateway.wire.ggk_answer import envelope_size, write_envelope, write_fo01
from gateway.wire.ggk_envelope import GGK, STUF, read_answer
from gateway.wire.soap import SoapError

_log = get_logger(__name__)

_MAJOR, _MINOR = (f"{int(part):04d}" for part in __version__.split(".")[:2])
_OK: Final = 200
_TOO_LARGE: Final = 413
_WHO_WE_ARE: Final = "IB002"


class GgkChannel:
    """The channel of everything that goes out by the GGk."""

    def __init__(
        self, transport: SoapTransport, keyring: Keyring, pushing: Pushing, applicatie: str, clock: Clock
    ) -> None:
        """Send by this transport; `applicatie` is what the gateway calls itself."""
        self._transport = transport
        self._keyring = keyring
        self._pushing = pushing
        self._applicatie = applicatie
        self._clock = clock

    @property
    def transport(self) -> SoapTransport:
        """Give the way outside."""
        return self._transport

    def pack(self, connection: Connection, row: OutboxRow) -> SoapParcel | None:
        """Put a message or a fault in its envelope; nothing for a message that does not wait any more."""
        door = self._pushing.door(row.recipient, self._pushing.endpoints(connection, [row.recipient]))
        if door is None or door.url is None:
            return None
        if row.purpose == "fault":
            received = ggk.get_received(connection, row.subject_id) if row.subject_id else None
            return self._fault(received, row, door.url) if received else None
        message = messages.get(connection, row.message_id) if row.message_id else None
        if message is None or message.status not in {"queued", "leased"}:
            return None
        envelop = self._envelop(connection, message, row, door.application)
        document = Document()
        for part in content_parts(connection, self._keyring, message.id):
            document.append(part)
        return SoapParcel(
            url=door.url,
            action=f"{GGK}/ggk_{envelop.berichtcode}",
            size=envelope_size(envelop, document.size),
            most=MAX_SIZE,
            pieces=write_envelope(envelop, document),
            judge=outcome_of,
            close=document.close,
        )

    def _envelop(self, connection: Connection, message: MessageRow, row: OutboxRow, application: str) -> Envelop:
        berichtcode = berichtcode_of(message.type)
        heen = ggk.received_with(connection, message.answers) if message.answers else None
        them = _sender_of(heen) if heen and heen.sender == row.recipient else Systeem(row.recipient, application)
        about = None
        if berichtcode == RETOUR:
            about = heen.reference if heen else _reference_of(message.answers or message.id)
        return Envelop(
            berichtcode=berichtcode,
            zender=Systeem(message.sender, self._applicatie),
            ontvanger=them,
            referentienummer=row.reference or _reference_of(row.id),
            tijdstip=tijdstip(message.received_at),
            functie=message.type,
            functie_versie=FUNCTIE_VERSIE,
            applicatie_versie=(_MAJOR, _MINOR),
            cross_refnummer=about,
        )

    def _fault(self, received: ReceivedRow, row: OutboxRow, url: str) -> SoapParcel:
        head = AnswerHead(
            zender=Systeem(received.recipient, self._applicatie),
            ontvanger=_sender_of(received),
            referentienummer=row.reference or _reference_of(row.id),
            tijdstip=tijdstip(self._clock()),
            cross_refnummer=received.reference,
        )
        fault = Fault(received.fault_code or "", received.fault_text or "", received.fault_findings)
        body = write_fo01(head, fault, f"{received.function}-{received.function_version}")

        def pieces() -> Iterator[bytes]:
            yield body

        return SoapParcel(url, f"{STUF}/Fo01", len(body), MAX_SIZE, pieces, outcome_of, lambda: None)

    def sent(self, connection: Connection, row: OutboxRow) -> None:
        """Write down that a message was delivered: a Bv03 says that the other side has it."""
        if row.message_id and row.purpose == "message":
            detail = {"by": row.kind, "reference": row.reference}
            ggk.end_delivery(connection, row.message_id, status="delivered", detail=detail, now=self._clock())

    def given_up(self, connection: Connection, row: OutboxRow, cause: str) -> None:
        """Make a message that could not be sent a dead letter."""
        if row.message_id and row.purpose == "message":
            detail, now = {"by": row.kind, "reason": cause}, self._clock()
            if ggk.end_delivery(connection, row.message_id, status="failed", detail=detail, now=now):
                dead_letters.add(connection, row.message_id, row.recipient, cause, now=now)
                warn_of_new_cause(connection, row.message_id)


def _sender_of(received: ReceivedRow) -> Systeem:
    """Name the system that sent an envelope, as it named itself."""
    return Systeem(received.sender, received.application, received.administration, received.user_name)


def _reference_of(identifier: UUID) -> str:
    """Make a reference of an id: to a message that came without an envelope, and so has none of its own."""
    return str(UUID(bytes=hashlib.sha256(identifier.bytes).digest()[:16], version=4))


def outcome_of(status: int, body: bytes) -> Outcome:
    """Say what an answer means: a Bv03 that the other side has it, a Fo03 about the envelope that it never will.

    Anything else may pass, and so may a Fo03 about who we are: that is a setting on one of both sides.
    """
    try:
        fault = read_answer(Document(body))
    except SoapError:
        told = f"HTTP {status}, zonder Bv03 of Fo03"
        return RefusedForGood(told) if status == _TOO_LARGE else Hiccup(told)
    if fault is None:
        return Delivered("Bv03") if status == _OK else Hiccup(f"HTTP {status}, met een Bv03")
    told = harmless(f"{fault.code}: {fault.text}" if fault.code else fault.text)
    return RefusedForGood(told) if fault.at_client and fault.code != _WHO_WE_ARE else Hiccup(told)
