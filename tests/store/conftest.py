"""A database with the newest schema, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.store import migrate
from gateway.store.engine import Database
from gateway.store.vault import Keyring


@pytest.fixture
def keyring() -> Keyring:
    """Give a keyring with one key."""
    return Keyring({"first": bytes(range(32))})


@pytest.fixture
def database(database_url: str, keyring: Keyring) -> Iterator[Database]:
    """Give an empty database of the newest schema."""
    migrate.upgrade(database_url)
    database = Database(database_url, keyring=keyring)
    yield database
    database.close()
