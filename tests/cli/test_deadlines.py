"""`deadlines`."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from gateway.services.clock import utc_now
from gateway.store import deadlines, messages, migrate, tables
from gateway.store.engine import Database
from gateway.store.vault import Keyring
from tests.cli.conftest import Run
from tests.store.samples import MUNICIPALITY, PROVIDER, a_message
from tests.store.test_deadlines import a_deadline


@pytest.fixture(autouse=True)
def _filled(database_url: str, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """Let every test run on both kinds of database, with something that is due and something that was."""
    monkeypatch.setenv("IJW_DATABASE_URL", database_url)
    monkeypatch.setenv("IJW_ENCRYPTION_KEYS", "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    migrate.upgrade(database_url)
    database = Database(database_url)
    now = utc_now()
    with database.write() as conn:
        message = a_message(received_at=now)
        messages.save(conn, Keyring({"test": bytes(range(32))}), [message])
        due = [(a_deadline(message.id, subject=f"R{n}"), now + timedelta(days=n)) for n in (3, -2, 1)]
        due.append((a_deadline(message.id, subject="R4").met(message.id), now))
        deadlines.save(conn, due, now=now)
    database.close()


def test_what_is_due_is_listed(run: Run) -> None:
    """What must be done first is at the top; what is done is left out."""
    ran = run("deadlines")
    assert ran.code == 0
    heading, *lines = (line.split("\t") for line in ran.lines)
    assert heading == ["uiterlijk", "staat", "regel", "wat", "wie", "gemeente", "aanbieder", "bericht"]
    assert [line[1] for line in lines] == ["te laat", "open", "open"]
    assert lines[0][2:7] == ["OP274", "antwoord op verzoek: JW301 of JW319", MUNICIPALITY, MUNICIPALITY, PROVIDER]
    assert [line[0] for line in lines] == sorted(line[0] for line in lines)


def test_only_what_is_late(run: Run) -> None:
    """With `--overdue`; as lines of JSON too."""
    assert len(run("deadlines", "--overdue").lines) == 2
    (line,) = run("deadlines", "--overdue", "--format", "json").lines
    found = json.loads(line)
    assert (found["state"], found["rule"], found["subject"], found["owner"]) == (
        "overdue",
        "OP274",
        "R-2",
        MUNICIPALITY,
    )


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--state", "met"), 1),
        (("--state", "met", "--state", "open"), 3),
        (("--kind", "answer"), 3),
        (("--kind", "start"), 0),
        (("--owner", MUNICIPALITY), 3),
        (("--owner", PROVIDER), 0),
    ],
)
def test_deadlines_are_chosen(run: Run, options: tuple[str, ...], count: int) -> None:
    """By state, by kind, by who has to act."""
    assert len(run("deadlines", "--format", "json", *options).lines) == count


def test_what_has_an_opt_out_is_left_out(run: Run, database_url: str) -> None:
    """Nobody gives a reason on the command line, so what is for the back-office alone is not shown there."""
    database = Database(database_url)
    with database.write() as conn:
        conn.execute(update(tables.message).values(opt_out=True))
    database.close()
    assert len(run("deadlines").lines) == 1
