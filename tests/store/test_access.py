"""Parties and tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.errors import ConflictError
from gateway.store import access
from gateway.store.access import TokenRow
from gateway.store.engine import Database
from gateway.store.rows import PartyRow
from tests.store.samples import MUNICIPALITY, NOW, PROVIDER

TOKEN = TokenRow("abcdefghijkl", bytes(32), "koppeling", ("message",), (MUNICIPALITY, PROVIDER), NOW)


def create(database: Database, *tokens: TokenRow) -> None:
    """Write tokens."""
    with database.write() as conn:
        for token in tokens:
            access.create_token(conn, token)


def get(database: Database, token_id: str = TOKEN.id) -> TokenRow | None:
    """Read a token."""
    with database.read() as conn:
        return access.get_token(conn, token_id)


def test_parties_are_listed_by_code(database: Database) -> None:
    """Parties that were added are found by their code and listed in its order."""
    with database.write() as conn:
        added = [
            access.add_party(conn, PROVIDER, kind="provider", name="Aanbieder Voorbeeld", now=NOW),
            access.add_party(conn, MUNICIPALITY, kind="municipality", name="Diemen", now=NOW),
        ]
    with database.read() as conn:
        assert access.list_parties(conn) == added[::-1]
        assert access.get_party(conn, PROVIDER) == PartyRow(PROVIDER, "provider", "Aanbieder Voorbeeld", NOW)
        assert access.get_party(conn, "12345678") is None


def test_a_party_that_is_added_again_gets_the_new_name(database: Database) -> None:
    """Adding a known party gives it another name and leaves the rest; another kind of party is refused."""
    with database.write() as conn:
        access.add_party(conn, PROVIDER, kind="provider", name="Oude naam", now=NOW)
    with database.write() as conn:
        again = access.add_party(conn, PROVIDER, kind="provider", name="Nieuwe naam", now=NOW + timedelta(days=1))
    assert again == PartyRow(PROVIDER, "provider", "Nieuwe naam", NOW)
    with pytest.raises(ConflictError), database.write() as conn:
        access.add_party(conn, PROVIDER, kind="municipality", name="Gemeente", now=NOW)


def test_a_token_is_read_back(database: Database) -> None:
    """A token comes back as it was created, with all its parties, or none."""
    nobodys = TokenRow("zzzzzzzzzzzz", b"x" * 32, "beheer", ("admin", "monitor"), (), NOW, NOW + timedelta(days=1))
    create(database, TOKEN, nobodys)
    assert get(database) == TOKEN
    assert get(database, nobodys.id) == nobodys
    assert get(database, "unknown") is None
    with database.read() as conn:
        assert access.list_tokens(conn) == [TOKEN, nobodys]


def test_a_token_cannot_be_created_twice(database: Database) -> None:
    """An id that is taken is a conflict."""
    create(database, TOKEN)
    with pytest.raises(ConflictError):
        create(database, TOKEN)


def test_a_revoked_token_stays_revoked(database: Database) -> None:
    """A token is ended once, at the first time; an unknown one is told."""
    create(database, TOKEN)
    with database.write() as conn:
        assert access.revoke_token(conn, TOKEN.id, now=NOW)
        assert access.revoke_token(conn, TOKEN.id, now=NOW + timedelta(days=1))
        assert not access.revoke_token(conn, "unknown", now=NOW)
    token = get(database)
    assert token is not None
    assert token.revoked_at == NOW


def test_the_last_use_is_written_once_a_minute(database: Database) -> None:
    """Using a token a lot writes little."""
    create(database, TOKEN)
    seen = []
    for seconds in (0, 30, 59, 60, 61):
        now = NOW + timedelta(seconds=seconds)
        before = get(database)
        assert before is not None
        with database.write() as conn:
            access.touch_token(conn, TOKEN.id, now=now)
        after = get(database)
        assert after is not None
        assert before.wants_touch(now) == (after != before)
        seen.append(after.last_used_at)
    assert seen == [NOW, NOW, NOW, NOW + timedelta(seconds=60), NOW + timedelta(seconds=60)]


def test_a_token_is_valid_until_its_end() -> None:
    """A token is valid as long as it is not revoked and its end has not come."""
    end = NOW + timedelta(hours=1)
    ending = TokenRow(TOKEN.id, TOKEN.secret_hash, "", (), (), NOW, expires_at=end)
    assert TOKEN.is_valid_at(NOW + timedelta(days=10_000))
    assert ending.is_valid_at(end - timedelta(microseconds=1))
    assert not ending.is_valid_at(end)
    assert not TokenRow(TOKEN.id, TOKEN.secret_hash, "", (), (), NOW, revoked_at=NOW).is_valid_at(NOW)
