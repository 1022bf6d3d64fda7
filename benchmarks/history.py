"""(f) Taking a JW305 with its checks against earlier messages, with 10 thousand and with a million messages stored."""

from __future__ import annotations

import base64
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import psycopg
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import make_url

from benchmarks import samples
from benchmarks.outcome import Outcome
from gateway.composition import Gateway, make_gateway
from gateway.exchange.refusal import Refusal
from gateway.ijw.bericht import Bericht
from gateway.services.caller import Caller, Scope
from gateway.settings import Settings
from gateway.store.migrate import upgrade
from gateway.wire.document import Document
from gateway.wire.writer import write_bericht

_LIMIT = 1.3
_FEW = 10_000
# Filling takes a minute or two; who is in a hurry asks for less.
_MANY = int(os.environ.get("BENCH_MESSAGES", "1000000"))
_BEFORE, _MEASURED = 20, 150
_SERVER = os.environ.get("IJW_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")

# Of as many clients as there are messages for five; a dossier of the size of one with an allocation and a start.
_FILL = """
INSERT INTO message (id, type, release, sender, recipient, identificatie, dagtekening, status, origin, size, digest,
    findings, received_at)
SELECT ('01800000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'JW305', '3.2', (10000000 + n % 900)::text,
    lpad((n % 340)::text, 4, '0'), lpad(n::text, 12, '0'), DATE '2025-01-01', 'delivered', 'party', 2000,
    sha256(n::text::bytea), '[]', now() FROM generate_series(1, {many}) n;
INSERT INTO message_subject (message_id, key_id, bsn_hash)
SELECT id, 'filled', sha256((substr(id::text, 25)::text)::bytea) FROM message;
INSERT INTO dossier (id, municipality, provider, bsn_hash, bsn_key, data_key, data)
SELECT ('01800000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, lpad((n % 340)::text, 4, '0'),
    (10000000 + n % 900)::text, sha256(n::text::bytea), 'filled', 'filled',
    decode(repeat(md5(n::text), 20), 'hex') FROM generate_series(1, {many} / 5) n;
INSERT INTO allocation (id, municipality, provider, toewijzing_nummer, dossier_id, state, first_message, details_key,
    details)
SELECT id, municipality, provider, (row_number() OVER ())::int, id, 'started', id, 'filled',
    decode(repeat(md5(id::text), 8), 'hex') FROM dossier;
"""


def measure(folder: Path) -> list[Outcome]:
    """Measure in turns, one message a transaction; nothing without PostgreSQL."""
    with ExitStack() as stack:
        few, many = (stack.enter_context(_filled(folder / str(count), count)) for count in (_FEW, _MANY))
        times: dict[int, list[float]] = {_FEW: [], _MANY: []}
        for number in range(_BEFORE + _MEASURED):
            for count, (gateway, caller) in ((_FEW, few), (_MANY, many)):
                seconds = _taken(gateway, caller, number)
                if number >= _BEFORE:
                    times[count].append(seconds)
    small, large = median(times[_FEW]), median(times[_MANY])
    detail = f"{small * 1e3:.2f} ms bij {_FEW} en {large * 1e3:.2f} ms bij {_MANY} berichten, op PostgreSQL"
    return [Outcome("(f) JW305 met historie", large / small, at_most=_LIMIT, detail=detail)]


def _taken(gateway: Gateway, caller: Caller, number: int) -> float:
    """Take an allocation, and then the start of it; gives the seconds that the start took."""
    _settle(gateway, caller, samples.toewijzing(), number)
    began = time.perf_counter()
    _settle(gateway, caller, samples.start(), number)
    return time.perf_counter() - began


def _settle(gateway: Gateway, caller: Caller, bericht: Bericht, number: int) -> None:
    xml = write_bericht(bericht).replace(samples.MARK.encode(), b"%012d" % number)
    for allocated in (300201, 300202):
        xml = xml.replace(b"%d" % allocated, b"%d" % (500_000_000 + 2 * number + allocated % 2))
    xml = xml.replace(b"999900006", _bsn(number))
    candidate = gateway.services.intake.prepare(Document(xml), caller)
    assert not isinstance(candidate, Refusal), candidate
    (result,) = gateway.services.intake.settle([candidate])
    assert not isinstance(result, Refusal), result


def _bsn(number: int) -> bytes:
    """Give the next number after this many that passes the check of a BSN."""
    passing = (
        f"{first:08}{last}"
        for first in range(12_000_000 + 20 * number, 12_000_020 + 20 * number)
        if (last := sum(int(digit) * (9 - place) for place, digit in enumerate(f"{first:08}")) % 11) < 10
    )
    return next(passing).encode()


@contextmanager
def _filled(folder: Path, count: int) -> Iterator[tuple[Gateway, Caller]]:
    name = f"ijw_bench_{secrets.token_hex(4)}"
    with psycopg.connect(_SERVER, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = make_url(_SERVER).set(database=name)
        try:
            engine_url = url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
            upgrade(engine_url)
            with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
                for statement in _FILL.format(many=count).split(";\n"):
                    connection.execute(statement.encode())
                connection.execute("VACUUM ANALYZE")
            folder.mkdir()
            keys = SecretStr("bench:" + base64.b64encode(secrets.token_bytes(32)).decode())
            gateway = make_gateway(Settings(data_dir=folder, database_url=SecretStr(engine_url), encryption_keys=keys))
            try:
                yield gateway, _caller(gateway)
            finally:
                gateway.close()
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _caller(gateway: Gateway) -> Caller:
    gateway.services.parties.add(samples.AANBIEDER, "Meting")
    both = frozenset({samples.AANBIEDER, samples.GEMEENTE})
    token = gateway.services.access.create_token(label="meting", scopes=frozenset({Scope.EXCHANGE}), parties=both)
    caller = gateway.services.access.identify(token)
    assert caller is not None
    return caller
