"""`party` and `token`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from gateway.services.access import Access
from gateway.services.audit import Audit
from gateway.services.caller import Caller, Scope
from gateway.services.clock import utc_now
from gateway.store.engine import Database
from gateway.store.vault import Keyring
from tests.cli.conftest import Run

_LINDE = ("party", "add", "65656055", "--name", "De Linde")


@pytest.fixture(autouse=True)
def _database(database_url: str, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """Let every test run on both kinds of database."""
    monkeypatch.setenv("IJW_DATABASE_URL", database_url)
    if database_url.startswith("postgresql"):
        assert run("migrate").code == 0


@contextmanager
def _access(database_url: str) -> Iterator[Access]:
    database = Database(database_url)
    yield Access(database, Audit(database, Keyring({"test": bytes(32)}), utc_now), utc_now)
    database.close()


def _identify(database_url: str, token: str) -> Caller | None:
    with _access(database_url) as access:
        return access.identify(token)


def test_add_a_party(run: Run) -> None:
    """The last line of standard output is the party's code; adding it again changes nothing."""
    for _ in range(2):
        ran = run(*_LINDE)
        assert (ran.code, ran.lines) == (0, ["65656055"])


def test_list_parties(run: Run) -> None:
    """In a pipe the list is lines with tabs, with the municipalities of the route tables in it."""
    run(*_LINDE)
    lines = run("party", "list").lines
    assert lines[0] == "code\tsoort\tnaam"
    assert "65656055\taanbieder\tDe Linde" in lines
    assert "0384\tgemeente\tDiemen" in lines


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("party", "add", "123", "--name", "x"), "8 cijfers (AGB)"),
        (("party", "add", "65656055", "--name", "Een ander"), "met een andere naam"),
    ],
)
def test_a_party_that_cannot_be_added(run: Run, arguments: tuple[str, ...], said: str) -> None:
    """A code that is no party's, or is known by another name, is refused."""
    run(*_LINDE)
    ran = run(*arguments)
    assert (ran.code, ran.out) == (1, b"")
    assert said in ran.err


def test_a_party_has_a_name(run: Run) -> None:
    """A name of nothing but spaces is a mistake in the command."""
    assert run("party", "add", "65656055", "--name", "  ").code == 2


def test_a_token_for_parties(run: Run, database_url: str) -> None:
    """The last line of standard output is the token, and it works at once, for all its parties."""
    run(*_LINDE)
    ran = run("token", "create", "--party", "65656055", "--party", "0384", "--label", "test")
    assert ran.code == 0
    caller = _identify(database_url, ran.lines[-1])
    assert caller
    assert caller.scopes == {Scope.EXCHANGE}
    assert caller.parties == {"65656055", "0384"}


@pytest.mark.parametrize("scope", ["admin", "monitor"])
def test_a_token_for_a_scope(run: Run, database_url: str, scope: str) -> None:
    """A token for operating or watching needs no party."""
    ran = run("token", "create", "--scope", scope)
    caller = _identify(database_url, ran.lines[-1])
    assert caller
    assert caller.scopes == {Scope(scope)}
    assert not caller.parties


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--scope", "exchange"),
        ("--scope", "admin", "--party", "0384"),
        ("--scope", "admin", "--scope", "exchange", "--party", "0384"),
        ("--party", "12345678"),
    ],
)
def test_a_token_that_makes_no_sense(run: Run, arguments: tuple[str, ...]) -> None:
    """A token for nobody, for an unknown party, or of an administrator who also exchanges is not made."""
    ran = run("token", "create", *arguments)
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err.splitlines()[-1].startswith("Fout: ")
    assert len(run("token", "list").lines) == 1


def test_a_token_with_an_end(run: Run, database_url: str) -> None:
    """A day counts to its end, in the Netherlands; a moment with a time zone is that moment."""
    day = (datetime.now(UTC) + timedelta(days=400)).replace(month=1, day=15).date()
    run("token", "create", "--scope", "admin", "--expires", day.isoformat())
    run("token", "create", "--scope", "admin", "--expires", f"{day}T12:00+01:00")
    with _access(database_url) as access:
        ends = [token.expires_at for token in access.tokens()]
    midnight = datetime(day.year, day.month, day.day, 23, tzinfo=UTC)
    assert ends == [midnight, midnight - timedelta(hours=12)]


@pytest.mark.parametrize("end", ["2020-01-01", "morgen"])
def test_an_end_that_cannot_be(run: Run, end: str) -> None:
    """An end in the past, or one that is no date, is a mistake in the command."""
    assert run("token", "create", "--scope", "admin", "--expires", end).code == 2


def test_list_tokens(run: Run) -> None:
    """The list tells all but the secret."""
    made = run("token", "create", "--party", "0384", "--label", "backoffice\tDiemen").lines[-1]
    head, line = run("token", "list").lines
    assert head.split("\t")[:4] == ["id", "label", "bereik", "partijen"]
    token_id, label, scope, parties, *_, used, revoked = line.split("\t")
    assert made.startswith(f"ijw_{token_id}")
    assert made.removeprefix(f"ijw_{token_id}") not in line
    assert (label, scope, parties, used, revoked) == ("backoffice Diemen", "exchange", "0384", "-", "-")


def test_revoke_a_token(run: Run, database_url: str) -> None:
    """A token that was revoked works no longer, and is still listed."""
    made = run("token", "create", "--scope", "admin").lines[-1]
    token_id = run("token", "list").lines[1].split("\t")[0]
    assert run("token", "revoke", token_id).code == 0
    assert _identify(database_url, made) is None
    assert run("token", "list").lines[1].split("\t")[-1] != "-"


def test_revoke_what_is_not_there(run: Run) -> None:
    """Revoking a token that does not exist is an error."""
    ran = run("token", "revoke", "weg")
    assert ran.code == 1
    assert "Er is geen token weg" in ran.err
