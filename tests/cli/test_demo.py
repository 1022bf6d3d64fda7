"""`demo`."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from gateway.cli.demo_berichten import Cast, Script
from gateway.cli.installation import open_gateway
from gateway.composition import make_keyring
from gateway.ijw.bericht import Bericht
from gateway.services.caller import Caller
from gateway.services.clock import utc_now
from gateway.store import messages
from gateway.store.messages import MessageFilter
from gateway.store.rows import MessageRow
from gateway.wire.codec import Codec
from tests.cli.conftest import Run


@pytest.fixture
def _on_either_database(database_url: str, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setenv("IJW_DATABASE_URL", database_url)
    if database_url.startswith("postgresql"):
        assert run("migrate").code == 0


def _stored() -> list[MessageRow]:
    with open_gateway() as gateway, gateway.database.read() as connection:
        return messages.search(
            connection, make_keyring(gateway.settings, gateway.database), MessageFilter(), limit=100, now=utc_now()
        )


def _callers(shown: str) -> dict[str, Caller | None]:
    tokens = dict(re.findall(r"^  ([A-Z]+)=(ijw_\S+)$", shown, re.MULTILINE))
    with open_gateway() as gateway:
        return {name: gateway.services.access.identify(token) for name, token in tokens.items()}


@pytest.mark.usefixtures("_on_either_database")
def test_the_whole_exchange(run: Run) -> None:
    """From request to declaration every message is delivered and answered; one waits, and one request is open."""
    ran = run("demo")
    assert (ran.code, ran.err.count("Fout")) == (0, 0)
    stored = _stored()
    types = Counter(row.type for row in stored)
    assert types == {
        "JW315": 2, "JW316": 1, "JW301": 2, "JW302": 2, "JW305": 1, "JW306": 1, "JW307": 1, "JW308": 1,
        "JW323": 1, "JW325": 1, "JW317": 1, "JW318": 1,
    }  # fmt: skip
    waiting = [row for row in stored if row.status != "delivered"]
    assert [(row.type, row.status, row.recipient) for row in waiting] == [("JW315", "queued", "0384")]
    for row in stored:
        assert f"{row.type}  {row.sender:>8} → {row.recipient}" in ran.out.decode()


@pytest.mark.usefixtures("_on_either_database")
def test_the_request_is_answered(run: Run) -> None:
    """The JW301 with the ReferentieAanbieder of the JW315 belongs to it, as its retourbericht does."""
    run("demo")
    request = next(row for row in reversed(_stored()) if row.type == "JW315")
    with open_gateway() as gateway, gateway.database.read() as connection:
        related = messages.relations(connection, request.id)
    assert {(row.type, kind) for row, kind in related} == {("JW316", "retourbericht"), ("JW301", "answer")}


def test_the_tokens_work(run: Run) -> None:
    """The tokens that are shown belong to the parties of the demo."""
    callers = _callers(run("demo").out.decode())
    assert {name: caller and caller.parties for name, caller in callers.items()} == {
        "AANBIEDER": {"65656055", "42420001"},
        "GEMEENTE": {"0384"},
        "BEHEER": frozenset(),
    }


@pytest.mark.usefixtures("_on_either_database")
def test_only_in_an_empty_database(run: Run) -> None:
    """Where messages are, the demo refuses, dry or not, and leaves everything as it was."""
    run("demo")
    before = _stored()
    for arguments in (["demo"], ["demo", "--dry-run"]):
        ran = run(*arguments)
        assert (ran.code, ran.out) == (1, b"")
        assert "staan al berichten" in ran.err
    assert _stored() == before


def test_dry_run(run: Run, tmp_path: Path) -> None:
    """A dry run tells what would be played, and makes nothing."""
    ran = run("demo", "--dry-run")
    assert ran.code == 0
    assert ran.lines[-1] == "Er is niets veranderd."
    assert "JW323" in ran.out.decode()
    assert list(tmp_path.iterdir()) == []


def test_without_a_municipality_that_can_play(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the gateway answers for every municipality, there is nobody to play with."""
    table = '[[municipality]]\ncode = "0384"\nname = "Diemen"\nretour = "gateway"\n'
    (tmp_path / "regio.toml").write_text(table)
    monkeypatch.setenv("IJW_ROUTES_DIR", str(tmp_path))
    ran = run("demo")
    assert ran.code == 1
    assert "een gemeente nodig" in ran.err


@pytest.mark.parametrize("today", [date(2026, 3, 1), date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1)])
def test_the_story_fits_any_day(codec: Codec, today: date) -> None:
    """On whatever day it is played, the messages are valid and bear no date after today."""
    cast = Cast("65656055", "42420001", "0384", "Diemen")
    berichten: list[Bericht] = [scene.bericht for scene in Script(cast, today).scenes()]
    for bericht in berichten:
        assert codec.write(bericht).size > 0
        assert bericht.header.bericht_identificatie.dagtekening <= today
