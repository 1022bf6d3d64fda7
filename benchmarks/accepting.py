"""(b) Messages accepted per second over HTTP, against pgbench inserting rows of the same size in the same database.

Every message is about another client, and contradicts nothing: care that began, from a provider with a task. Beside it,
without a limit, what costs more: for each client an allocation, and then the report that it began, which is judged
against the allocation and meets what was due.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import mean, median

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from benchmarks import samples
from benchmarks.outcome import Outcome
from benchmarks.server import Server, serving
from gateway.ijw.bericht import Bericht
from gateway.wire.writer import write_bericht

_LIMIT = 0.12
CLIENTS = 16
PROCESSES = 2
_ROUNDS = 3
_SECONDS = 5
# What the columns beside the content of a message take, about.
_BESIDE = 300
_SERVER = os.environ.get("IJW_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def measure(folder: Path) -> list[Outcome]:
    """Measure in turns, and take the median of the ratios; nothing without PostgreSQL and pgbench."""
    if shutil.which("pgbench") is None:
        return []
    with database() as url, serving(folder, "--workers", str(PROCESSES), database=url) as server:
        token = make_token(server)
        return [
            _compare(
                server, url, token, bodies, Outcome(f"(b) aannemen {name}", 0, at_least=limit), start=number * 10**6
            )
            for number, (name, limit, bodies) in enumerate(
                (
                    ("over HTTP", _LIMIT, bodies_of(folder, samples.start(allocated=False))),
                    ("met toewijzing", None, bodies_of(folder, samples.toewijzing(), samples.start())),
                )
            )
        ]


def _compare(server: Server, url: str, token: str, bodies: list[Path], named: Outcome, *, start: int) -> Outcome:
    post(server, token, bodies, start=start)  # to warm up: prepared statements, caches
    rounds = [
        (post(server, token, bodies, start=start + n * 10**5), _insert(url, bodies)) for n in range(1, _ROUNDS + 1)
    ]
    ours, yardstick = median(r[0] for r in rounds), median(r[1] for r in rounds)
    detail = f"{ours:.0f}/s tegen {yardstick:.0f}/s van pgbench; {PROCESSES} processen, {CLIENTS} verbindingen"
    return replace(named, value=median(r[0] / r[1] for r in rounds), detail=detail)


def bodies_of(folder: Path, *berichten: Bericht) -> list[Path]:
    """Write the messages to post for each client, with places for what differs from client to client."""
    found = []
    for bericht in berichten:
        text = write_bericht(bericht).decode().replace("%", "%%")
        text = text.replace(samples.MARK, "%(number)012d").replace(samples.BSN, "%(bsn)s")
        for nummer in samples.TOEWIJZINGEN:
            text = text.replace(f">{nummer}<", f">{nummer % 10}%(number)08d<")
        body = folder / f"{bericht.TYPE}-{len(berichten)}.xml"
        body.write_text(text, encoding="utf-8", newline="")
        found.append(body)
    return found


def make_token(server: Server) -> str:
    """Make a token of both the provider and the municipality."""
    server.command("party", "add", samples.AANBIEDER, "--name", "Meting")
    return server.command("token", "create", "--party", samples.AANBIEDER, "--party", samples.GEMEENTE)


def post(server: Server, token: str, bodies: list[Path], *, start: int, seconds: float = _SECONDS) -> float:
    """Post for a while, with clients from some number on; gives how many messages were accepted in a second."""
    order = {
        "port": server.port,
        "token": token,
        "bodies": [str(body) for body in bodies],
        "connections": CLIENTS,
        "seconds": seconds,
        "start": start,
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", json.dumps(order)], capture_output=True, text=True, check=True
    )
    result = json.loads(done.stdout)
    assert not result["refused"], "every message of the load is acceptable"
    return float(result["accepted"] / result["seconds"])


def _insert(url: str, bodies: list[Path]) -> float:
    size = round(mean(body.stat().st_size for body in bodies)) + _BESIDE
    script = bodies[0].with_suffix(".sql")
    script.write_text(f"INSERT INTO yardstick (row) VALUES (decode(repeat('ab', {size}), 'hex'));\n")  # noqa: S608
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    done = subprocess.run(
        ["pgbench", "-n", "-f", str(script), "-c", str(CLIENTS), "-j", "2", "-T", str(_SECONDS), plain],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found, "pgbench tells its rate"
    return float(found[1])


@contextmanager
def database() -> Iterator[str]:
    """Give the URL of an empty database, which goes away at the end."""
    name = f"ijw_bench_{secrets.token_hex(4)}"
    with psycopg.connect(_SERVER, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = make_url(_SERVER).set(database=name)
        try:
            with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
                # What the gateway keeps is encrypted, and so does not compress; neither may this.
                connection.execute("CREATE TABLE yardstick (id bigserial PRIMARY KEY, row bytea)")
                connection.execute("ALTER TABLE yardstick ALTER COLUMN row SET STORAGE EXTERNAL")
            yield url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
