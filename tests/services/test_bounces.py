"""Bounces of mail about cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from gateway.composition import Gateway
from gateway.services import bounces as module
from gateway.store import manual_cases, outbox
from gateway.store.manual_cases import CaseRow
from gateway.store.rows import MessageRow
from tests.berichten import PROVIDER, heenbericht
from tests.bounces import OUT_OF_OFFICE, plain, report
from tests.gateways import MANUAL, Clock, accepted, admin_of, caller_for, open_gateway
from tests.imap import ImapServer, imap_server


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImapServer]:
    """Run a mailbox that is looked into at every round."""
    monkeypatch.setattr(module, "_EVERY_SECONDS", 0.0)
    with imap_server() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def reading(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock, mailbox: ImapServer) -> Iterator[Gateway]:
    """Give a gateway that reads the mailbox."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    bounces = SecretStr(f"imap://bounces:geheim@127.0.0.1:{mailbox.port}")
    opened = open_gateway(tmp_path, url, clock, bounces_url=bounces)
    yield opened
    opened.close()


@pytest.fixture
def message(reading: Gateway) -> MessageRow:
    """Post a message that people handle, and are mailed about."""
    return accepted(reading, caller_for(reading, PROVIDER), heenbericht("JW317", municipality=MANUAL)).message


def case_of(gateway: Gateway, message: MessageRow) -> CaseRow:
    """Look at the case of a message."""
    with gateway.database.read() as connection:
        return manual_cases.of_messages(connection, [message.id])[message.id]


def mail_of(gateway: Gateway, message: MessageRow) -> object:
    """Give what stands before the @ of the Message-ID of the mail about a case."""
    with gateway.database.read() as connection:
        return outbox.of_messages(connection, [message.id])[message.id][0].id


def test_a_bounce_is_noted_at_its_case(
    reading: Gateway, mailbox: ImapServer, message: MessageRow, clock: Clock
) -> None:
    """The case says why, once, and so does the timeline; without addresses and numbers of what was said."""
    mailbox.mails += [report(mail_of(reading, message), code="550 <jeugd@deventer.example> 999900006 weg")] * 2
    assert reading.upkeep.round() == 2
    assert reading.upkeep.round() == 0
    row = case_of(reading, message)
    assert (row.bounced_at, row.bounce, row.state) == (clock.now, "5.1.1 550 <…> … weg", "open")
    found = reading.services.inquiry.detail(message.id, admin_of(reading))
    assert found is not None
    assert [event.kind for event in found.timeline] == ["accepted", "manual", "mail-bounced"]
    assert found.timeline[-1].detail == {"about": "case", "cause": "5.1.1 550 <…> … weg"}


def test_other_mail_is_left_alone(reading: Gateway, mailbox: ImapServer, message: MessageRow) -> None:
    """An answer of a person, and a bounce of something that was not ours, change nothing."""
    mailbox.mails += [plain(OUT_OF_OFFICE, mail_of(reading, message)), report(uuid4()), b"onzin"]
    assert reading.upkeep.round() == 3
    assert case_of(reading, message).bounced_at is None


def test_a_mailbox_that_is_away_holds_up_nothing(reading: Gateway, mailbox: ImapServer) -> None:
    """It is logged, and the round goes on."""
    mailbox.password = "anders"
    with capture_logs() as logs:
        assert reading.upkeep.round() == 0
    assert [entry["event"] for entry in logs] == ["bounces-not-read"]


def test_the_mailbox_is_not_asked_all_the_time(
    reading: Gateway, mailbox: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a look some minutes pass before the next."""
    monkeypatch.setattr(module, "_EVERY_SECONDS", 60.0)
    reading.upkeep.round()
    asked = len(mailbox.said)
    reading.upkeep.round()
    assert len(mailbox.said) == asked
