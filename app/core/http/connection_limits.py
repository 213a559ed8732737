"""What the connections of one process hold together, and what each of them is allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from litestar.types import Scope

from app.core.addresses import TrustedProxies, network_of
from app.core.refusals import refused
from app.settings.connections import ConnectionSettings
from db.connections.shares import Shares

# What is still sent of a body after its request was answered is thrown away for so long; then the
# connection ends.
REST_SECONDS = 5.0


class Awaited(Protocol):
    """A connection of whose client something is awaited."""

    def look(self, now: float) -> None: ...


class Movable(Protocol):
    """A connection that may have to make room."""

    @property
    def is_waiting(self) -> bool:
        """For its client: nothing that it has asked for is being done."""

    def abort(self) -> None: ...


# In a request's state: a weak reference to its connection, its body's share of the memory, and that
# its answer has a pace of its own.
CONNECTION = "connection"
HELD_BODY = "held_body"
HAS_OWN_PACE = "has_own_pace"


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """As the settings have them; see app/settings/connections.py."""

    in_all: int
    per_client: int
    head_seconds: float
    idle_seconds: int
    least_bytes_per_second: float
    pace_seconds: float
    bodies_max_bytes: int
    rest_seconds: float = REST_SECONDS

    @classmethod
    def of(cls, settings: ConnectionSettings) -> ConnectionLimits:
        return cls(
            in_all=settings.in_all,
            per_client=settings.per_client,
            head_seconds=settings.head_seconds,
            idle_seconds=settings.idle_seconds,
            least_bytes_per_second=settings.least_bytes_per_second,
            pace_seconds=settings.pace_seconds,
            bodies_max_bytes=settings.bodies_max_bytes,
        )


class Connections:
    """All of one process: who holds how many, how much of bodies, and which are waited for.

    Only those are looked at of which something is awaited: a head, the rest of a body, that an
    answer is read. A request that comes in one piece is never among them.
    """

    def __init__(self, limits: ConnectionLimits, proxies: TrustedProxies) -> None:
        self.limits = limits
        self.proxies = proxies
        self.awaited: set[Awaited] = set()
        self._places: Shares[str] = Shares(limits.in_all, each=limits.per_client)
        self._connections: dict[str, dict[Place, Movable]] = {}  # of each client, the oldest first
        self._bodies: Shares[str] = Shares(limits.bodies_max_bytes)

    @property
    def places_taken(self) -> int:
        """By all but trusted proxies."""
        return self.limits.in_all - self._places.free

    @property
    def body_bytes(self) -> int:
        """Of all bodies that are in memory."""
        return self.limits.bodies_max_bytes - self._bodies.free

    def enter(self, address: str, connection: Movable) -> Place | None:
        """A place for a connection from there; None where there is none.

        Where all are taken and the client has none yet, the oldest that waits of whoever has most
        makes room.
        """
        if address in self.proxies:
            return Place(None, self._leave)
        client = network_of(address)
        if not self._places.take(client) and not (
            self._make_room(client) and self._places.take(client)
        ):
            return None
        place = Place(client, self._leave)
        self._connections.setdefault(client, {})[place] = connection
        return place

    def _make_room(self, client: str) -> bool:
        largest = self._places.largest()
        if self._places.held(client) or largest is None or largest[1] < 2:
            return False
        held = self._connections[largest[0]]
        found = next(((place, each) for place, each in held.items() if each.is_waiting), None)
        if found is None:
            return False
        place, connection = found
        place.leave()
        refused("CONNECTIONS")
        connection.abort()
        return True

    def _leave(self, client: str, place: Place) -> None:
        self._places.give_back(client)
        held = self._connections[client]
        del held[place]
        if not held:
            del self._connections[client]

    def body_of(self, client: str) -> HeldBody:
        return HeldBody(network_of(client), self._bodies)

    def look(self, now: float) -> None:
        """Once in a while: who has kept us waiting for too long?"""
        for connection in list(self.awaited):
            connection.look(now)


class Place:
    """That of one connection. It goes with it where the connection becomes a WebSocket."""

    __slots__ = ("_client", "_give_back")

    def __init__(self, client: str | None, give_back: Callable[[str, Place], None]) -> None:
        self._client = client
        self._give_back = give_back

    def leave(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            self._give_back(client, self)


class HeldBody:
    """What of one body lies in memory, from its first byte until its request is answered."""

    __slots__ = ("_bodies", "_bytes", "_client")

    def __init__(self, client: str, bodies: Shares[str]) -> None:
        self._client = client
        self._bodies = bodies
        self._bytes = 0

    def add(self, size: int) -> bool:
        """Whether there is memory for so much more."""
        if not self._bodies.take(self._client, size):
            return False
        self._bytes += size
        return True

    def give_back(self, size: int | None = None) -> None:
        """All of it, or as much as was passed on."""
        amount = self._bytes if size is None else min(size, self._bytes)
        if amount:
            self._bodies.give_back(self._client, amount)
            self._bytes -= amount


def abort(scope: Scope) -> None:
    """End a request's connection in the middle of its answer.

    Raises ConnectionAbortedError where the server isn't ours and has to do it itself.
    """
    known = scope.get("state", {}).get(CONNECTION)
    connection = known and known()
    if connection is None:
        raise ConnectionAbortedError
    connection.abort()


def pass_on(scope: Scope, size: int) -> None:
    """So much of a request's body is kept in memory no longer, though the request goes on."""
    held = scope.get("state", {}).get(HELD_BODY)
    if held is not None:
        held.give_back(size)
