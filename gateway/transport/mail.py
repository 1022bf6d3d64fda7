"""Mail: one message to one address, over SMTP."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib
from msgspec import Struct

from gateway.errors import ConfigurationError
from gateway.exchange.attempts import Delivered, Hiccup, Outcome, RefusedForGood
from gateway.transport.transport import harmless

# For connecting and for each answer. RFC 5321 would wait for minutes; the outbox comes back by itself.
_SECONDS: Final = 15.0
_PERMANENT: Final = range(500, 600)
_EXPECTED: Final = (
    "verwacht smtp+starttls://gebruiker:wachtwoord@host:587, smtps://gebruiker:wachtwoord@host of smtp://host"
)


class _Way(Struct, frozen=True):
    port: int
    use_tls: bool
    start_tls: bool


_WAYS: Final = {
    "smtp+starttls": _Way(587, use_tls=False, start_tls=True),
    "smtps": _Way(465, use_tls=True, start_tls=False),
    "smtp": _Way(25, use_tls=False, start_tls=False),
}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. Without TLS (`smtp://`) mail and password go over the line as they are."""

    host: str
    port: int
    use_tls: bool
    start_tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `IJW_SMTP_URL`; raises ConfigurationError, which does not repeat the URL: a password is in it."""
        parts = split_url(url, "IJW_SMTP_URL", _EXPECTED)
        way = _WAYS.get(parts.scheme)
        if way is None or parts.path.strip("/") or parts.query or parts.fragment:
            raise ConfigurationError(f"IJW_SMTP_URL is niet te begrijpen; {_EXPECTED}.")
        return cls(
            host=parts.hostname or "",
            port=parts.port or way.port,
            use_tls=way.use_tls,
            start_tls=way.start_tls,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    @property
    def is_safe(self) -> bool:
        """Say whether nobody on the way can read along."""
        return self.use_tls or self.start_tls


def split_url(url: str, setting: str, expected: str) -> SplitResult:
    """Take a URL with a host apart; raises ConfigurationError, which does not repeat the URL."""
    try:
        parts = urlsplit(url.strip())
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a bracket that is not closed
        usable = False
    if not usable:
        raise ConfigurationError(f"{setting} is niet te begrijpen; {expected}.") from None
    return parts


@dataclass(frozen=True, slots=True)
class MailParcel:
    """A mail as it goes over the line, and to whom; bounces go to `return_address`."""

    return_address: str
    address: str
    content: bytes = field(repr=False)


class MailTransport:
    """Hands mail in at a server."""

    def __init__(self, server: MailServer) -> None:
        """Use this server."""
        self._server = server

    async def send(self, parcel: MailParcel) -> Outcome:
        """Hand one mail in. What the server refuses in the mail or the address is for good; all else may pass."""
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.use_tls,
            start_tls=server.start_tls,
            timeout=_SECONDS,
        )
        try:
            return await _hand_in(client, server, parcel)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return _outcome(error)
        finally:
            client.close()


async def _hand_in(client: aiosmtplib.SMTP, server: MailServer, parcel: MailParcel) -> Outcome:
    await client.connect()
    if server.user is not None:
        await client.login(server.user, server.password or "")
    _, answer = await client.sendmail(parcel.return_address, [parcel.address], parcel.content)
    # It is theirs now; a goodbye that fails changes nothing.
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        await client.quit()
    return Delivered(harmless(answer))


def _outcome(error: Exception) -> Outcome:
    match error:
        case aiosmtplib.SMTPAuthenticationError():
            # That is about our settings, and not about this mail.
            return Hiccup(f"{error.code} de mailserver neemt gebruiker en wachtwoord niet aan")
        case aiosmtplib.SMTPConnectResponseError() | aiosmtplib.SMTPHeloError():
            # The server turns everybody away, not this mail.
            return Hiccup(harmless(f"{error.code} {error.message}"))
        case aiosmtplib.SMTPRecipientsRefused():
            return _outcome(error.recipients[0])
        case aiosmtplib.SMTPResponseException():
            answer = harmless(f"{error.code} {error.message}")
            return RefusedForGood(answer) if error.code in _PERMANENT else Hiccup(answer)
        case aiosmtplib.SMTPException() | OSError():
            # The texts of the library and of the system hold addresses and ports; the kind says enough.
            return Hiccup(f"de mailserver antwoordt niet ({type(error).__name__})")
        case _:
            return RefusedForGood("dit is geen e-mailadres dat over SMTP kan")
