"""Fixtures that every part of the project shares."""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from psycopg import sql
from sqlalchemy import make_url

CI = os.environ.get("CI") == "true"
SERVER = os.environ.get("IJW_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
DEBIAN = Path("/usr/lib/postgresql")

# Two cores, shared: how long one example takes says nothing. In CI a red run must be red again.
settings.register_profile(
    "default",
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("ci", settings.get_profile("default"), max_examples=200, derandomize=True)
settings.load_profile("ci" if CI else "default")


@pytest.fixture(scope="session", autouse=True)
def _loggers_can_be_listened_to() -> Iterator[None]:
    """Keep a logger that a command set up in this process from going past what a later test listens with."""
    configure = structlog.configure

    def without_memory(**wanted: Any) -> None:
        configure(**{**wanted, "cache_logger_on_first_use": False})

    with mock.patch.object(structlog, "configure", without_memory):
        yield


def left_out(reason: str) -> NoReturn:
    """Skip what cannot be tested here; in CI that is a failure."""
    if CI:
        pytest.fail(f"{reason}: CI must not leave these tests out.", pytrace=False)
    pytest.skip(reason)


def postgres_program(name: str) -> str:
    """Give where a program of PostgreSQL is, or leave out the test that needs it."""
    # Debian keeps every version's programs in a folder of its own; a newer one can work on an older server.
    folders = sorted(DEBIAN.glob("[0-9]*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    found = next(filter(None, (shutil.which(name, path=path) for path in (None, *folders))), None)
    return found or left_out(f"No {name} here")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the SQLAlchemy URL of a throw-away PostgreSQL database, or skip where there is no server."""
    name = f"ijw_test_{secrets.token_hex(6)}"
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        left_out(f"No PostgreSQL at IJW_TEST_POSTGRES ({str(error).splitlines()[0]})")
    with server:
        identifier = sql.Identifier(name)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(identifier))
        # Nobody needs the test's data after a power cut, and every commit becomes faster.
        server.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(identifier))
        try:
            yield _sqlalchemy_url(name)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty database: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'gateway.db'}"
    url: str = request.getfixturevalue("postgres_url")
    _empty(url)
    return url


def _sqlalchemy_url(database: str) -> str:
    url = make_url(SERVER).set(drivername="postgresql+psycopg", database=database)
    return url.render_as_string(hide_password=False)


def _empty(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        # A connection that an earlier test left open would hold its locks and hang this one.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
