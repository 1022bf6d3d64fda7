"""What can be found in the database by someone who has it and not the keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.store import messages, schema
from gateway.store.engine import Database
from gateway.store.messages import MessageFilter
from gateway.store.vault import Keyring
from tests.store.samples import BSN, CONTENT, NOW, a_message, stored


@pytest.fixture
def message_about_someone(database: Database) -> None:
    """Store a message with a BSN in its content and its subjects."""
    content = CONTENT + f"<Bsn>{BSN}</Bsn><Naam>Jansen</Naam>".encode()
    stored(database, a_message(content=content, bsns=(BSN,), events=(("queued", {}),)))
    with database.read() as conn:
        assert len(messages.search(conn, database.keyring, MessageFilter(bsn=BSN), limit=5, now=NOW)) == 1


TRACES = [BSN.encode(), b"Jansen", b"Bericht", b"Bsn"]


@pytest.mark.usefixtures("message_about_someone")
def test_no_table_holds_a_bsn_or_content(database: Database) -> None:
    """No value of any column, on either database, has the BSN or a piece of the content in it."""
    with database.read() as conn:
        values = [
            value if isinstance(value, bytes) else str(value).encode()
            for table in schema.metadata.sorted_tables
            for row in conn.execute(table.select())
            for value in row
        ]
    assert len(values) > 20
    assert [trace for trace in TRACES if any(trace in value for value in values)] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("message_about_someone")
def test_no_file_holds_a_bsn_or_content(database: Database, tmp_path: Path) -> None:
    """Neither the database file nor the log beside it has the BSN or a piece of the content in its bytes."""
    files = list(tmp_path.glob("gateway.db*"))
    assert {file.name for file in files} >= {"gateway.db", "gateway.db-wal"}
    written = b"".join(file.read_bytes() for file in files)
    assert b"JW315" in written
    database.close()  # the last one out puts the log into the file
    written += (tmp_path / "gateway.db").read_bytes()
    assert [trace for trace in TRACES if trace in written] == []


def test_the_same_person_differs_under_another_key(database: Database) -> None:
    """Without the key a BSN cannot be tried out: another key gives other fingerprints, and finds nothing."""
    stored(database, a_message(bsns=(BSN,)))
    with database.read() as conn:
        found = messages.search(conn, Keyring({"first": bytes(32)}), MessageFilter(bsn=BSN), limit=5, now=NOW)
    assert found == []
