"""Who a client is by its address, where nothing else is known of it."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network


@lru_cache(maxsize=10_000)
def network_of(address: str) -> str:
    """What is counted as one client: an IPv4 address; of IPv6 the /64, since whoever has one
    address there has them all."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:100]  # a Unix socket's peer has none
    match found:
        case IPv6Address(ipv4_mapped=IPv4Address() as mapped):
            return str(mapped)
        case IPv6Address():
            return str(IPv6Network((int(found) >> 64 << 64, 64)))
        case _:
            return str(found)


class TrustedProxies:
    """The proxies before us, by address or network: of what they pass on, they say who sent it."""

    def __init__(self, comma_separated: str) -> None:
        named = (part.strip() for part in comma_separated.split(","))
        self._networks = [ip_network(part, strict=False) for part in named if part]

    def __contains__(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)

    def client(self, peer: str, forwarded_for: str) -> str:
        """Who asks: the last whom no trusted proxy has only passed on."""
        found = peer
        for named in reversed(forwarded_for.split(",")):
            if found not in self or not named.strip():
                break
            found = named.strip()
        return found
