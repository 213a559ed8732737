"""Who a client is by its address, where nothing else is known of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network


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


class AddressList:
    """Addresses and networks, as people write them: `192.0.2.7`, `2001:db8::/32`."""

    def __init__(self, written: Iterable[str], *, strict: bool = True) -> None:
        """Raises ValueError for what is neither; where `strict`, also for a network that is written
        as one of its hosts."""
        self._networks = frozenset(ip_network(each, strict=strict) for each in written)

    def __contains__(self, address: str) -> bool:
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return False  # a Unix socket's peer has none
        if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in network for network in self._networks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AddressList) and self._networks == other._networks

    def __hash__(self) -> int:
        return hash(self._networks)

    def covers(self, other: AddressList) -> bool:
        """Whether all that is in `other` is in one of these."""
        return all(
            any(_is_within(inner, outer) for outer in self._networks) for inner in other._networks
        )

    @property
    def written(self) -> list[str]:
        """In the order of their numbers; an address as a network of one."""
        return [str(each) for each in sorted(self._networks, key=lambda each: (each.version, each))]


def _is_within(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network) -> bool:
    match inner, outer:
        case (IPv4Network(), IPv4Network()):
            return inner.subnet_of(outer)
        case (IPv6Network(), IPv6Network()):
            return inner.subnet_of(outer)
    return False


class TrustedProxies:
    """The proxies before us, by address or network: of what they pass on, they say who sent it."""

    def __init__(self, comma_separated: str) -> None:
        named = (part.strip() for part in comma_separated.split(","))
        self._addresses = AddressList((part for part in named if part), strict=False)

    def __contains__(self, address: str) -> bool:
        return address in self._addresses

    def client(self, peer: str, forwarded_for: str) -> str:
        """Who asks: the last whom no trusted proxy has only passed on."""
        found = peer
        for named in reversed(forwarded_for.split(",")):
            if found not in self or not named.strip():
                break
            found = named.strip()
        return found
