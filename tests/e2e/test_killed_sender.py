"""A worker that is killed at the worst moment: the mail server has taken the mail, and nobody has written that down."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr
from sqlalchemy import update

from gateway.composition import Gateway
from gateway.services.clock import utc_now
from gateway.settings import Settings
from gateway.store import outbox, outbox_tables
from gateway.store.outbox import AttemptRow, OutboxRow
from tests.berichten import PROVIDER, heenbericht
from tests.e2e.server import ROOT
from tests.gateways import MANUAL, accepted, caller_for, open_gateway
from tests.smtp import MailServer, mail_server

pytestmark = pytest.mark.e2e

_PATIENCE: Final = 30.0


@contextmanager
def worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Run `ijw-gateway worker`, and kill it when it is not dead by then."""
    secrets = {
        "IJW_DATABASE_URL": settings.database_url,
        "IJW_ENCRYPTION_KEYS": settings.encryption_keys,
        "IJW_SMTP_URL": settings.smtp_url,
    }
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("IJW_")},
        **{name: value.get_secret_value() for name, value in secrets.items() if value is not None},
        "IJW_DATA_DIR": str(settings.data_dir),
        "IJW_ROUTES_DIR": str(settings.routes_dir),
        "IJW_MAIL_FROM": "gateway@gateway.example",
        "PYTHONPATH": str(ROOT),
    }
    with (settings.data_dir / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "worker"], env=environment, stdout=log, stderr=log, cwd=settings.data_dir
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait(_PATIENCE)


def waited_for(happened: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + _PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def the_mail(gateway: Gateway) -> tuple[OutboxRow, list[AttemptRow]]:
    """Look at the one thing in the outbox, and at the attempts to send it."""
    message = accepted(
        gateway, caller_for(gateway, PROVIDER), heenbericht("JW317", municipality=MANUAL)
    ).message  # the same bytes again: this is the message that is there
    with gateway.database.read() as connection:
        (row,) = outbox.of_messages(connection, [message.id])[message.id]
        return row, outbox.attempts(connection, row.id)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[MailServer, list[int]]]:
    """Run a mail server that kills whom it was told to, after it has taken a mail and before it says so."""
    victims: list[int] = []
    take = MailServer.handle_DATA

    async def take_and_kill(self: MailServer, smtp: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await take(self, smtp, session, envelope)
        while victims:
            os.kill(victims.pop(), signal.SIGKILL)
        return answer

    monkeypatch.setattr(MailServer, "handle_DATA", take_and_kill)
    with mail_server() as running:
        yield running, victims


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_at_most_one_mail_too_many(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, server: tuple[MailServer, list[int]]
) -> None:
    """After kill -9 between sending and writing that down one more mail goes out, under the same Message-ID."""
    running, victims = server
    url = request.getfixturevalue("postgres_url") if kind == "postgres" else None
    gateway = open_gateway(tmp_path, url, smtp_url=SecretStr(f"smtp://127.0.0.1:{running.port}"))
    try:
        row, _ = the_mail(gateway)
        with worker(gateway.settings) as process:
            victims.append(process.pid)
            assert process.wait(_PATIENCE) == -signal.SIGKILL
        assert len(running.arrived) == 1
        row, attempts = the_mail(gateway)
        assert (row.state, [one.outcome for one in attempts]) == ("sending", [None])
        # Two minutes pass.
        with gateway.database.write() as connection:
            connection.execute(update(outbox_tables.outbox).values(next_at=utc_now()))
        with worker(gateway.settings):
            waited_for(lambda: the_mail(gateway)[0].state == "sent")
        row, attempts = the_mail(gateway)
        assert [(one.started_by, one.outcome) for one in attempts] == [("schedule", "lost"), ("takeover", "delivered")]
        assert [mail["Message-ID"] for mail in running.mails] == [f"<{row.id}@gateway.example>"] * 2
    finally:
        gateway.close()
