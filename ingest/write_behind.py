"""What nobody waits for is gathered for a moment, written together, and tried until it is written.

While its store is away no more than one batch is on its way, and what gathers meanwhile is bounded
by who gathers it: presence and health by the number of devices, live push by a number of readings.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import structlog

from db.connections.background import Loop, Turns, in_background

log = structlog.get_logger()

Item = TypeVar("Item")

RETRY_SECONDS = 0.5
# Of a turn; a store that is away for longer makes it one that stands still.
LONGEST_TURN_SECONDS = 60
LAST_SECONDS = 2
HOPELESS_AFTER_RETRIES = 1


class WriteBehind(Generic[Item]):
    """`take` gives what has gathered and forgets it; `write` stores it, or raises and is asked again.

    Where an error is the fault of what is written (`is_hopeless`), each item is written alone, and
    `give_up` is told of the one that can't be: it keeps nobody else's from being written.
    """

    def __init__(
        self,
        name: str,
        *,
        gather_seconds: float,
        take: Callable[[], Sequence[Item]],
        write: Callable[[Sequence[Item]], Awaitable[None]],
        is_hopeless: Callable[[Exception], bool],
        give_up: Callable[[Item], None],
    ) -> None:
        self._name = name
        self._gather_seconds = gather_seconds
        self._take = take
        self._write = write
        self._is_hopeless = is_hopeless
        self._give_up = give_up
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def wake(self) -> None:
        """Something has gathered."""
        self._idle.clear()
        self._arrived.set()

    @property
    def is_drained(self) -> bool:
        """Whether everything is written."""
        return self._idle.is_set()

    async def drained(self) -> None:
        """Wait until everything is written."""
        await self._idle.wait()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write what gathers while the block runs, and for a moment at its end what is left."""
        async with in_background(Loop(self._name, self._run, LONGEST_TURN_SECONDS)):
            try:
                yield
            finally:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LAST_SECONDS):
                        await self.drained()

    async def _run(self, turns: Turns) -> None:
        while True:
            turns.rest()
            await self._arrived.wait()
            turns.next()
            await asyncio.sleep(self._gather_seconds)
            self._arrived.clear()
            if items := self._take():
                await self._persistently(items)
            if not self._arrived.is_set():
                self._idle.set()

    async def _persistently(self, items: Sequence[Item]) -> None:
        retries = 0
        while True:
            try:
                await self._write(items)
                return
            except Exception as error:
                if self._is_hopeless(error) and retries >= HOPELESS_AFTER_RETRIES:
                    await self._apart(items, error)
                    return
                log.warning("waits to be written", what=self._name, error=repr(error)[:200])
            retries += 1
            await asyncio.sleep(RETRY_SECONDS)

    async def _apart(self, items: Sequence[Item], error: Exception) -> None:
        if len(items) > 1:
            for item in items:
                await self._persistently([item])
            return
        log.error("can't be written", what=self._name, exc_info=error)
        self._give_up(items[0])
