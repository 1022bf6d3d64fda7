"""Mail about cases, through a real mail server that does not always behave."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from gateway.composition import Gateway, warn_of
from gateway.console.application import PAGES
from gateway.exchange.manual_case import CaseOutcome, reference_of
from gateway.exchange.readable import day_in_words
from gateway.services.clock import dutch_day
from gateway.services.manual_cases import Resolution
from gateway.store import outbox
from gateway.store.outbox import OutboxRow
from gateway.store.rows import MessageRow
from gateway.transport import mail as transport
from tests.berichten import BSN, PROVIDER, SURNAME, heenbericht, xml
from tests.certificates import rsa_key, write_pair
from tests.gateways import MANUAL, Clock, accepted, admin_of, caller_for, open_gateway, settings_in
from tests.smtp import MailServer, mail_server

BASE = "https://gateway.example"


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Run a mail server."""
    with mail_server() as running:
        yield running


@pytest.fixture
def mailing(tmp_path: Path, clock: Clock, server: MailServer) -> Iterator[Gateway]:
    """Give a gateway that mails."""
    opened = open_gateway(
        tmp_path,
        clock=clock,
        smtp_url=SecretStr(f"smtp://127.0.0.1:{server.port}"),
        mail_from="gateway@gateway.example",
        mail_return_address="bounces@gateway.example",
        base_url=f"{BASE}/",
    )
    yield opened
    opened.close()


def posted(gateway: Gateway, identificatie: str = "1") -> MessageRow:
    """Post a JW317 that people handle."""
    message = heenbericht("JW317", identificatie, municipality=MANUAL, reference=f"R{identificatie}")
    return accepted(gateway, caller_for(gateway, PROVIDER), message).message


def mail_of(gateway: Gateway, message: MessageRow) -> OutboxRow:
    """Look at the mail that is sent when a case opens."""
    with gateway.database.read() as connection:
        return outbox.of_messages(connection, [message.id])[message.id][0]


def run(gateway: Gateway, message: MessageRow, clock: Clock) -> list[str | None]:
    """Let the worker go round until the mail is over; gives how the attempts ended."""
    while (due := mail_of(gateway, message).next_at) is not None:
        clock.now = max(clock.now, due)
        gateway.upkeep.round()
    with gateway.database.read() as connection:
        return [one.outcome for one in outbox.attempts(connection, mail_of(gateway, message).id)]


def events(gateway: Gateway, message: MessageRow) -> list[str]:
    """Tell what happened to a message."""
    found = gateway.services.inquiry.detail(message.id, admin_of(gateway))
    assert found is not None
    return [event.kind for event in found.timeline]


def test_what_the_mail_says(mailing: Gateway, server: MailServer, clock: Clock) -> None:
    """A reference, what it is about, until when, and a link; nothing about the person."""
    message = posted(mailing)
    assert run(mailing, message, clock) == ["delivered"]
    (mail,) = server.mails
    case = message.handling
    assert case is not None
    due = day_in_words(dutch_day(case.due_at))
    assert mail["Subject"] == f"Zaak {reference_of(case.id)}: uiterlijk {due}"
    assert mail["Message-ID"] == f"<{mail_of(mailing, message).id}@gateway.example>"
    assert (mail["From"], mail["To"]) == ("gateway@gateway.example", "jeugd@deventer.example")
    assert server.arrived[0].mail_from == "bounces@gateway.example"
    text = mail.get_content().replace("\r\n", "\n")
    for part in (
        f"Zaak: {reference_of(case.id)}\n",
        "Gemeente: Deventer (0150)\n",
        "Het gaat om: verzoek om wijziging: 1 toewijzing te wijzigen\n",
        "Waarom mensen dit doen: De applicatie van de gemeente keurt een JW317 direct af\n",
        f"Uiterlijk: {due}\n",
        f"Bekijken: {BASE}/console/zaken/{case.id}\n",
    ):
        assert part in text
    raw = server.raw(server.arrived[0]).decode()
    assert not any(trace in raw for trace in (BSN, SURNAME, "300201", "R1"))
    assert events(mailing, message) == ["accepted", "manual", "mailed"]


@pytest.mark.parametrize(
    ("misdeeds", "attempts"),
    [
        (["450 4.2.0 busy", "DATA 451 4.3.0 disk", "close"], ["hiccup"] * 3 + ["delivered"]),
        (["hang"], ["hiccup", "delivered"]),
        (["421 4.3.2 down"] * 8, ["hiccup"] * 8 + ["delivered"]),
    ],
)
def test_one_mail_arrives_in_the_end(
    mailing: Gateway,
    server: MailServer,
    clock: Clock,
    misdeeds: list[str],
    attempts: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the server does for a while, exactly one mail arrives, and its Message-ID is that of the first try."""
    monkeypatch.setattr(transport, "_SECONDS", 0.3)
    server.misdeeds += misdeeds
    message = posted(mailing)
    assert run(mailing, message, clock) == attempts
    assert [mail["Message-ID"] for mail in server.mails] == [f"<{mail_of(mailing, message).id}@gateway.example>"]


def test_greylisting_is_waited_for(mailing: Gateway, server: MailServer, clock: Clock) -> None:
    """A server that wants to see an address twice gets it twice, and takes the mail once."""
    server.greylists = True
    message = posted(mailing)
    assert run(mailing, message, clock) == ["hiccup", "delivered"]
    assert len(server.arrived) == 1


def test_an_address_that_is_refused_is_not_tried_again(mailing: Gateway, server: MailServer, clock: Clock) -> None:
    """A permanent refusal ends it: the case then says that people have to phone."""
    server.misdeeds.append("550 5.1.1 <jeugd@deventer.example> unknown")
    message = posted(mailing)
    assert run(mailing, message, clock) == ["refused"]
    assert (mail_of(mailing, message).state, mail_of(mailing, message).cause) == ("failed", "550 5.1.1 <…> unknown")
    assert events(mailing, message) == ["accepted", "manual", "mail-failed"]


def test_a_server_that_stays_away_is_given_up_after_three_days(
    mailing: Gateway, server: MailServer, clock: Clock
) -> None:
    """Then the case, which is still there, says that people have to phone."""
    server.misdeeds += ["451 4.3.0 no"] * 99
    message = posted(mailing)
    began = clock.now
    assert set(run(mailing, message, clock)) == {"hiccup"}
    assert clock.now == began + timedelta(days=3)
    assert mail_of(mailing, message).state == "failed"
    assert server.arrived == []


def test_a_case_that_was_closed_meanwhile_is_not_mailed(mailing: Gateway, server: MailServer, clock: Clock) -> None:
    """Who has answered already gets no mail about it."""
    message = posted(mailing)
    assert message.handling is not None
    handled = Resolution(outcome=CaseOutcome.HANDLED, note="Gebeld")
    mailing.services.manual_cases.resolve(message.handling.id, admin_of(mailing), handled)
    assert run(mailing, message, clock) == ["dropped"]
    assert server.arrived == []


def test_a_case_that_takes_too_long_is_mailed_to_another(mailing: Gateway, server: MailServer, clock: Clock) -> None:
    """The escalation goes to its own address, and says that the case is late."""
    message = posted(mailing)
    run(mailing, message, clock)
    assert message.handling is not None
    clock.now = message.handling.due_at + timedelta(seconds=1)
    mailing.upkeep.round()
    mailing.upkeep.round()
    assert [mail["To"] for mail in server.mails] == ["jeugd@deventer.example", "regio@ijsselland.example"]
    assert "had klaar moeten zijn op" in server.mails[1]["Subject"]
    assert "staat nog open" in server.mails[1].get_content()


def test_without_a_mail_server_cases_wait(embedded: Gateway, clock: Clock) -> None:
    """Cases are opened all the same, and their mail goes out when a server is set."""
    message = posted(embedded)
    embedded.upkeep.round()
    assert mail_of(embedded, message).state == "due"
    assert "mail" not in embedded.upkeep._sending._channels


def test_many_cases_have_a_mail_each(mailing: Gateway, server: MailServer, clock: Clock) -> None:
    """Of many cases each is mailed once, under its own Message-ID."""
    messages = [posted(mailing, str(number)) for number in range(12)]
    mailing.upkeep.round()
    expected = {f"<{mail_of(mailing, message).id}@gateway.example>" for message in messages}
    assert len(server.arrived) == 12
    assert {mail["Message-ID"] for mail in server.mails} == expected
    assert {re.search(r"Z-[0-9A-F]{8}", mail["Subject"]) is not None for mail in server.mails} == {True}


def certified(gateway: Gateway, name: str, days: tuple[float, float] = (-1, 1)) -> Path:
    """Let the municipality want its mail encrypted; gives the file with its key."""
    folder = gateway.settings.routes_dir
    pair = write_pair(folder / f"{name}.pem", rsa_key("gemeente"), days=days)
    table = folder / "proef.toml"
    text = table.read_text(encoding="utf-8")
    extra = f'escalation_email = "regio@ijsselland.example"\ncontent = "encrypted"\ncertificate = "{name}.pem"\n'
    table.write_text(text.replace('escalation_email = "regio@ijsselland.example"\n', extra), encoding="utf-8")
    gateway.routes.refresh()
    gateway.routes.refresh()
    return pair


def decrypted(mail: EmailMessage, pair: Path) -> bytes:
    """Read a mail as the municipality would."""
    sealed: bytes = mail.get_content()
    command = ["openssl", "cms", "-decrypt", "-inform", "DER", "-recip", str(pair), "-inkey", str(pair)]
    plain: bytes = subprocess.run(command, input=sealed, capture_output=True, check=True).stdout
    return plain


def test_an_encrypted_mail_has_the_request(tmp_path: Path, clock: Clock, server: MailServer) -> None:
    """For the municipality alone the mail has the request in words and the XML, signed by the gateway."""
    own = write_pair(tmp_path / "own.pem", rsa_key("gateway"), "gateway")
    gateway = open_gateway(
        tmp_path,
        clock=clock,
        smtp_url=SecretStr(f"smtp://127.0.0.1:{server.port}"),
        mail_from="gateway@gateway.example",
        smime_file=own,
    )
    pair = certified(gateway, "deventer")
    municipality = caller_for(gateway, MANUAL)
    accepted(gateway, municipality, heenbericht("JW301", municipality=MANUAL))
    message = posted(gateway)
    assert run(gateway, message, clock) == ["delivered"]
    raw = server.raw(server.arrived[0])
    assert BSN.encode() not in raw
    (mail,) = server.mails
    assert mail.get_content_type() == "application/pkcs7-mime"
    assert mail.get_param("smime-type") == "enveloped-data"
    signed = decrypted(mail, pair)
    command = ["openssl", "cms", "-verify", "-CAfile", str(own), "-purpose", "any"]
    inside = subprocess.run(command, input=signed, capture_output=True, check=True).stdout
    text, page, xml_part = message_from_bytes(inside, policy=policy.default).iter_parts()
    assert "Bekijken:" in text.get_content()
    words = page.get_content()
    assert 'van 14 juli 2026 naar <span class="new">31 december 2026</span>' in words
    assert BSN in words
    assert xml_part.get_content() == xml(heenbericht("JW317", "1", municipality=MANUAL, reference="R1"))
    gateway.close()


def test_a_certificate_that_has_ended_sends_nothing_personal(
    mailing: Gateway, server: MailServer, clock: Clock
) -> None:
    """The mail goes all the same, without the content: people hear of the case."""
    certified(mailing, "oud", days=(-2, 0.5))
    clock.forward(days=1)
    message = posted(mailing)
    with capture_logs() as logs:
        assert run(mailing, message, clock) == ["delivered"]
    assert server.mails[0].get_content_type() == "text/plain"
    assert BSN not in server.raw(server.arrived[0]).decode()
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == ["certificate-unusable"]


def test_the_link_leads_to_a_page() -> None:
    """The console has a page where the link of a mail leads to."""
    assert ("GET", "/zaken/{id}") in {(method, path) for method, path, *_ in PAGES}


@pytest.mark.parametrize(
    ("url", "warned"),
    [("smtp://mail.example", True), ("smtps://u:geheim@mail.example", False), (None, False)],
)
def test_mail_that_anybody_can_read_is_warned_of(tmp_path: Path, url: str | None, warned: bool) -> None:
    """Whoever runs the gateway reads in the log that mail goes over the line as it is, without the URL."""
    settings = settings_in(tmp_path).model_copy(update={"smtp_url": SecretStr(url) if url else None})
    with capture_logs() as logs:
        warn_of(settings)
    assert [entry["event"] for entry in logs] == ["smtp-without-tls"] * warned
    assert "mail.example" not in str(logs)
