"""Addresses that others chose, before we connect to them: never one that only we can reach.

A name is resolved once, all that it resolves to is checked, and a number is what is connected to:
the name can't lead elsewhere in between.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

_NAME = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9])?\.?")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Of IPv6 only this is given out to be routed (RFC 4291); what hides an IPv4 address in the first
# bits is not in it.
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# Special by IANA's registries, whatever the Python that runs here knows of them.
_SPECIAL = [
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "3fff::/20")
]

# A name server that never answers holds a thread until the system gives up: only these, never those
# of others.
NAME_LOOK_UPS = ThreadPoolExecutor(4, thread_name_prefix="outside-names")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Reach:
    """Where may be connected to: the internet, and what the installation allows besides."""

    allow_private: bool = False
    networks: tuple[Network, ...] = ()
    """Private ones that are allowed all the same; never this machine, nor what is local to it."""

    def allows(self, address: Address) -> bool:
        is_local = address.is_loopback or address.is_link_local or address.is_unspecified
        return (
            self.allow_private
            or _is_public(address)
            or (not is_local and any(address in network for network in self.networks))
        )


class Refused(Exception):
    """The address must not be called; says why, for people, without repeating it: it may hold a
    secret."""


class UnknownName(Exception):
    """No name server knows it, or none answers."""


def check_host(name: str, host: str, reach: Reach) -> None:
    """Raises Refused for a host that is no name, or a number that isn't allowed. `name` is as it
    travels, `host` without the brackets of IPv6."""
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        if not _NAME.fullmatch(name):
            raise Refused("its host is no name") from None
        return
    _check(literal, reach)


async def addresses_of(name: str, port: int, reach: Reach) -> list[str]:
    """Every address of the name, all of them allowed. Raises Refused, UnknownName."""
    try:
        found = await asyncio.get_running_loop().run_in_executor(
            NAME_LOOK_UPS, _look_up, name, port
        )
    except (OSError, UnicodeError):
        raise UnknownName(name) from None
    addresses = list(dict.fromkeys(str(where[0]) for *_, where in found))
    for address in addresses:
        _check(ipaddress.ip_address(address), reach)
    return addresses


def _look_up(name: str, port: int) -> list[tuple[Any, ...]]:
    return list(socket.getaddrinfo(name, port, type=socket.SOCK_STREAM))


def _check(address: Address, reach: Reach) -> None:
    if not reach.allows(address):
        raise Refused("it leads to a private, local or reserved network")


def _is_public(address: Address) -> bool:
    """Whether it is somewhere in the internet, also where another address is hidden in it."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return _is_public(inner)
        if address not in _GLOBAL_UNICAST:
            return False
    is_special = any(address in network for network in _SPECIAL)
    return address.is_global and not address.is_multicast and not is_special
