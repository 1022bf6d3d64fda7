"""A message of the largest size, and what is left of it where it should not be."""

from __future__ import annotations

import json
import socket
import time

import psycopg
import pytest

from gateway.wire.document import MAX_SIZE
from tests.berichten import BSN, PROVIDER, SURNAME, declaration_of, post_of
from tests.e2e.conftest import World
from tests.gateways import PLAIN

pytestmark = pytest.mark.e2e

# What stands in the messages and nowhere else; and a reason that a poller gives is no content.
TELLTALES = [BSN.encode(), SURNAME.encode(), b"jw305:Bericht", b"Voornamen"]
# By this a declaration is found back (TR333), so the database has it, as it has an Identificatie; no log does.
FOUND_BY = b"DN001"


def test_a_message_of_25_megabytes(world: World) -> None:
    """It is taken, and given back byte for byte; one byte more is too much."""
    data = declaration_of(MAX_SIZE, "groot")
    answer = world.provider.give(data)
    assert answer.status_code == 202, answer.text
    content = world.municipality.get(f"/v1/messages/{answer.json()['id']}/content")
    assert content.content == data
    assert world.provider.give(data).status_code == 200
    more = world.provider.give(data + b" ")
    assert (more.status_code, more.json()["code"]) == (413, "BRS06")


def stored(world: World) -> bytes:
    """Give all that the database has written, in whatever file."""
    database = world.server.settings.database
    if database.startswith("sqlite"):
        return b"".join(path.read_bytes() for path in world.server.folder.glob("gateway.db*"))
    with psycopg.connect(database.replace("+psycopg", "", 1), autocommit=True) as connection:
        names = [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        queries = (f"SELECT t::text FROM {name} t WHERE length(t::text) < 100000" for name in names)  # noqa: S608 - ours
        tables = (connection.execute(query.encode()) for query in queries)
        return "\n".join(str(row[0]) for table in tables for row in table).encode()


def test_nothing_of_a_message_is_left_where_it_can_be_read(world: World) -> None:
    """Neither a BSN, nor a name, nor any content is in the database, its log, or what the program says."""
    provider, municipality = world.provider, world.municipality
    wrong = post_of("JW305", "fout").replace(b"<jw305:Geslacht>1", b"<jw305:Geslacht>" + SURNAME.encode())
    assert provider.give(post_of("JW305", "spoor")).status_code == 202
    assert provider.give(wrong).status_code == 400
    assert provider.give(post_of("JW305", "spoor").replace(SURNAME.encode(), b"A")).status_code == 409
    assert provider.post("/v1/messages/_search", json={"bsn": BSN}).json()["items"]
    assert provider.get("/v1/messages", params={"bsn": BSN}).status_code == 400
    assert provider.get(f"/v1/messages/{BSN}").status_code == 400
    leases = municipality.post(f"/v1/queues/{PLAIN}/leases", json={"limit": 1}).json()["leases"]
    municipality.put(f"/v1/leases/{leases[0]['leaseId']}/failure", json={"reason": "schijf vol"})
    kept = stored(world)
    assert PROVIDER.encode() in kept
    assert b"schijf vol" in kept
    logged = world.server.log.read_bytes()
    assert FOUND_BY not in logged
    for telltale in TELLTALES:
        assert telltale not in kept
        assert telltale not in logged
        assert telltale.hex().encode() not in kept
    for token in world.tokens():
        assert token[16:].encode() not in kept
        assert token[16:].encode() not in logged


def test_a_sender_that_goes_away_is_no_error(world: World) -> None:
    """A connection that breaks in the middle of a post leaves nothing behind, and nothing to complain of."""
    before = len(world.provider.listed())
    token = world.provider.headers["Authorization"]
    body = post_of("JW305", "half")
    head = f"POST /v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nContent-Type: text/xml\r\n"
    for length in (f"Content-Length: {len(body)}\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n500\r\n"):
        with socket.create_connection(("127.0.0.1", world.server.port)) as connection:
            connection.sendall((head + length).encode() + body[:1000])
            time.sleep(0.05)
    assert len(world.provider.listed()) == before


def test_what_the_program_says_is_for_machines(world: World) -> None:
    """With IJW_LOG_FORMAT=json every line is an event, and nothing went wrong."""
    lines = world.server.log.read_text(encoding="utf-8").splitlines()
    assert lines
    levels = {json.loads(line)["level"] for line in lines}
    assert levels <= {"info", "warning"}
