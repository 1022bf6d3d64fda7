"""`replay`."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from gateway.composition import Gateway
from gateway.errors import RuleFailedError
from gateway.exchange.cause import Cause
from gateway.services.clock import utc_now
from gateway.services.queueing import Ending
from gateway.services.replaying import Replaying
from gateway.store import revival
from gateway.store.replays import ItemRow
from tests.berichten import PROVIDER, heenbericht
from tests.cli.conftest import Run
from tests.gateways import MANUAL, Clock, accepted, caller_for, open_gateway


@pytest.fixture
def failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Leave a dead letter in the database that the commands work on."""
    gateway: Gateway = open_gateway(tmp_path, clock=Clock(utc_now()))
    row = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305", municipality=MANUAL)).message
    municipality = caller_for(gateway, MANUAL)
    with capture_logs():
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
    assert "1 berichten gaan opnieuw (1 failed)." in dry.err
    assert "Er is niets veranderd." in dry.err
    ran = run("replay", "--id", failed)
    assert (ran.code, ran.lines[-1]) == (0, "wacht weer op de ontvanger\t1")
    assert ran.lines[:2] == dry.lines  # what it will do comes first
    assert "1 van de 1 berichten gedaan, 0 mislukt." in ran.err
    assert run("replay", "--status", "failed", "--dry-run").lines[1:] == []


def test_what_cannot_be_done_is_told(run: Run, failed: str) -> None:
    """Of the messages that were named, those that cannot be replayed are counted, and the end is no success."""
    ran = run("replay", "--id", failed, "--id", str(uuid4()))
    assert ran.code == 1
    assert "Van de genoemde berichten kunnen er 1 niet opnieuw" in ran.err
    assert "1 van de 1 berichten gedaan, 0 mislukt." in ran.err
    nothing = run("replay", "--id", str(uuid4()))
    assert (nothing.code, "Er is niets veranderd." in nothing.err) == (1, True)


def test_part_of_it_fails(run: Run, failed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each message that failed is named with its reason, and the program ends with 1."""

    def fails(*_: object, **__: object) -> None:
        raise RuleFailedError("TR999")

    monkeypatch.setattr(revival, "wait_again", fails)
    ran = run("replay", "--id", failed)
    assert ran.code == 1
    assert f"Mislukt: {failed}: de gateway maakte zelf een fout (RuleFailedError)" in ran.err
    assert "0 van de 1 berichten gedaan, 1 mislukt." in ran.err


def test_a_pause_and_a_resumption(run: Run, failed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay that was broken off can be paused and gone on with; until then it is not done."""

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Replaying, "_do", broken)
        ran = run("replay", "--id", failed)
    assert ran.code == 130
    task = re.findall(r"--resume ([0-9a-f-]{36})", ran.err)[0]
    paused = run("replay", "--pause", task)
    assert (paused.code, "De taak is gepauzeerd: 0 van de 1 berichten gedaan." in paused.err) == (0, True)
    again = run("replay", "--id", failed)
    assert (again.code, "0 van de 0 berichten gedaan" in again.err) == (1, True)  # it is the other replay's still
    resumed = run("replay", "--resume", task)
    assert (resumed.code, "1 van de 1 berichten gedaan, 0 mislukt." in resumed.err) == (0, True)
    assert run("replay", "--resume", str(uuid4())).code == 1
    assert run("replay", "--resume", task, "--id", failed).code == 1


def test_one_that_is_paused_meanwhile(run: Run, failed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When somebody else pauses it, it says so, and does not end as though all was done."""

    def pause(self: Replaying, item: ItemRow) -> None:
        self.pause(item.replay_id, "token:ander", paused=True)

    monkeypatch.setattr(Replaying, "_do", pause)
    ran = run("replay", "--id", failed)
    assert (ran.code, "De taak is gepauzeerd; ga verder met" in ran.err) == (1, True)


def test_it_asks_a_person(run: Run, failed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal it goes on only after a yes, given there or on the command line."""
    monkeypatch.setattr("gateway.cli.replay.is_attended", lambda: True)
    refused = run("replay", "--id", failed, stdin=b"n\n")
    assert (refused.code, "Er is niets veranderd." in refused.err) == (0, True)
    assert run("replay", "--id", failed, "--yes").lines[-1] == "wacht weer op de ontvanger\t1"
    assert run("replay", "--id", failed, stdin=b"j\ny\n").code == 1  # it waits, and cannot be replayed


@pytest.mark.usefixtures("failed")
def test_filters(run: Run) -> None:
    """All filters hold together; a day is one in the Netherlands."""
    for options, count in (
        (["--recipient", MANUAL], 1),
        (["--recipient", MANUAL, "--sender", MANUAL], 0),
        (["--type", "JW305", "--since", "2020-01-01"], 1),
        (["--type", "JW305", "--until", "2020-01-01T12:00"], 0),
        (["--id", str(uuid4())], 0),
        (["--cause", Cause.of("vol").id], 1),
        (["--cause", "00000000"], 0),
    ):
        assert len(run("replay", "--dry-run", *options).lines) == count + 1


@pytest.mark.parametrize("options", [[], ["--dry-run"], ["--status", "queued"]])
def test_what_is_not_asked_for_well(run: Run, options: list[str]) -> None:
    """Everything at once, or what cannot be replayed, is refused."""
    assert run("replay", *options).code == 1


def test_a_day_that_is_none(run: Run) -> None:
    """It is told how to write one."""
    assert run("replay", "--since", "gisteren").code == 2
