"""Taking messages: read, address, answer, keep - or refuse, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from gateway.exchange.address import address_of, municipality_of
from gateway.exchange.refusal import Refusal, Refused, refuse
from gateway.exchange.route import HistoryChecks, RouteTable
from gateway.ijw.verzoek import JW315
from gateway.services.caller import Caller
from gateway.services.drafting import Candidate
from gateway.services.judging import judged
from gateway.services.settling import Accepted, Also, Settling
from gateway.services.surroundings import Surroundings
from gateway.wire.codec import Codec
from gateway.wire.document import Document
from gateway.wire.reader import Reading
from gateway.wire.refusal import Kind

# The chain has no fault code for it: the mark is the gateway's own.
_OPT_OUT: Final = "OPT-OUT"

_KINDS: Final = {
    Kind.NOT_WELL_FORMED: Refused.NOT_WELL_FORMED,
    Kind.SCHEMA_INVALID: Refused.SCHEMA_INVALID,
    Kind.TOO_LARGE: Refused.TOO_LARGE,
    Kind.ZIP_ENTRY_TOO_LARGE: Refused.TOO_LARGE,
    Kind.ENCODING: Refused.ENCODING,
}


class Intake:
    """Takes messages from parties."""

    def __init__(self, codec: Codec, surroundings: Surroundings, routes: RouteTable, settling: Settling) -> None:
        """Read with this codec, judge by what lies around, and have settled what may be sent."""
        self._codec = codec
        self._routes = routes
        self._surroundings = surroundings
        self._settling = settling

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
        findings = judged(reading, None if as_json else given, self._surroundings.outside(), decides=True).findings
        return Candidate(reading.bericht, address, document, caller, findings, lined=not as_json, opt_out=opt_out)

    def settle(self, candidates: Sequence[Candidate], also: Also | None = None) -> list[Accepted | Refusal]:
        """Keep the messages, all in one transaction; each is kept, known already, or refused for itself.

        What belongs to them is done in the same transaction by `also`.
        """
        return self._settling.settle(candidates, also)

    def reject(self, connection: Connection, candidate: Candidate, refusal: Refusal) -> UUID | None:
        """Keep a message as rejected for what is wrong with its delivery; nothing when its Identificatie was used."""
        return self._settling.reject(connection, candidate, refusal)


def refusal_of(reading: Reading) -> Refusal:
    """Turn what the reader said into a refusal of the exchange."""
    if reading.refusal is None:
        raise AssertionError  # Only a refused reading is asked for its refusal.
    kind = _KINDS.get(reading.refusal.kind, Refused.ZIP_INVALID)
    return Refusal(kind, reading.refusal.kind.value, reading.refusal.findings)
