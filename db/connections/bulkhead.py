"""No organization takes all connections: what one asks for too much of waits, others' requests find
one free.

A bulkhead, as in a ship: what floods one compartment leaves the others dry.

What always holds
- An organization alone may hold its cap; while others hold some, no more than twice what is free
  (shares.py). So there is one for a newcomer at once, unless very many organizations ask.
- What is given back goes to the organization that holds fewest of those that wait, and there to who
  came first: a newcomer is next, however many of another's wait already.
- Who has a connection keeps it; nothing is taken back.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from db.connections.shares import Shares

# As long as a request may wait for a connection at all; then it is told that the platform is too
# busy.
WAIT_SECONDS = 30


class Bulkhead:
    """The turns at the connections of one pool.

    A task that holds one must not ask for another: all of an organization could wait so for each
    other.
    """

    def __init__(self, connections: int, *, per_organization: int | None = None) -> None:
        self._shares: Shares[UUID] = Shares(connections, each=per_organization)
        self._waiting: dict[UUID, deque[asyncio.Future[None]]] = {}

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
        if org_id not in self._waiting and self._shares.take(org_id):
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(org_id, deque()).append(turn)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await turn
        except BaseException:
            self._give_up(org_id, turn)
            raise

    def release(self, org_id: UUID) -> None:
        self._shares.give_back(org_id)
        self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting:
            modest = min(self._waiting, key=self._shares.held)
            if not self._shares.may_take(modest):
                return
            turn = self._waiting[modest].popleft()
            if not self._waiting[modest]:
                del self._waiting[modest]
            if not turn.done():  # else it was cancelled, and has not heard of it yet
                self._shares.take(modest)
                turn.set_result(None)

    def _give_up(self, org_id: UUID, turn: asyncio.Future[None]) -> None:
        """Who is cancelled or has waited too long: its turn may have come in the same moment."""
        if turn.done() and not turn.cancelled():
            self.release(org_id)
            return
        waiting = self._waiting.get(org_id)
        if waiting is not None and turn in waiting:
            waiting.remove(turn)
            if not waiting:
                del self._waiting[org_id]
        self._hand_out()
