"""What the database knows of dossiers, allocations, requests and declarations, to look at in a test."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from gateway.composition import Gateway
from gateway.ijw.dossier import Dossier
from gateway.store import lifecycle_tables as tables
from gateway.store.allocations import AllocationRow
from gateway.store.packing import unpack_dossier
from gateway.store.requests import RequestRow


def allocations(gateway: Gateway) -> dict[int, AllocationRow]:
    """Give the allocations by ToewijzingNummer."""
    keyring = gateway.services.intake._settling.keyring
    with gateway.database.read() as connection:
        rows = connection.execute(select(tables.allocation)).all()
    return {row.toewijzing_nummer: AllocationRow.from_row(row, keyring) for row in rows}


def requests(gateway: Gateway) -> dict[str, RequestRow]:
    """Give the requests by ReferentieAanbieder."""
    keyring = gateway.services.intake._settling.keyring
    with gateway.database.read() as connection:
        rows = connection.execute(select(tables.request)).all()
    return {row.reference: RequestRow.from_row(row, keyring) for row in rows}


def dossiers(gateway: Gateway) -> list[Dossier]:
    """Give the dossiers of all clients."""
    keyring = gateway.services.intake._settling.keyring
    with gateway.database.read() as connection:
        rows = connection.execute(select(tables.dossier).order_by(tables.dossier.c.id)).all()
    return [unpack_dossier(keyring.decrypt(row.data_key, row.data, row.id.bytes)) for row in rows]


def declarations(gateway: Gateway) -> list[Any]:
    """Give the declarations."""
    with gateway.database.read() as connection:
        return list(connection.execute(select(tables.declaration)).all())
