"""What the other side says later of what was sent to it: the Fo01 that refuses a message after its Bv03."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection

from gateway.errors import ContentRemovedError
from gateway.exchange.ggk import Fault, Foutbericht, clipped
from gateway.ijw.finding import Finding
from gateway.logs import get_logger
from gateway.services.caller import Caller
from gateway.services.clock import Clock
from gateway.services.drafting import Candidate
from gateway.services.pushing import Pushing
from gateway.services.settling import Settling
from gateway.store import ggk, messages, outbox
from gateway.store.content import ContentMissingError
from gateway.store.engine import Database
from gateway.store.ggk import ReceivedRow
from gateway.store.rows import MessageRow
from gateway.transport.transport import harmless

_log = get_logger(__name__)


class GgkFaults:
    """Takes faults in, and passes them on to who sent the message."""

    def __init__(self, database: Database, settling: Settling, pushing: Pushing, clock: Clock) -> None:
        """Work on this database."""
        self._database = database
        self._settling = settling
        self._pushing = pushing
        self._clock = clock

    def take(self, fout: Foutbericht, caller: Caller) -> None:
        """Mark the message refused that a fault is about, and tell its sender; a fault about nothing changes nothing.

        The caller has to act for whom the message was sent to: nobody refuses what is another's. The sender gets the
        retourbericht that refuses a message, and a Fo01 besides where the message came by the GGk.
        """
        message = self._message(fout, caller)
        if message is None or message.status == "rejected":
            return
        finding = Finding("gateway", harmless(fout.code), clipped(harmless(fout.omschrijving)))

        def mark(connection: Connection, _: object) -> None:
            if ggk.refuse_message(connection, message, finding, now=self._clock()):
                self._tell(connection, message, finding)

        answer = self._answer(message, caller)
        if answer:
            self._settling.settle([answer], mark)
            return
        with self._database.write() as connection:
            mark(connection, None)

    def _answer(self, message: MessageRow, caller: Caller) -> Candidate | None:
        try:
            return self._settling.refusal_of(message, caller)
        except (ContentRemovedError, ContentMissingError):
            return None  # What was kept long enough is answered no more; that it was refused is still told.

    def _message(self, fout: Foutbericht, caller: Caller) -> MessageRow | None:
        with self._database.read() as connection:
            sent = outbox.with_reference(connection, fout.cross_refnummer)
            if sent is None or not caller.acts_for(sent.recipient):
                _log.warning("ggk-fault-about-nothing", code=harmless(fout.code))
                return None
            if sent.message_id is None or sent.purpose != "message":
                # It is about a Fo01 of ours; an answer to that would go on for ever.
                _log.warning("ggk-fault-about-fault", code=harmless(fout.code))
                return None
            return messages.get(connection, sent.message_id)

    def _tell(self, connection: Connection, message: MessageRow, finding: Finding) -> None:
        now = self._clock()
        endpoints = self._pushing.endpoints(connection, [message.sender])
        notes = self._pushing.refused(message.sender, endpoints, now)
        outbox.add(connection, [(message.id, now, new) for new in notes])
        received = ggk.received_with(connection, message.id)
        if received is not None:
            ggk.blame_received(connection, received.id, Fault(finding.code, finding.message))
            self.send(connection, received, message.id)

    def send(self, connection: Connection, received: ReceivedRow, message_id: UUID | None) -> None:
        """Have a Fo01 sent about an envelope, if its sender is reached by the GGk."""
        now = self._clock()
        endpoints = self._pushing.endpoints(connection, [received.sender])
        faults = self._pushing.fault(received.sender, endpoints, now)
        outbox.add(connection, [(message_id, now, replace(new, subject_id=received.id)) for new in faults])
        # Who has no GGk here hears nothing; an administrator who is asked finds it by the reference.
        _log.info(
            "ggk-content-refused",
            sender=received.sender,
            reference=received.reference,
            code=received.fault_code,
            told=bool(faults),
        )
