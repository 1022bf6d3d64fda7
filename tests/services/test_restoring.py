"""A backup that is put back elsewhere: everything is there, and nothing goes out twice without saying so."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from gateway.composition import Gateway, make_gateway
from gateway.services.audit import Act
from gateway.services.queueing import Ending
from gateway.store.audit import TrailFilter
from gateway.store.messages import MessageFilter
from tests.berichten import BSN, PROVIDER, heenbericht, xml
from tests.conftest import SERVER, postgres_program
from tests.gateways import PLAIN, Clock, accepted, admin_of, caller_for, content_of, settings_in

ANNA = "command-line:anna"


@pytest.fixture
def elsewhere(gateway: Gateway, tmp_path: Path) -> Iterator[str]:
    """Give the address of a place to put a backup back, which is none yet."""
    if gateway.settings.database.startswith("sqlite"):
        (tmp_path / "elsewhere").mkdir()
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'gateway.db'}"
        return
    name = f"{make_url(gateway.settings.database).database}_restored"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        yield make_url(gateway.settings.database).set(database=name).render_as_string(hide_password=False)
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def back_up(database: str, file: Path) -> None:
    """Make a backup as the page on operating says, while the gateway goes on."""
    if database.startswith("sqlite"):
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection:
            connection.execute("VACUUM INTO ?", (str(file),))
    else:
        subprocess.run([postgres_program("pg_dump"), "--format=custom", f"--file={file}", _plain(database)], check=True)


def put_back(file: Path, database: str) -> None:
    """Put a backup back in an empty place."""
    if database.startswith("sqlite"):
        shutil.copyfile(file, database.removeprefix("sqlite:///"))
    else:
        subprocess.run([postgres_program("pg_restore"), "--no-owner", f"--dbname={_plain(database)}", file], check=True)


def _plain(database: str) -> str:
    return database.replace("+psycopg", "", 1)


def test_a_backup_is_put_back(gateway: Gateway, elsewhere: str, tmp_path: Path, clock: Clock) -> None:
    """Content, search, trail and statuses are as they were; what was delivered since the backup comes marked."""
    provider, municipality = caller_for(gateway, PROVIDER), caller_for(gateway, PLAIN)
    queueing = gateway.services.queueing
    ids = [accepted(gateway, provider, heenbericht("JW315", str(number))).message.id for number in range(4)]
    first, second = queueing.lease(PLAIN, municipality, limit=2, seconds=3600, types=[])
    queueing.end(first.lease.id, municipality, Ending.ACKNOWLEDGED)
    back_up(gateway.settings.database, tmp_path / "backup")
    # What the backup does not know: the second was taken over, and the third handed out.
    queueing.end(second.lease.id, municipality, Ending.ACKNOWLEDGED)
    queueing.lease(PLAIN, municipality, limit=1, seconds=3600, types=[])

    put_back(tmp_path / "backup", elsewhere)
    again = make_gateway(settings_in(tmp_path, elsewhere), clock)
    try:
        assert again.services.restoring.mark(ANNA) == 3
        assert again.services.audit.verify().flaws == ()
        assert content_of(again, ids[0]) == xml(heenbericht("JW315", "0"))
        found, _ = again.services.inquiry.search(MessageFilter(bsn=BSN), admin_of(again), limit=9, after=None)
        assert [(row.id, row.status) for row in found[::-1]] == list(
            zip(ids, ["delivered", "queued", "queued", "queued"], strict=True)
        )
        # The lease of before is void, also for whoever still holds it.
        assert again.services.queueing.end(second.lease.id, municipality, Ending.FAILED, "vol") == "gone"
        given = again.services.queueing.lease(PLAIN, municipality, limit=9, seconds=60, types=[])
        assert [(one.message.id, one.message.redeliveries) for one in given] == [(id_, 1) for id_ in ids[1:]]
        # What comes in from now on is nobody's repeat.
        new = accepted(again, provider, heenbericht("JW315", "9")).message
        (fresh,) = again.services.queueing.lease(PLAIN, municipality, limit=9, seconds=60, types=[])
        assert (fresh.message.id, fresh.message.redeliveries) == (new.id, 0)
        # And what came in after the backup may be posted again; the same bytes are never taken twice.
        assert not accepted(again, provider, heenbericht("JW315", "0")).new
        (entry,), _ = again.services.audit.listed(TrailFilter(kinds=(Act.BACKUP_RESTORED,)), limit=9, before=None)
        assert (entry.actor, entry.detail) == (ANNA, {"marked": 3})
    finally:
        again.close()
