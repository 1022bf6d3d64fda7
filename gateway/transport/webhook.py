"""A signed note to a party's own server: no redirects, and only to addresses that it may be sent to.

The name is looked up here, once; every address that it has is checked, and the connection goes to the very address
that was checked. A name that leads somewhere else a moment later is of no use to anybody.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping, Sequence
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from gateway.exchange.attempts import Delivered, Hiccup, Outcome, RefusedForGood
from gateway.networks import Address, Network, plain
from gateway.transport.transport import patience

if TYPE_CHECKING:
    from httpx import Response

# Addresses of IPv6 in which one of IPv4 is hidden: what they lead to is not what they look like.
_HIDING: Final = tuple(ip_network(name) for name in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
# What is wrong with the note as it is; all else is about the server or its settings, and may be mended there.
_FOR_GOOD: Final = frozenset({400, 405, 410, 413, 414, 415, 422})
GONE: Final = "HTTP 410"
"""What a webhook says that is no more, and never will be."""
_PORTS: Final = {"https": 443, "http": 80}


class Note(Struct, frozen=True):
    """What is sent: a body with its signature among the headers."""

    url: str
    body: bytes
    headers: Mapping[str, str]


def may_reach(address: Address, allowed: Sequence[Network]) -> bool:
    """Say whether an address may be sent to: one of the public internet, or one that was allowed by name."""
    reached = plain(address)
    if any(reached in network for network in allowed):
        return True
    hidden = any(reached in network for network in _HIDING)
    return reached.is_global and not reached.is_multicast and not hidden


class WebhookTransport:
    """Sends notes."""

    def __init__(self, allowed: Sequence[Network] = (), authorities: str | None = None) -> None:
        """Reach the public internet, and these networks besides; believe these certificates, or the usual ones."""
        self._allowed = allowed
        self._authorities = authorities
        # Made for the first note: reading all authorities of the machine takes long for a start.
        self._context: ssl.SSLContext | None = None

    async def send(self, parcel: Note) -> Outcome:
        """Send a note; what the other side says with it is not read."""
        import httpx

        try:
            address = await self._address(parcel.url)
            if address is None:
                return Hiccup("het adres ligt niet op het openbare internet")
            return await self._send(parcel, address)
        except OSError:
            return Hiccup("de naam van de server is niet te vinden")
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            return Hiccup(f"geen antwoord ({type(error).__name__})")

    async def _address(self, url: str) -> Address | None:
        """Look the name up; gives an address to connect to, or nothing when it has one that may not be reached."""
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        # An address with a zone (fe80::1%eth0) is of one machine's own network.
        addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
        open_to_all = parts.scheme == "https"
        for address in addresses:
            if not may_reach(address, self._allowed):
                return None
            if not open_to_all and not any(address in network for network in self._allowed):
                return None
        return addresses[0]

    async def _send(self, parcel: Note, address: Address) -> Outcome:
        import httpx

        parts = urlsplit(parcel.url)
        name = parts.hostname or ""
        literal = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
        url = urlunsplit(parts._replace(netloc=literal + (f":{parts.port}" if parts.port else "")))
        headers = {**parcel.headers, "Host": parts.netloc, "Accept-Encoding": "identity"}
        self._context = self._context or ssl.create_default_context(cafile=self._authorities)
        client = httpx.AsyncClient(verify=self._context, trust_env=False, timeout=httpx.Timeout(15.0, connect=5.0))
        async with (
            client,
            client.stream(
                "POST", url, content=parcel.body, headers=headers, extensions={"sni_hostname": name}
            ) as response,
        ):
            return _outcome(response)


def _outcome(response: Response) -> Outcome:
    told = f"HTTP {response.status_code}"
    if response.is_success:
        return Delivered(told)
    if response.status_code in _FOR_GOOD:
        return RefusedForGood(told)
    return Hiccup(told, patience(response.headers))
