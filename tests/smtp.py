"""A mail server on this machine that keeps what it gets, and misbehaves when a test tells it to."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class MailServer:
    """What arrives, in order; and what to do with the next mails: each is answered by the first of `misdeeds`.

    A misdeed is an answer (`450 4.2.0 later`, said at `RCPT` or, with `DATA ` before it, at the end of the data), or
    `close` (the connection breaks in the middle of the data) or `hang` (no answer ever comes).
    """

    misdeeds: list[str] = field(default_factory=list)
    arrived: list[Envelope] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    greylists: bool = False
    user: str | None = None
    port: int = 0

    @property
    def mails(self) -> list[EmailMessage]:
        """Give what arrived, read."""
        return [message_from_bytes(self.raw(envelope), policy=policy.default) for envelope in self.arrived]

    @staticmethod
    def raw(envelope: Envelope) -> bytes:
        """Give the bytes of a mail as they went over the line."""
        content = envelope.content
        assert isinstance(content, bytes)
        return content

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take an address, or not."""
        if self.greylists and address not in self.seen:
            self.seen.add(address)
            return "451 4.7.1 Greylisted, come back later"
        if self.misdeeds and self.misdeeds[0][0].isdigit():
            return self.misdeeds.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        """Take a mail, or not."""
        if self.misdeeds:
            misdeed = self.misdeeds.pop(0)
            if misdeed == "close":
                assert isinstance(server.transport, asyncio.WriteTransport)
                server.transport.abort()
                return "451 gone"
            if misdeed == "hang":
                await asyncio.sleep(3600)
            return misdeed.removeprefix("DATA ")
        self.arrived.append(envelope)
        return "250 2.0.0 Ok: queued as 1A2B"

    def authenticate(self, server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        """Let the one user in."""
        right = isinstance(data, LoginPassword) and data.login.decode() == self.user
        return AuthResult(success=right, handled=False)


@contextmanager
def mail_server(context: ssl.SSLContext | None = None, *, user: str | None = None) -> Iterator[MailServer]:
    """Run a mail server; with a context it asks for STARTTLS, with a user for a password."""
    handler = MailServer(user=user)
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        handler.port = asked.getsockname()[1]
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=handler.port,
        tls_context=context,
        require_starttls=context is not None,
        auth_required=user is not None,
        auth_require_tls=context is not None,
        authenticator=handler.authenticate if user else None,
    )
    controller.start()
    try:
        yield handler
    finally:
        controller.stop(no_assert=True)
