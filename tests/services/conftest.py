"""A gateway on each database, with a clock that stands still, and who speaks to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.composition import Gateway
from gateway.services.caller import Caller
from tests.berichten import PROVIDER
from tests.gateways import STRICT, Clock, caller_for, open_gateway


@pytest.fixture
def clock() -> Clock:
    """Give a clock that can be put forward."""
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def gateway(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Gateway]:
    """Give a gateway with an empty database, once on SQLite and once on PostgreSQL."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    opened = open_gateway(tmp_path, url, clock)
    yield opened
    opened.close()


@pytest.fixture
def embedded(tmp_path: Path, clock: Clock) -> Iterator[Gateway]:
    """Give a gateway on SQLite alone, for what no database decides."""
    opened = open_gateway(tmp_path, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def gemeente(gateway: Gateway) -> Caller:
    """Give somebody of a municipality that refuses whatever contradicts earlier messages."""
    return caller_for(gateway, STRICT)


@pytest.fixture
def aanbieder(gateway: Gateway) -> Caller:
    """Give somebody of the provider."""
    return caller_for(gateway, PROVIDER)
