"""A gateway that is called without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from gateway.api.application import make_application
from gateway.composition import Gateway
from tests.api.client import Client
from tests.berichten import PROVIDER
from tests.gateways import Clock, open_gateway, token_for


@asynccontextmanager
async def _nothing_beside() -> AsyncIterator[None]:
    yield


def application(gateway: Gateway) -> ASGIApp:
    """Make the application of a gateway, without the worker that runs beside it."""
    return make_application(gateway.services, _nothing_beside)


@pytest.fixture
def clock() -> Clock:
    """Give a clock that can be put forward."""
    return Clock()


@pytest.fixture
def gateway(tmp_path: Path, clock: Clock) -> Iterator[Gateway]:
    """Give a gateway on SQLite; what differs between the databases is tested below the API."""
    opened = open_gateway(tmp_path, clock=clock)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def gateway_on_each(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Gateway]:
    """Give a gateway once on SQLite and once on PostgreSQL."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    opened = open_gateway(tmp_path, url, clock)
    yield opened
    opened.close()


@pytest.fixture
def client(gateway: Gateway) -> Iterator[Client]:
    """Give a client with the provider's token."""
    with Client(application(gateway), token_for(gateway, PROVIDER)) as made:
        yield made


@pytest.fixture
def client_on_each(gateway_on_each: Gateway) -> Iterator[Client]:
    """Give a client with the provider's token, on each database."""
    with Client(application(gateway_on_each), token_for(gateway_on_each, PROVIDER)) as made:
        yield made
