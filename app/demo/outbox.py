"""What a device has yet to hand over, and how long handing over takes."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections import deque
from typing import NamedTuple

OUTBOX_MESSAGES = 64  # what a device keeps while the platform is away; then it stops measuring


class Parcel(NamedTuple):
    """One message of readings, encoded."""

    body: bytes
    readings: int


class Outbox:
    """What a device has yet to hand over. It is bounded, and keeps each message until it is
    acknowledged."""

    def __init__(self, limit: int = OUTBOX_MESSAGES) -> None:
        self._waiting: deque[tuple[int, Parcel]] = deque()
        self._on_their_way: dict[int, Parcel] = {}
        self._numbers = itertools.count()
        self._room = asyncio.Semaphore(limit)
        self._something = asyncio.Semaphore(0)
        self._empty = asyncio.Event()
        self._empty.set()

    async def put(self, parcel: Parcel) -> None:
        """Waits while the outbox is full."""
        await self._room.acquire()
        self._empty.clear()
        self._waiting.append((next(self._numbers), parcel))
        self._something.release()

    async def take(self) -> tuple[int, Parcel]:
        """The next message, with the number under which it is acknowledged."""
        await self._something.acquire()
        number, parcel = self._waiting.popleft()
        self._on_their_way[number] = parcel
        return number, parcel

    def acknowledge(self, number: int) -> None:
        del self._on_their_way[number]
        self._room.release()
        if not self._waiting and not self._on_their_way:
            self._empty.set()

    def take_back(self) -> None:
        """The connection ended: what was not acknowledged is sent again, in the same order."""
        for number in sorted(self._on_their_way, reverse=True):
            self._waiting.appendleft((number, self._on_their_way.pop(number)))
            self._something.release()

    async def emptied(self) -> None:
        """Wait until everything that was put is acknowledged."""
        await self._empty.wait()


class Acknowledgements:
    """How long the newest messages of all devices took from publish to PUBACK."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, float]] = deque(maxlen=2000)

    def add(self, began: float) -> None:
        """`began` is a time of time.monotonic()."""
        now = time.monotonic()
        self._recent.append((now, now - began))

    def quantile(self, q: float, last_seconds: float) -> float | None:
        """In seconds; None when there was none in that time."""
        since = time.monotonic() - last_seconds
        found = sorted(took for at, took in self._recent if at >= since)
        return found[math.ceil(q * len(found)) - 1] if found else None
