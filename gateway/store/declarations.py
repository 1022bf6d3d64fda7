"""Declarations, and the ReferentieNummers of the Prestaties in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, Self
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, Row, bindparam, delete, or_, select, update

from gateway.exchange.uitkomst import Uitkomst
from gateway.ijw.declaratie import JW323
from gateway.ijw.typen import GeslotenPeriode
from gateway.rules.history import Declaratie
from gateway.store import lifecycle_tables as tables
from gateway.store.bulk import BulkInsert
from gateway.store.dossiers import chunks

_DECLARATION = tables.declaration
_REFERENCE = tables.prestatie_reference
_AT_ONCE: Final = 500

_SAVE = BulkInsert(
    _DECLARATION,
    "message_id",
    "provider",
    "municipality",
    "declaratie_nummer",
    "begindatum",
    "einddatum",
    "basisschema_xsd_versie",
    "bericht_xsd_versie",
    "outcome",
    or_replace=True,
)
_SAVE_REFERENCES = BulkInsert(_REFERENCE, "provider", "reference", "message_id", "dossier_id", or_skip=True)
# One that was refused as a whole counts as never sent (IV087).
_STANDS = or_(_DECLARATION.c.outcome.is_(None), _DECLARATION.c.outcome != Uitkomst.REFUSED)
_BY_NUMBER = select(_DECLARATION).where(
    _DECLARATION.c.provider == bindparam("provider"), _DECLARATION.c.declaratie_nummer == bindparam("nummer"), _STANDS
)
_LATEST = (
    select(_DECLARATION)
    .where(
        _DECLARATION.c.provider == bindparam("provider"),
        _DECLARATION.c.municipality == bindparam("municipality"),
        _STANDS,
    )
    .order_by(_DECLARATION.c.begindatum.desc(), _DECLARATION.c.message_id.desc())
    .limit(1)
)
_USED = select(_REFERENCE.c.reference, _REFERENCE.c.message_id).where(
    _REFERENCE.c.provider == bindparam("provider"), _REFERENCE.c.reference.in_(bindparam("references", expanding=True))
)


class NewDeclaration(Struct, frozen=True):
    """A declaration to write; `uitkomst` is that of its JW325, where the gateway answers at once."""

    provider: str
    declaratie: Declaratie
    uitkomst: Uitkomst | None

    @classmethod
    def of(cls, bericht: JW323, message_id: UUID, uitkomst: Uitkomst | None) -> Self:
        """Take from a JW323 what is kept of it."""
        declared, versie = bericht.declaratie, bericht.header.xsd_versie
        declaratie = Declaratie(
            message_id,
            bericht.header.ontvanger,
            declared.declaratie_nummer,
            declared.declaratie_periode,
            (versie.basisschema_xsd_versie, versie.bericht_xsd_versie),
            uitkomst.code if uitkomst else None,
        )
        return cls(bericht.header.afzender, declaratie, uitkomst)


def save_declarations(conn: Connection, new: Iterable[NewDeclaration]) -> None:
    """Write declarations."""
    rows = [
        (
            each.declaratie.bericht,
            each.provider,
            each.declaratie.gemeente,
            each.declaratie.declaratie_nummer,
            each.declaratie.periode.begindatum,
            each.declaratie.periode.einddatum,
            *each.declaratie.xsd_versie,
            each.uitkomst,
        )
        for each in new
    ]
    _SAVE.run(conn, rows)


def save_references(conn: Connection, references: Sequence[tuple[str, str, UUID, UUID]]) -> None:
    """Write ReferentieNummers: the provider, the number, the message and the dossier."""
    _SAVE_REFERENCES.run(conn, references)


def used_references(conn: Connection, provider: str, references: Iterable[str]) -> dict[str, UUID]:
    """Give those of the ReferentieNummers that the provider used before, with the message; the first of several."""
    found: dict[str, UUID] = {}
    for some in chunks(list(references), _AT_ONCE):
        for row in conn.execute(_USED, {"provider": provider, "references": some}):
            found[row.reference] = min(row.message_id, found.get(row.reference, row.message_id))
    return found


def under_number(conn: Connection, provider: str, nummer: str) -> list[Declaratie]:
    """Give the declarations of a provider with a DeclaratieNummer, at whatever municipality."""
    return [_read(row) for row in conn.execute(_BY_NUMBER, {"provider": provider, "nummer": nummer})]


def latest(conn: Connection, provider: str, municipality: str) -> Declaratie | None:
    """Give the declaration of the latest period of a provider at a municipality."""
    row = conn.execute(_LATEST, {"provider": provider, "municipality": municipality}).one_or_none()
    return _read(row) if row else None


def declaration(conn: Connection, message_id: UUID) -> Declaratie | None:
    """Give the declaration that a message is."""
    row = conn.execute(select(_DECLARATION).where(_DECLARATION.c.message_id == message_id)).one_or_none()
    return _read(row) if row else None


def dossiers_of(conn: Connection, messages: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Give the dossiers that declarations have a Prestatie in, by message."""
    found: dict[UUID, set[UUID]] = {message: set() for message in messages}
    for message in messages:
        query = select(_REFERENCE.c.dossier_id).where(_REFERENCE.c.message_id == message).distinct()
        found[message].update(conn.scalars(query))
    return found


def settle_declaration(conn: Connection, message_id: UUID, uitkomst: Uitkomst) -> None:
    """Write down what a JW325 made of a declaration; the numbers of one that was refused are free again."""
    conn.execute(update(_DECLARATION).where(_DECLARATION.c.message_id == message_id).values(outcome=uitkomst))
    if uitkomst is Uitkomst.REFUSED:
        conn.execute(delete(_REFERENCE).where(_REFERENCE.c.message_id == message_id))


def _read(row: Row[Any]) -> Declaratie:
    return Declaratie(
        row.message_id,
        row.municipality,
        row.declaratie_nummer,
        GeslotenPeriode(begindatum=row.begindatum, einddatum=row.einddatum),
        (row.basisschema_xsd_versie, row.bericht_xsd_versie),
        row.outcome and Uitkomst(row.outcome).code,
    )
