"""A gateway that runs: on SQLite with one process, on PostgreSQL with two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.services.caller import Scope
from tests.berichten import OTHER_PROVIDER, PROVIDER
from tests.e2e.server import Caller, Server
from tests.gateways import PLAIN, open_gateway, token_for


@dataclass
class World:
    """A running gateway, and everybody who deals with it."""

    server: Server
    provider: Caller
    other: Caller
    municipality: Caller
    admin: Caller
    monitor: Caller

    def tokens(self) -> list[str]:
        """Give the tokens of all."""
        callers = (self.provider, self.other, self.municipality, self.admin, self.monitor)
        return [caller.headers["Authorization"].removeprefix("Bearer ") for caller in callers]


@pytest.fixture(scope="package", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start the program once on each database: three processes that start take longer than most tests."""
    folder: Path = tmp_path_factory.mktemp("e2e")
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    gateway = open_gateway(folder, url)
    gateway.close()
    started = Server(folder, gateway.settings, workers=2 if url else 1)
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    """Give a gateway with an empty database to the tests of a module."""
    gateway = open_gateway(server.folder, server.settings.database)
    tokens = [token_for(gateway, code) for code in (PROVIDER, OTHER_PROVIDER, PLAIN)]
    tokens += [token_for(gateway, scope=scope) for scope in (Scope.ADMIN, Scope.MONITOR)]
    gateway.close()
    with ExitStack() as stack:
        yield World(server, *(stack.enter_context(Caller(server, token)) for token in tokens))


@pytest.fixture
def new_identificatie() -> Callable[[], str]:
    """Give Identificaties that no other test used."""
    return _next


def _numbers() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"E{number}"


_next = _numbers().__next__
