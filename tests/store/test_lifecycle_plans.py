"""What follows from the messages is found by an index, however much there is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import Connection, text

from gateway.ijw.dossier import Dossier
from gateway.store import declarations, following, messages, migrate
from gateway.store import lifecycle_tables as tables
from gateway.store.dossiers import ClientKey, Dossiers
from gateway.store.engine import Database
from gateway.store.following import Wanted
from gateway.store.identifiers import new_id
from gateway.store.packing import pack_dossier
from gateway.store.requests import Requests
from gateway.store.schema import metadata
from tests.store.samples import NOW, a_message
from tests.store.test_plans import KEYRING, plans

MANY = 4000


@pytest.fixture
def filled(database_url: str) -> Iterator[Database]:
    """Give a database with thousands of clients, of many providers."""
    migrate.upgrade(database_url)
    database = Database(database_url, keyring=KEYRING)
    nothing = pack_dossier(Dossier())
    rows: dict[str, list[dict[str, Any]]] = {"dossier": [], "allocation": [], "request": []}
    for number in range(MANY):
        own = new_id(NOW)
        between = {"municipality": f"{number % 300:04}", "provider": f"{10_000_000 + number % 400}"}
        bsn_key, bsn_hash = KEYRING.bsn_hash(f"{number:09}")
        data_key, data = KEYRING.encrypt(nothing, own.bytes)
        listed = {"first_message": new_id(NOW + timedelta(seconds=number)), "dossier_id": own}
        kept = {"data_key": data_key, "data": data}
        rows["dossier"].append({"id": own, **between, "bsn_key": bsn_key, "bsn_hash": bsn_hash, **kept})
        rows["allocation"].append(
            {
                "id": uuid5(own, "1"),
                **between,
                **listed,
                "toewijzing_nummer": number,
                "state": "started",
                "details_key": data_key,
                "details": b"",
            }
        )
        rows["request"].append(
            {"id": uuid5(own, "2"), **between, **listed, "reference": f"R{number}", "state": "open", **kept}
        )
    message = a_message()
    with database.write() as conn:
        messages.save(conn, KEYRING, [message])
        for name, values in rows.items():
            conn.execute(metadata.tables[name].insert(), values)
        references = [(f"{number % 400}", f"N{number}", message.id, rows["dossier"][0]["id"]) for number in range(MANY)]
        declarations.save_references(conn, references)
        conn.execute(text("ANALYZE"))
    yield database
    database.close()


def clients(number: int) -> list[ClientKey]:
    """Give clients of whom nothing is known, nearly."""
    return [ClientKey(f"{each:04}", f"{10_000_000 + each}", f"{each:09}") for each in range(number)]


def listing(**wanted: Any) -> Callable[[Connection], object]:
    """List allocations."""
    query = following._query(KEYRING, tables.allocation, Wanted(**{"parties": None, "limit": 20} | wanted))
    return lambda conn: conn.execute(query).all()


ASKS: dict[str, Callable[[Connection], object]] = {
    "one client": lambda conn: Dossiers(conn, KEYRING, NOW).lock(clients(1)),
    "a batch": lambda conn: Dossiers(conn, KEYRING, NOW).lock(clients(16)),
    "a declaration": lambda conn: Dossiers(conn, KEYRING, NOW).lock(clients(100)),
    "requests": lambda conn: Requests(conn, KEYRING).lock([("10000001", "no"), ("10000002", "none")]),
    "references": lambda conn: declarations.used_references(conn, "7", ["N7", "N8"]),
    "provider": listing(parties=("10000007",)),
    "municipality": listing(parties=("0007", "10000007")),
    "all": listing(),
    "next page": listing(after=(new_id(NOW + timedelta(seconds=9)), UUID(int=1))),
    "person": listing(bsn="000000007", parties=("0007",)),
}


def test_everything_is_found_by_an_index(filled: Database) -> None:
    """Nothing that is asked for a message, or for a page of a list, reads a whole table."""
    is_sqlite = filled.engine.dialect.name == "sqlite"
    whole = r"^SCAN (dossier|allocation|request|prestatie_reference)(?! USING INDEX)" if is_sqlite else r"Seq Scan on"
    for name, ask in ASKS.items():
        plan = plans(filled, ask)
        assert not re.search(whole, plan, re.MULTILINE), f"{name}:\n{plan}"
