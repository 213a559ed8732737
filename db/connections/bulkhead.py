"""No organization takes all connections: what one asks for too much of waits, others' requests find one free."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

# As long as a request may wait for a connection at all; then it is told that the platform is too busy.
WAIT_SECONDS = 30


class Shares:
    """Each organization holds so many connections at once at most; its requests take turns, first come, first served.

    A task that holds one must not ask for another: all of an organization could wait so for each other.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._turns: dict[UUID, _Turns] = {}

    @asynccontextmanager
    async def one_of(self, org_id: UUID) -> AsyncIterator[None]:
        """Raises TimeoutError when no turn comes."""
        await self.take(org_id)
        try:
            yield
        finally:
            self.give_back(org_id)

    async def take(self, org_id: UUID) -> None:
        turns = self._turns.get(org_id)
        if turns is None:
            turns = self._turns[org_id] = _Turns(self._most)
        turns.users += 1
        try:
            if turns.free.locked():
                async with asyncio.timeout(WAIT_SECONDS):
                    await turns.free.acquire()
            else:
                await turns.free.acquire()
        except BaseException:
            self._leave(org_id, turns)
            raise

    def give_back(self, org_id: UUID) -> None:
        turns = self._turns[org_id]
        turns.free.release()
        self._leave(org_id, turns)

    def _leave(self, org_id: UUID, turns: _Turns) -> None:
        turns.users -= 1
        if not turns.users:
            del self._turns[org_id]


class _Turns:
    __slots__ = ("free", "users")

    def __init__(self, most: int) -> None:
        self.free = asyncio.Semaphore(most)
        self.users = 0  # who hold one or wait
