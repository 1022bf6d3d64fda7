"""What a case is about, in words: for the mail that only its municipality can read, and for whoever handles it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from gateway.errors import ContentRemovedError, InvalidBerichtError
from gateway.exchange.address import subjects_of
from gateway.exchange.manual_case import reference_of
from gateway.exchange.readable import readable
from gateway.ijw.bericht import Bericht
from gateway.ijw.codelijsten import Codelijsten
from gateway.ijw.dossier import Dossier, Feit
from gateway.ijw.toewijzing import JW301
from gateway.services.audit import Act, Audit
from gateway.services.caller import Caller
from gateway.services.clock import Clock
from gateway.services.manual_cases import ManualCases
from gateway.store import messages
from gateway.store.engine import Database
from gateway.store.manual_cases import CaseRow
from gateway.store.messages import MessageFilter
from gateway.store.rows import MessageRow
from gateway.store.vault import Keyring
from gateway.wire.codec import Codec
from gateway.wire.document import Document
from gateway.wire.readable_html import readable_page

# Each JW301 repeats all that is allocated (OP087): the newest few say what holds, and a client has few.
_NEWEST = 20


@dataclass(frozen=True, slots=True)
class CaseContent:
    """What the message of a case says: in words, and as it was taken."""

    page: str = field(repr=False)
    xml: bytes = field(repr=False)


class CaseReading:
    """Puts the messages of cases into words."""

    def __init__(self, keyring: Keyring, codec: Codec, lists: Codelijsten) -> None:
        """Read with these keys and this codec; codes mean what these lists say."""
        self._keyring = keyring
        self._codec = codec
        self._lists = lists

    def content(self, connection: Connection, case: CaseRow, now: datetime) -> CaseContent:
        """Give what a case is about; raises ContentRemovedError when the content is not kept any more."""
        if not messages.has_content(connection, case.message_id):
            raise ContentRemovedError
        xml = self._xml(connection, case.message_id)
        bericht = self._read(xml)
        words = readable(bericht, self._dossier(connection, bericht, case, now), self._lists)
        return CaseContent(readable_page(words, reference_of(case.id)), xml)

    def _xml(self, connection: Connection, message_id: UUID) -> bytes:
        return b"".join(messages.content_parts(connection, self._keyring, message_id))

    def _read(self, xml: bytes) -> Bericht:
        reading = self._codec.read(Document(xml))
        if reading.bericht is None:
            raise InvalidBerichtError("A message that is kept does not fit the schemas in force.")
        return reading.bericht

    def _dossier(self, connection: Connection, bericht: Bericht, case: CaseRow, now: datetime) -> Dossier:
        """Gather what is allocated to the client, from the JW301s between the two parties."""
        facts: list[Feit[JW301.ToegewezenProduct]] = []
        for bsn in subjects_of(bericht)[:1]:
            wanted = MessageFilter(
                types=(JW301.TYPE,), senders=(case.municipality,), recipients=(case.provider,), bsn=bsn
            )
            for row in messages.search(connection, self._keyring, wanted, limit=_NEWEST, now=now):
                if row.status != "rejected":
                    facts += self._allocated(connection, row)
        return Dossier(toewijzingen=tuple(facts))

    def _allocated(self, connection: Connection, row: MessageRow) -> list[Feit[JW301.ToegewezenProduct]]:
        if not messages.has_content(connection, row.id):
            return []
        bericht = self._read(self._xml(connection, row.id))
        if not isinstance(bericht, JW301):
            return []
        products = bericht.client.toegewezen_producten
        return [Feit(row.id, row.dagtekening, row.identificatie, product) for product in products]


class CasePages:
    """Shows handlers what their cases are about, and writes down who looked."""

    def __init__(
        self, database: Database, cases: ManualCases, reading: CaseReading, audit: Audit, clock: Clock
    ) -> None:
        """Look in this database."""
        self._database = database
        self._cases = cases
        self._reading = reading
        self._audit = audit
        self._clock = clock

    def page(self, case_id: UUID, caller: Caller) -> str | None:
        """Give the page about a case; nothing when it is not the caller's to handle.

        Raises ContentRemovedError when the content is not kept any more.
        """
        case = self._cases.find(case_id, caller)
        if case is None:
            return None
        with self._database.read() as connection:
            content = self._reading.content(connection, case, self._clock())
        self._audit.note(Act.CONTENT_READ, caller.actor, messages=[case.message_id])
        self._audit.opted_out_seen(caller, [case.message_id])
        return content.page
