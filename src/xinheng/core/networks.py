"""Which network addresses the platform may speak to (decision 28): public ones, and those that are listed."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def networks(text: str) -> tuple[Network, ...]:
    """`10.1.0.0/16,127.0.0.1` as networks. Raises ValueError where one of them is none."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def may_reach(address: str, listed: Sequence[Network]) -> bool:
    """Whether an address (IPv4 or IPv6, as text) is public or stands in a listed network.

    Private, loopback, link-local, shared, reserved and multicast addresses are not public; an IPv4 address
    dressed as IPv6 is judged as what it is. Raises ValueError for what is no address.
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found.sixtofour or found
    if any(found in network for network in listed if network.version == found.version):
        return True
    return found.is_global and not found.is_multicast
