"""A mailbox that is read over IMAP."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import unquote

from gateway.errors import ConfigurationError, GatewayError
from gateway.transport.mail import split_url

_SECONDS: Final = 15.0
# More than a gateway that mails some hundred cases a day gets back; the rest waits for the next look.
_MOST: Final = 50
_EXPECTED: Final = "verwacht imaps://gebruiker:wachtwoord@host/INBOX, of imap+starttls:// of imap://"
_PORTS: Final = {"imaps": 993, "imap+starttls": 143, "imap": 143}


class MailboxUnreadableError(GatewayError):
    """The mailbox could not be read now."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A folder of a mailbox. `scheme` is `imaps`, `imap+starttls`, or `imap`, which anybody on the way can read."""

    scheme: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `IJW_BOUNCES_URL`; raises ConfigurationError, which does not repeat the URL: a password is in it."""
        parts = split_url(url, "IJW_BOUNCES_URL", _EXPECTED)
        if parts.scheme not in _PORTS or not parts.username or not parts.password or parts.query or parts.fragment:
            raise ConfigurationError(f"IJW_BOUNCES_URL is niet te begrijpen; {_EXPECTED}.")
        return cls(
            scheme=parts.scheme,
            host=parts.hostname or "",
            port=parts.port or _PORTS[parts.scheme],
            user=unquote(parts.username),
            password=unquote(parts.password),
            folder=unquote(parts.path.strip("/")) or "INBOX",
        )

    def read_new(self, handle: Callable[[bytes], None]) -> int:
        """Give every mail that nobody has read to `handle`, and mark it as read after that; gives how many.

        A mail whose handling fails stays new. Raises MailboxUnreadableError when the server does not do its part.
        """
        try:
            with self._connect() as connection:
                connection.login(self.user, self.password)
                _checked(connection.select(f'"{self.folder}"'))
                found = _checked(connection.uid("SEARCH", "UNSEEN"))
                numbers = (found[0] or b"").split()[:_MOST]
                for number in numbers:
                    handle(_fetched(connection, number.decode()))
                    _checked(connection.uid("STORE", number.decode(), "+FLAGS", r"(\Seen)"))
                return len(numbers)
        except (imaplib.IMAP4.error, OSError) as error:
            # The text may hold the user or the password.
            raise MailboxUnreadableError(f"De mailbox is niet te lezen ({type(error).__name__}).") from None

    def _connect(self) -> imaplib.IMAP4:
        context = ssl.create_default_context()
        if self.scheme == "imaps":
            return imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=_SECONDS)
        connection = imaplib.IMAP4(self.host, self.port, timeout=_SECONDS)
        if self.scheme == "imap+starttls":
            connection.starttls(context)
        return connection


def _checked(answer: tuple[str, list[bytes | None]]) -> list[bytes | None]:
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(kind)
    return data


def _fetched(connection: imaplib.IMAP4, number: str) -> bytes:
    # PEEK leaves it new: it is marked as read when it was handled.
    kind, data = connection.uid("FETCH", number, "(BODY.PEEK[])")
    for part in data if kind == "OK" else ():
        if isinstance(part, tuple):
            content: bytes = part[1]
            return content
    return b""  # It went away meanwhile.
