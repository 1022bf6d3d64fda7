"""What is known of a client's allocations at a provider: as the JW301s said it, word for word."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from gateway.exchange.besluit import Bekend, Fields, nummer_of
from gateway.ijw.dossier import Dossier, actueel, nietig, version_order
from gateway.services.kept import Kept
from gateway.store.dossiers import read_dossier


class Known(Struct, frozen=True):
    """A client's dossier without what was refused, and what the messages behind it say."""

    dossier: Dossier
    facts: Bekend


def known_of(
    connection: Connection, kept: Kept, dossier_id: UUID | None, today: date, staying: Collection[int] = ()
) -> Known | None:
    """Read what is known of a client: as the latest JW301 describes it, with what is allocated on this day.

    An allocation is given as its latest version was sent, comments and all; one whose message was removed is left
    out. Those of `staying` are given also when they have ended since. None where no JW301 of the client is known.
    """
    dossier = read_dossier(connection, kept.keyring, dossier_id) if dossier_id else None
    if dossier is None or not dossier.counting.toewijzingen:
        return None
    counting = dossier.counting
    said: dict[UUID, Fields] = {}

    def client_in(message: UUID) -> Fields:
        if message not in said:
            fields = kept.fields(connection, message)
            said[message] = fields["client"] if fields else {}
        return said[message]

    current: list[Fields] = []
    for version in counting.latest_toewijzingen():
        nummer = version.klasse.toewijzing_nummer
        if actueel(version.klasse, today) or (nummer in staying and not nietig(version.klasse)):
            current += _numbered(client_in(version.bericht), nummer)
    latest = max(counting.toewijzingen, key=version_order)
    return Known(counting, Bekend(client_in(latest.bericht), tuple(current)))


def _numbered(client: Fields, nummer: int) -> list[Any]:
    return [product for product in client.get("toegewezenProducten", ()) if nummer_of(product) == nummer]
