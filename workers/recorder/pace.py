"""What a camera sends is read no faster than it may send."""

from __future__ import annotations

import asyncio
import time

BURST_SECONDS = 4.0


class Pace:
    """A bucket of bytes that fills with the rate, and holds a burst."""

    def __init__(self, bytes_per_second: int) -> None:
        self._rate = bytes_per_second
        self._budget = float(bytes_per_second * BURST_SECONDS)
        self._filled_at = time.monotonic()

    async def spend(self, size: int) -> None:
        """Wait until so many bytes are paid for."""
        now = time.monotonic()
        filled = self._budget + (now - self._filled_at) * self._rate
        self._budget = min(filled, self._rate * BURST_SECONDS) - size
        self._filled_at = now
        if self._budget < 0:
            await asyncio.sleep(-self._budget / self._rate)
