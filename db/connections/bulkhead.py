"""No organization takes all connections: what one asks for too much of waits, others' requests find
one free.

A bulkhead, as in a ship: what floods one compartment leaves the others dry.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

# As long as a request may wait for a connection at all; then it is told that the platform is too
# busy.
WAIT_SECONDS = 30


class Bulkhead:
    """Each organization holds so many connections at once at most; its requests take turns, first
    come, first served.

    A task that holds one must not ask for another: all of an organization could wait so for each
    other.
    """

    def __init__(self, per_organization: int) -> None:
        self._per_organization = per_organization
        self._compartments: dict[UUID, _Compartment] = {}

    @asynccontextmanager
    async def turn(self, org_id: UUID) -> AsyncIterator[None]:
        """While the block runs, its own connection. Raises TimeoutError when no turn comes."""
        await self.acquire(org_id)
        try:
            yield
        finally:
            self.release(org_id)

    async def acquire(self, org_id: UUID) -> None:
        """Wait for a turn, which ends with `release`. Raises TimeoutError when none comes."""
        compartment = self._compartments.get(org_id)
        if compartment is None:
            compartment = self._compartments[org_id] = _Compartment(self._per_organization)
        compartment.users += 1
        try:
            if compartment.free.locked():
                async with asyncio.timeout(WAIT_SECONDS):
                    await compartment.free.acquire()
            else:
                await compartment.free.acquire()
        except BaseException:
            self._leave(org_id, compartment)
            raise

    def release(self, org_id: UUID) -> None:
        compartment = self._compartments[org_id]
        compartment.free.release()
        self._leave(org_id, compartment)

    def _leave(self, org_id: UUID, compartment: _Compartment) -> None:
        compartment.users -= 1
        if not compartment.users:
            del self._compartments[org_id]


class _Compartment:
    __slots__ = ("free", "users")

    def __init__(self, connections: int) -> None:
        self.free = asyncio.Semaphore(connections)
        self.users = 0  # who hold one or wait
