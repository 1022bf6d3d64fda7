"""`replay`."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from gateway.composition import Gateway
from gateway.services.clock import utc_now
from gateway.services.queueing import Ending
from tests.berichten import PROVIDER, heenbericht
from tests.cli.conftest import Run
from tests.gateways import MANUAL, Clock, accepted, caller_for, open_gateway


@pytest.fixture
def failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Leave a dead letter in the database that the commands work on."""
    gateway: Gateway = open_gateway(tmp_path, clock=Clock(utc_now()))
    row = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305", municipality=MANUAL)).message
    municipality = caller_for(gateway, MANUAL)
    for _ in range(2):
        (given,) = gateway.services.queueing.lease(MANUAL, municipality, limit=1, seconds=60, types=[])
        gateway.services.queueing.end(given.lease.id, municipality, Ending.FAILED, "vol")
    gateway.close()
    settings = gateway.settings
    assert settings.encryption_keys is not None
    monkeypatch.setenv("IJW_DATABASE_URL", settings.database)
    monkeypatch.setenv("IJW_ENCRYPTION_KEYS", settings.encryption_keys.get_secret_value())
    monkeypatch.setenv("IJW_ROUTES_DIR", str(settings.routes_dir))
    return str(row.id)


def test_a_dry_run_and_a_replay(run: Run, failed: str) -> None:
    """The dry run shows what would become of each message, the replay does it, and then there is nothing left."""
    dry = run("replay", "--status", "failed", "--dry-run")
    assert dry.code == 0
    assert dry.lines[1].split("\t")[:6] == [failed, "JW305", PROVIDER, MANUAL, "failed", "queued"]
    assert "1 berichten zouden opnieuw gaan (1 failed)" in dry.err
    ran = run("replay", "--id", failed)
    assert (ran.code, ran.lines[1]) == (0, "wacht weer op de ontvanger\t1")
    assert "1 van de 1 berichten gedaan, 0 mislukt." in ran.err
    assert run("replay", "--status", "failed", "--dry-run").lines[1:] == []


@pytest.mark.usefixtures("failed")
def test_filters(run: Run) -> None:
    """All filters hold together; a day is one in the Netherlands."""
    for options, count in (
        (["--recipient", MANUAL], 1),
        (["--recipient", MANUAL, "--sender", MANUAL], 0),
        (["--type", "JW305", "--since", "2020-01-01"], 1),
        (["--type", "JW305", "--until", "2020-01-01T12:00"], 0),
        (["--id", str(uuid4())], 0),
    ):
        assert len(run("replay", "--dry-run", *options).lines) == count + 1


@pytest.mark.parametrize("options", [[], ["--dry-run"], ["--status", "queued"]])
def test_what_is_not_asked_for_well(run: Run, options: list[str]) -> None:
    """Everything at once, or what cannot be replayed, is refused."""
    assert run("replay", *options).code == 1


def test_a_day_that_is_none(run: Run) -> None:
    """It is told how to write one."""
    assert run("replay", "--since", "gisteren").code == 2
