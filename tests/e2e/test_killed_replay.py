"""A replay whose process is killed goes on where it was: each message is tried again, and none twice."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import select, update

from gateway.store import tables
from gateway.store.engine import Database
from gateway.store.replay_tables import replay, replay_item
from tests.berichten import post_of
from tests.e2e.conftest import World
from tests.gateways import PLAIN

pytestmark = pytest.mark.e2e

# More than the worker does in one of its rounds: after a kill in the first there is something left for sure.
_MANY: Final = 120
_PATIENCE: Final = 60.0


@pytest.fixture
def database(world: World) -> Iterator[Database]:
    """Open the database that the program works on, beside it."""
    opened = Database(world.server.settings.database)
    yield opened
    opened.close()
    if not world.server.runs:
        world.server.start()


def dead_letters(world: World, database: Database, new: Callable[[], str]) -> set[UUID]:
    """Post messages, and write down that they could not be delivered."""
    ids = {UUID(world.provider.give(post_of("JW305", new())).json()["id"]) for _ in range(_MANY)}
    with database.write() as connection:
        connection.execute(update(tables.message).where(tables.message.c.id.in_(ids)).values(status="failed"))
    return ids


def done(database: Database, replay_id: UUID) -> int:
    """Count the messages that a replay has been through."""
    with database.read() as connection:
        query = select(replay_item.c.outcome).where(replay_item.c.replay_id == replay_id)
        return sum(outcome is not None for outcome in connection.scalars(query))


def the_replay(database: Database) -> UUID | None:
    """Give the replay that is running."""
    with database.read() as connection:
        found: UUID | None = connection.scalars(select(replay.c.id).where(replay.c.state == "running")).one_or_none()
        return found


def waited_for(happened: Callable[[], object]) -> Any:
    """Wait until something is so; gives it."""
    deadline = time.monotonic() + _PATIENCE
    while not (found := happened()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def killed_as_the_worker(world: World, database: Database) -> UUID:
    """Ask for a replay over HTTP, and kill all processes when it has begun."""
    wanted = {"filter": {"status": "failed", "recipient": PLAIN}}
    made = UUID(world.admin.post("/v1/replays", json=wanted).json()["id"])
    waited_for(lambda: done(database, made))
    world.server.kill()
    return made


def killed_as_a_command(world: World, database: Database) -> UUID:
    """Run the command while nothing else runs, and kill that when it has begun."""
    world.server.stop()
    command = [sys.executable, "-m", "gateway", "replay", "--status", "failed", "--recipient", PLAIN]
    with (world.server.folder / "replay.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=world.server.folder,
            env=world.server.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            made: UUID = waited_for(lambda: the_replay(database))
            waited_for(lambda: done(database, made))
        finally:
            process.kill()
            process.wait(_PATIENCE)
    return made


@pytest.mark.parametrize("kill", [killed_as_the_worker, killed_as_a_command])
def test_it_goes_on_after_a_kill(
    world: World,
    database: Database,
    new_identificatie: Callable[[], str],
    kill: Callable[[World, Database], UUID],
) -> None:
    """After kill -9 halfway the rest is done, every message once, and its timeline names the replay."""
    ids = dead_letters(world, database, new_identificatie)
    made = kill(world, database)
    assert 0 < done(database, made) < _MANY
    world.server.start()
    waited_for(lambda: the_replay(database) is None)
    told = world.admin.get(f"/v1/replays/{made}").json()
    assert (told["state"], told["total"], told["done"], told["failed"]) == ("finished", _MANY, _MANY, 0)
    assert told["outcomes"] == {"queued": _MANY}
    with database.read() as connection:
        event = tables.event
        query = select(event.c.message_id, event.c.detail).where(event.c.kind == "replayed")
        again = [row.message_id for row in connection.execute(query) if row.detail == {"replay": str(made)}]
    assert Counter(again) == Counter(ids)
