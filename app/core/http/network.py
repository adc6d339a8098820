"""Where a request comes from: an address only to count and hash; named proxies alone are believed what they forward."""

import ipaddress
from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
MOST_HOPS = 20


def client_address(peer: str, forwarded: Sequence[str], trusted: Sequence[str]) -> Address | None:
    """The nearest address that is not one of our proxies, walking X-Forwarded-For from the right; None if unknown."""
    networks = [ipaddress.ip_network(network) for network in trusted]
    address = _parse(peer)
    hops = [hop.strip() for line in forwarded for hop in line.split(",")][-MOST_HOPS:]
    while address is not None and hops and any(address in network for network in networks):
        nearer = _parse(hops.pop())
        if nearer is None:
            break
        address = nearer
    return address


def network_of(address: Address | None) -> str:
    """The /24 (IPv4) or /48 (IPv6) that limits count: one household or provider line owns far more than one address."""
    if address is None:
        return "unknown"
    prefix = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network((address, prefix), strict=False))


def _parse(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


async def _network(request: Request) -> str:
    peer = request.client.host if request.client else ""
    forwarded = request.headers.getlist("x-forwarded-for")
    return network_of(client_address(peer, forwarded, request.app.state.settings.trusted_proxies))


Network = Annotated[str, Depends(_network)]
