"""Addresses and networks as operators and proxies write them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network


def read_networks(text: str | None) -> tuple[Network, ...]:
    """Read networks or addresses with commas between them; raises ValueError for what is neither."""
    return tuple(ip_network(name.strip(), strict=False) for name in (text or "").split(",") if name.strip())


def plain(address: Address) -> Address:
    """Give an address of IPv4 as it is also where it stands inside one of IPv6, as for who listens on both."""
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address
