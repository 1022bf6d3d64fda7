"""The proxies in front of the gateway: which of them are believed about the client that they spoke with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

from gateway.networks import Address, Network, plain, read_networks

# Where addresses of IPv4 are among those of IPv6, for who listens on both.
_MAPPED: Final = IPv6Network("::ffff:0:0/96")


class Proxies:
    """Knows the proxies by their addresses; they may say who their client is, and which certificate it showed."""

    def __init__(self, trusted: str, header: str | None) -> None:
        """Believe these addresses and networks, with commas between them, and this header about a certificate."""
        self._networks = [_plain_network(network) for network in read_networks(trusted)]
        self._header = header

    def certificate_of(self, peer: str, headers: Mapping[str, str]) -> str | None:
        """Give the certificate that a request says its client showed; nothing when it does not come from a proxy."""
        shown = headers.get(self._header) if self._header else None
        return shown if shown and self._trusts(_address(peer)) else None

    def client_of(self, peer: str, forwarded: Iterable[str]) -> str:
        """Give the address of who asked, by the lines of X-Forwarded-For; that of the peer where it is no proxy.

        Each proxy puts whom it spoke with behind what it was told. So they are believed from the back, as far as
        they are proxies of ours: what stands before somebody else's address, that one may have made up.
        """
        client = _address(peer)
        told = [one for line in forwarded for one in line.split(",")]
        while client is not None and told and self._trusts(client):
            before = _address(told.pop())
            if before is None:
                break
            client = before
        return peer if client is None else str(client)

    def _trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


def _plain_network(network: Network) -> Network:
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        first = int(network.network_address) - int(_MAPPED.network_address)
        return IPv4Network((first, network.prefixlen - _MAPPED.prefixlen))
    return network


def _address(text: str) -> Address | None:
    """Read an address as proxies write it, with or without a port; nothing when it is none."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return plain(ip_address(host))
    except ValueError:
        return None
