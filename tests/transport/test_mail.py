"""Handing mail in at a server that does not always behave."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ConfigurationError
from gateway.exchange.attempts import Delivered, Hiccup, Outcome, RefusedForGood
from gateway.transport import mail as module
from gateway.transport.mail import MailParcel, MailServer, MailTransport
from tests import smtp
from tests.certificates import rsa_key, write_pair

PARCEL = MailParcel("bounces@gateway.example", "jeugd@deventer.example", b"Subject: zaak\r\n\r\nEen zaak.\r\n")


@pytest.fixture
def server() -> Iterator[smtp.MailServer]:
    """Run a mail server without TLS."""
    with smtp.mail_server() as running:
        yield running


def send(server: smtp.MailServer, scheme: str = "smtp", parcel: MailParcel = PARCEL, login: str = "") -> Outcome:
    """Hand a mail in."""
    address = MailServer.parse(f"{scheme}://{login}127.0.0.1:{server.port}")
    return asyncio.run(MailTransport(address).send(parcel))


def test_a_mail_arrives_as_it_is(server: smtp.MailServer) -> None:
    """The server gets the bytes, the address, and where a bounce goes."""
    assert send(server) == Delivered("2.0.0 Ok: queued as 1A2B")
    (envelope,) = server.arrived
    assert (envelope.mail_from, envelope.rcpt_tos) == ("bounces@gateway.example", ["jeugd@deventer.example"])
    assert server.raw(envelope) == PARCEL.content


@pytest.mark.parametrize(
    ("misdeed", "outcome"),
    [
        ("450 4.2.0 Mailbox busy", Hiccup("450 4.2.0 Mailbox busy")),
        ("421 4.3.2 Shutting down", Hiccup("421 4.3.2 Shutting down")),
        (
            "550 5.1.1 <jeugd@deventer.example>: no such user",
            RefusedForGood("550 5.1.1 <…>: no such user"),
        ),
        ("DATA 452 4.3.1 Disk full", Hiccup("452 4.3.1 Disk full")),
        ("DATA 554 5.7.1 Spam", RefusedForGood("554 5.7.1 Spam")),
        ("close", Hiccup("de mailserver antwoordt niet (SMTPServerDisconnected)")),
    ],
)
def test_what_a_server_does_is_an_outcome(server: smtp.MailServer, misdeed: str, outcome: Outcome) -> None:
    """4xx may pass, 5xx is for good, a broken connection may pass; nothing has arrived."""
    server.misdeeds.append(misdeed)
    assert send(server) == outcome
    assert server.arrived == []


def test_a_server_that_hangs_is_left(server: smtp.MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer within the time is no outcome of the mail."""
    monkeypatch.setattr(module, "_SECONDS", 0.2)
    server.misdeeds.append("hang")
    assert send(server) == Hiccup("de mailserver antwoordt niet (SMTPReadTimeoutError)")


def test_nobody_listens() -> None:
    """A server that is down may come up again."""
    server = smtp.MailServer(port=1)
    assert send(server) == Hiccup("de mailserver antwoordt niet (SMTPConnectError)")


def test_an_address_that_smtp_does_not_know(server: smtp.MailServer) -> None:
    """An address with other letters than ASCII is refused for good."""
    parcel = MailParcel("a@b.example", "jeugd@dévénter.example", b"")
    assert isinstance(send(server, parcel=parcel), RefusedForGood)
    assert server.arrived == []


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Give a server's certificate that this process trusts."""
    file = write_pair(tmp_path / "server.pem", rsa_key())
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(file)
    return made


def test_starttls_with_a_password(context: ssl.SSLContext) -> None:
    """User and password go over the encrypted line, percent-encoded in the URL."""
    with smtp.mail_server(context, user="ij@w") as server:
        assert isinstance(send(server, "smtp+starttls", login="ij%40w:ge%2Fheim@"), Delivered)
        wrong = send(server, "smtp+starttls", login="iemand:geheim@")
    assert wrong == Hiccup("535 de mailserver neemt gebruiker en wachtwoord niet aan")


def test_starttls_is_not_given_up(server: smtp.MailServer) -> None:
    """A server that cannot encrypt gets no mail when the URL asks for it."""
    assert isinstance(send(server, "smtp+starttls"), Hiccup)
    assert server.arrived == []


def test_a_stranger_gets_no_mail(context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that nobody vouches for is no reason to go on."""
    monkeypatch.delenv("SSL_CERT_FILE")
    with smtp.mail_server(context) as server:
        assert isinstance(send(server, "smtp+starttls"), Hiccup)
        assert server.arrived == []


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp+starttls://u:p%40@mail.example", MailServer("mail.example", 587, False, True, "u", "p@")),
        ("smtps://mail.example", MailServer("mail.example", 465, True, False)),
        ("smtps://mail.example:4650/", MailServer("mail.example", 4650, True, False)),
        ("smtp://localhost:2525", MailServer("localhost", 2525, False, False)),
    ],
)
def test_the_url(url: str, server: MailServer) -> None:
    """Each scheme has its usual port, and another one may be named."""
    assert MailServer.parse(url) == server
    assert server.is_safe != url.startswith("smtp:")
    assert "p@" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://geheim@",
        "smtp://u:geheim@mail.example:x",
        "smtps://u:geheim@mail.example/pad",
        "smtps://u:geheim@[mail.example",
        "smtps://u:geheim@mail.example?x=1",
        "smtps://u:geheim@mail.example:0",
    ],
)
def test_a_url_that_is_wrong(url: str) -> None:
    """What is wrong is told with what was expected, without the URL and the password in it."""
    with pytest.raises(ConfigurationError, match="verwacht smtp") as raised:
        MailServer.parse(url)
    assert "geheim" not in str(raised.value)
    assert raised.value.__cause__ is None


@given(st.text(max_size=40))
def test_any_text_is_a_server_or_told_to_be_none(text: str) -> None:
    """Whatever stands in the setting, reading it ends in a server or in a sentence."""
    with suppress(ConfigurationError):
        assert MailServer.parse(f"smtp://{text}").host
