"""(b) Messages accepted per second over HTTP, against pgbench inserting rows of the same size in the same database."""

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
from pathlib import Path
from statistics import median

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from benchmarks import samples
from benchmarks.outcome import Outcome
from benchmarks.server import Server, serving
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
    body = folder / "body.xml"
    body.write_bytes(write_bericht(samples.start()))
    with _database() as url, serving(folder, "--workers", str(PROCESSES), database=url) as server:
        server.command("party", "add", samples.AANBIEDER, "--name", "Meting")
        token = server.command("token", "create", "--party", samples.AANBIEDER)
        _post(server, token, body, start=0)  # to warm up: prepared statements, caches
        rounds = [(_post(server, token, body, start=(n + 1) * 10**6), _insert(url, body)) for n in range(_ROUNDS)]
    ours, yardstick = median(r[0] for r in rounds), median(r[1] for r in rounds)
    return [
        Outcome(
            "(b) aannemen over HTTP",
            median(r[0] / r[1] for r in rounds),
            at_least=_LIMIT,
            detail=f"{ours:.0f}/s tegen {yardstick:.0f}/s van pgbench; {PROCESSES} processen, {CLIENTS} verbindingen",
        )
    ]


def _post(server: Server, token: str, body: Path, *, start: int) -> float:
    order = {
        "port": server.port,
        "token": token,
        "body": str(body),
        "connections": CLIENTS,
        "seconds": _SECONDS,
        "start": start,
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", json.dumps(order)], capture_output=True, text=True, check=True
    )
    result = json.loads(done.stdout)
    assert not result["refused"], "every message of the load is acceptable"
    return float(result["accepted"] / result["seconds"])


def _insert(url: str, body: Path) -> float:
    size = body.stat().st_size + _BESIDE
    script = body.with_suffix(".sql")
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
def _database() -> Iterator[str]:
    name = f"ijw_bench_{secrets.token_hex(4)}"
    with psycopg.connect(_SERVER, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = make_url(_SERVER).set(database=name)
        try:
            with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
                connection.execute("CREATE TABLE yardstick (id bigserial PRIMARY KEY, row bytea)")
            yield url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
