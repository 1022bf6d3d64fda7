"""The proxies in front of the gateway: which of them are believed about the client that they spoke with."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address, ip_network


class Proxies:
    """Knows by their addresses the proxies that may say which client certificate they saw."""

    def __init__(self, trusted: str, header: str | None) -> None:
        """Believe these addresses and networks, with commas between them, about this header."""
        self._networks = [ip_network(one.strip(), strict=False) for one in trusted.split(",") if one.strip()]
        self._header = header

    def certificate_of(self, peer: str, headers: Mapping[str, str]) -> str | None:
        """Give the certificate that a request says its client showed; nothing when it does not come from a proxy."""
        shown = headers.get(self._header) if self._header else None
        return shown if shown and self._trusts(peer) else None

    def _trusts(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._networks)
