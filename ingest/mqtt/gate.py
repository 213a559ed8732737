"""The gate: connections are counted as they are accepted, before anything is spent on them.

Until a device has proved who it is it costs a TLS handshake and up to 90 KB, and anybody may try.
So those are counted from accept to session, by address and in all, and what is beyond is closed at
once. Sessions are counted by device: each has one.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import structlog

from db.connections.background import TaskOwner
from ingest import metrics
from ingest.mqtt.admission import Admission
from ingest.mqtt.handshake import (
    HELLO_PEEK_BYTES,
    HandshakeFault,
    fault_of,
    offers_tls_1_3,
    tell,
)

log = structlog.get_logger()

TLS_SHUTDOWN_SECONDS = 2
# In one turn of the event loop: others have their turn between.
ACCEPTED_AT_ONCE = 16
ACCEPT_AGAIN_SECONDS = 1.0
# Refusals are told as a number, once in so long: whoever floods writes no log.
TELL_SECONDS = 10.0
FAILURES_TOLD = 50
IPV6_PREFIX_BITS = 64
# What so many connections have left behind is given back to the system, at most once in a while:
# glibc keeps it, in pieces between what lives on, and each wave of them takes new memory.
TRIM_AFTER_CONNECTIONS = 500
TRIM_SECONDS = 10.0

# A device that has vanished is found out after some ten minutes, whatever keep-alive it agreed on.
_SOCKET_OPTIONS = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 300),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 60),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 5),
)

_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other libraries give it back themselves

Address = tuple[Any, ...]
"""As a socket tells it: the host, the port, and more of IPv6."""


class Gate:
    """Accepts for as long as it is open."""

    def __init__(
        self,
        listener: socket.socket,
        tls: ssl.SSLContext,
        admission: Admission,
        handshakes: TaskOwner,
    ) -> None:
        self._listener = listener
        self.tls = tls
        self._admission = admission
        self._handshakes = handshakes
        self._limits = admission.state.limits
        self._loop = asyncio.get_running_loop()
        self._by_address: Counter[str] = Counter()
        self._refused = 0
        self._gone = 0
        self._failures = FailureLog()
        self._again: asyncio.TimerHandle | None = None
        self.connecting = 0
        """How many have been accepted, and have no session yet."""

    def open(self) -> None:
        self._listener.setblocking(False)
        self._loop.add_reader(self._listener, self._accept)

    def close(self) -> None:
        """Accept nothing more. Can be repeated."""
        if self._again is not None:
            self._again.cancel()
        if self._listener.fileno() >= 0:
            self._loop.remove_reader(self._listener)
            self._listener.close()

    def _accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                connection, address = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:  # there are no more descriptors, or no memory
                log.warning("connections wait to be accepted", error=repr(error))
                self._loop.remove_reader(self._listener)
                self._again = self._loop.call_later(ACCEPT_AGAIN_SECONDS, self.open)
                return
            self._take(connection, address)

    def _take(self, connection: socket.socket, address: Address) -> None:
        network = network_of(address[0])
        if not self._has_room(network):
            connection.close()
            self._count_refused()
            return
        self.connecting += 1
        self._by_address[network] += 1
        connection.setblocking(False)
        for level, option, value in _SOCKET_OPTIONS:
            connection.setsockopt(level, option, value)
        left = _Once(partial(self._left, network))
        self._handshakes.start(self._shake_hands(connection, address, left))

    def _has_room(self, network: str) -> bool:
        limits, sessions = self._limits, len(self._admission.state.sessions)
        return (
            self.connecting < limits.connecting_max
            and self._by_address[network] < limits.connecting_per_address
            and self.connecting + sessions < limits.connections_max
        )

    async def _shake_hands(
        self, connection: socket.socket, address: Address, left: Callable[[], None]
    ) -> None:
        """Whoever fails is told on a copy of the socket: by then the other one is closed."""
        deadline = self._loop.time() + self._limits.connect_timeout_seconds
        hello, copy = b"", None
        try:
            copy = connection.dup()
            hello = await self._peek(copy, deadline)
            await self._loop.connect_accepted_socket(
                lambda: self._admission.new_connection(left, deadline),
                connection,
                ssl=self.tls,
                ssl_handshake_timeout=max(deadline - self._loop.time(), 0.01),
                ssl_shutdown_timeout=TLS_SHUTDOWN_SECONDS,
            )
        except BaseException as error:
            connection.close()
            left()
            if not isinstance(error, Exception):
                raise
            # Of whatever kind: no device has come.
            fault = fault_of(error)
            self._note(fault, address)
            if copy is not None:
                tell(copy, fault, is_tls_1_3=offers_tls_1_3(hello))
        finally:
            if copy is not None:
                copy.close()

    async def _peek(self, connection: socket.socket, deadline: float) -> bytes:
        """How the client begins; it stays there to be read. Raises TimeoutError."""
        has_come: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_reader(connection, _set, has_come)
        try:
            async with asyncio.timeout_at(deadline):
                await has_come
            return connection.recv(HELLO_PEEK_BYTES, socket.MSG_PEEK)
        finally:
            self._loop.remove_reader(connection)

    def _note(self, fault: HandshakeFault, address: Address) -> None:
        metrics.tls_handshake_failures.labels(fault.name.lower()).inc()
        if self._failures.may_be_told(self._loop.time()):
            host, port = address[:2]
            log.info("handshake_failed", reason=fault.value, address=host, port=port)
            observer = self._admission.state.observer
            if observer is not None and not _is_probe(fault, host):
                observer.handshake_failed(host, fault.value)

    def _left(self, network: str) -> None:
        self.connecting -= 1
        self._by_address[network] -= 1
        if not self._by_address[network]:
            del self._by_address[network]
        self._gone += 1
        if self._gone == TRIM_AFTER_CONNECTIONS:
            self._loop.call_later(TRIM_SECONDS, self._give_back)

    def _give_back(self) -> None:
        self._gone = 0
        if _trim is not None:
            _trim(0)

    def _count_refused(self) -> None:
        self._refused += 1
        if self._refused == 1:
            self._loop.call_later(TELL_SECONDS, self._tell)

    def _tell(self) -> None:
        log.warning("connections_refused", count=self._refused, connecting=self.connecting)
        self._refused = 0


def _is_probe(fault: HandshakeFault, address: str) -> bool:
    """Whether it may be the platform itself, which asks if the broker answers, and leaves."""
    leaves = fault in (HandshakeFault.NO_CERTIFICATE, HandshakeFault.GONE)
    return leaves and ip_address(address).is_loopback


class FailureLog:
    """How many failures are told one by one: a developer's all, of a flood some."""

    def __init__(self) -> None:
        self._left, self._since, self._untold = FAILURES_TOLD, 0.0, 0

    def may_be_told(self, now: float) -> bool:
        if now - self._since >= TELL_SECONDS:
            if self._untold:
                log.warning("handshakes_failed", count=self._untold)
            self._left, self._since, self._untold = FAILURES_TOLD, now, 0
        self._left -= 1
        self._untold += self._left < 0
        return self._left >= 0


class _Once:
    """Called as often as one likes, it calls once."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._call: Callable[[], None] | None = call

    def __call__(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call()


def _set(has_come: asyncio.Future[None]) -> None:
    if not has_come.done():
        has_come.set_result(None)


def network_of(address: str) -> str:
    """By which a client is counted: an IPv6 network has one customer, who chooses the rest."""
    with contextlib.suppress(ValueError):
        match ip_address(address.partition("%")[0]):
            case IPv4Address() as found:
                return str(found)
            case IPv6Address(ipv4_mapped=IPv4Address() as mapped):
                return str(mapped)
            case IPv6Address() as found:
                return str(int(found) >> (128 - IPV6_PREFIX_BITS))
    return address
