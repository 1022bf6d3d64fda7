"""Reading a mailbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.errors import ConfigurationError
from gateway.transport.mailbox import Mailbox, MailboxUnreadableError
from tests.imap import ImapServer, imap_server


@pytest.fixture
def server() -> Iterator[ImapServer]:
    """Run a mailbox with two mails."""
    with imap_server() as running:
        running.mails += [b"Subject: een\r\n\r\nDe eerste.", b"Subject: twee\r\n\r\nDe tweede."]
        yield running


def mailbox(server: ImapServer, login: str = "bounces:geheim", folder: str = "INBOX") -> Mailbox:
    """Give the mailbox of a server."""
    return Mailbox.parse(f"imap://{login}@127.0.0.1:{server.port}/{folder}")


def test_new_mails_are_read_once(server: ImapServer) -> None:
    """Each new mail is given as it is, and is not new after that."""
    read: list[bytes] = []
    assert mailbox(server).read_new(read.append) == 2
    assert read == server.mails
    assert mailbox(server).read_new(read.append) == 0
    server.mails.append(b"Subject: drie\r\n\r\n")
    assert mailbox(server).read_new(read.append) == 1


def test_what_could_not_be_handled_stays_new(server: ImapServer) -> None:
    """A mail whose handling fails is there at the next look."""

    def fail(_: bytes) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        mailbox(server).read_new(fail)
    assert server.seen == set()


@pytest.mark.parametrize(("login", "folder"), [("bounces:fout", "INBOX"), ("bounces:geheim", "Weg")])
def test_a_mailbox_that_is_closed(server: ImapServer, login: str, folder: str) -> None:
    """A wrong password or folder is told without either."""
    with pytest.raises(MailboxUnreadableError) as raised:
        mailbox(server, login, folder).read_new(lambda _: None)
    assert "fout" not in str(raised.value)


def test_nobody_listens() -> None:
    """A server that is away is one that cannot be read now."""
    with pytest.raises(MailboxUnreadableError):
        mailbox(ImapServer(port=1)).read_new(lambda _: None)


def test_the_url() -> None:
    """Each scheme has its usual port; the folder is the inbox unless another is named."""
    assert Mailbox.parse("imaps://u:p%40@mail.example") == Mailbox("imaps", "mail.example", 993, "u", "p@")
    named = Mailbox.parse("imap+starttls://u:p@mail.example:1430/Terug%20post")
    assert (named.port, named.folder) == (1430, "Terug post")
    assert "p@" not in repr(Mailbox.parse("imaps://u:p%40@mail.example"))


@pytest.mark.parametrize("url", ["mail.example", "https://u:geheim@x", "imaps://u@x", "imaps://x", "imaps://u:geheim@"])
def test_a_url_that_is_wrong(url: str) -> None:
    """What is wrong is told with what was expected, without the URL."""
    with pytest.raises(ConfigurationError, match="verwacht imaps") as raised:
        Mailbox.parse(url)
    assert "geheim" not in str(raised.value)
