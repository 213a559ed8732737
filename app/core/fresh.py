"""A value that costs something to make, and is good for a moment for all who ask."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")

SECONDS = 1.0


class FreshValue(Generic[T]):
    """Made when it is asked for, and for SECONDS after that not again, however many ask: who come
    while it is being made wait for the same."""

    def __init__(
        self,
        make: Callable[[], Awaitable[T]],
        *,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make = make
        self._seconds = seconds
        self._clock = clock
        self._making = asyncio.Lock()
        self._found: tuple[T, float] | None = None  # and until when it is good

    async def get(self) -> T:
        """Raises what making it raises; then the next one who asks tries again."""
        async with self._making:
            if self._found is None or self._clock() >= self._found[1]:
                self._found = await self._make(), self._clock() + self._seconds
            return self._found[0]
