"""SOAP over HTTPS with certificates on both sides: one envelope out, and what was said to it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from gateway.errors import ConfigurationError
from gateway.exchange.attempts import Hiccup, Outcome, RefusedForGood
from gateway.transport.transport import patience

# A Bv03 or Fo03 takes a kilobyte or two; what is longer is no answer.
_LONGEST_ANSWER: Final = 256 * 1024


class SoapParcel(Struct, frozen=True):
    """What is to be sent: `size` bytes in pieces, to a URL, for an action; `judge` reads the answer."""

    url: str
    action: str
    size: int
    most: int
    pieces: Callable[[], Iterator[bytes]]
    judge: Callable[[int, bytes], Outcome]
    close: Callable[[], None]


class TlsFiles(Struct, frozen=True):
    """PEM files: our certificate with its chain, its key, and the certificates that the other side's must lead to."""

    certificate: Path | None = None
    key: Path | None = None
    authorities: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Make what a connection is secured with; raises ConfigurationError when a file is not what it should be."""
        try:
            context = ssl.create_default_context(cafile=str(self.authorities) if self.authorities else None)
            if self.certificate:
                context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
            raise ConfigurationError(
                f"De certificaten voor het GGk zijn niet te gebruiken ({reason}); controleer IJW_GGK_CERTIFICATE, "
                "IJW_GGK_KEY en IJW_GGK_AUTHORITIES."
            ) from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


class SoapTransport:
    """Sends envelopes."""

    def __init__(self, tls: TlsFiles) -> None:
        """Secure connections with these files, which are read once: here, or without any at the first envelope."""
        self._tls = tls
        self._context = tls.context() if tls.certificate or tls.authorities else None

    async def send(self, parcel: SoapParcel) -> Outcome:
        """Send an envelope, follow no redirect, and read no more of the answer than an answer can be."""
        import httpx

        try:
            if parcel.size > parcel.most:
                return RefusedForGood("IB003: het bericht is met envelop en base64 groter dan 25 MB")
            return await self._send(parcel)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Hiccup(f"geen antwoord ({type(error).__name__})")
        finally:
            parcel.close()

    async def _send(self, parcel: SoapParcel) -> Outcome:
        import httpx

        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "Content-Length": str(parcel.size),
            "Accept-Encoding": "identity",
            "SOAPAction": f'"{parcel.action}"',
        }
        # Settings of the machine (a proxy, a file of passwords) have no say in where children's data goes.
        self._context = self._context or self._tls.context()
        client = httpx.AsyncClient(verify=self._context, trust_env=False, timeout=httpx.Timeout(35.0, connect=10.0))
        async with (
            client,
            client.stream("POST", parcel.url, content=_asynchronous(parcel.pieces()), headers=headers) as response,
        ):
            answer = b""
            async for piece in response.aiter_raw():
                answer += piece
                if len(answer) > _LONGEST_ANSWER:
                    return Hiccup(f"HTTP {response.status_code}, met een antwoord dat te lang is")
            outcome = parcel.judge(response.status_code, answer)
            if isinstance(outcome, Hiccup):
                return Hiccup(outcome.answer, patience(response.headers))
            return outcome


async def _asynchronous(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
