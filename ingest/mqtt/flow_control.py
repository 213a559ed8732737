"""What was delivered and not yet acknowledged: counted, bounded, and waited for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection, and all of them together, may cost."""

    message_max_bytes: int = 256 * 1024
    connect_timeout_seconds: float = 10
    keep_alive_max_seconds: float = 600
    unacknowledged_messages: int = 1000
    unacknowledged_bytes: int = 4 * 1024 * 1024
    buffered_bytes: int = 256 * 1024 * 1024
    connections_max: int = 20_000


class Buffer:
    """The unacknowledged bytes of all devices. While it is full, no new packet is begun."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        # Not at the limit itself: every single acknowledgement would wake everyone, and all but one in vain.
        self._resume_bytes = limit_bytes * 7 // 8
        self._waiting: set[Account] = set()
        self.held_bytes = 0

    @property
    def is_full(self) -> bool:
        return self.room_bytes <= 0

    @property
    def room_bytes(self) -> int:
        return self._limit_bytes - self.held_bytes

    def take(self, size: int) -> None:
        self.held_bytes += size

    def free(self, size: int) -> None:
        self.held_bytes -= size
        if self._waiting and self.held_bytes <= self._resume_bytes:
            waiting, self._waiting = self._waiting, set()
            for account in waiting:
                account.wake()

    def wake_when_free(self, account: Account) -> None:
        self._waiting.add(account)

    def forget(self, account: Account) -> None:
        self._waiting.discard(account)


class Account:
    """What one device has in flight, over all its connections.

    A device that reconnects while the database is away keeps its account: otherwise each new connection could
    fill the buffer of all anew.
    """

    def __init__(self, buffer: Buffer, limits: Limits) -> None:
        self._buffer = buffer
        self._limits = limits
        self._room: asyncio.Future[None] | None = None
        self.messages = 0
        self.bytes = 0

    @property
    def has_room(self) -> bool:
        return min(self.room) > 0

    @property
    def _is_within_limits(self) -> bool:
        limits = self._limits
        return (
            self.messages < limits.unacknowledged_messages
            and self.bytes < limits.unacknowledged_bytes
        )

    @property
    def room(self) -> tuple[int, int]:
        """How many messages may be taken, and of how many bytes; the last one may exceed them."""
        limits = self._limits
        of_bytes = min(limits.unacknowledged_bytes - self.bytes, self._buffer.room_bytes)
        return limits.unacknowledged_messages - self.messages, of_bytes

    def take(self, size: int, messages: int = 1) -> None:
        self.messages += messages
        self.bytes += size
        self._buffer.take(size)

    def free(self, size: int, messages: int = 1) -> None:
        self.messages -= messages
        self.bytes -= size
        self._buffer.free(size)
        if self._room is not None and self._is_within_limits:
            self._wake_when_buffer_is_free()

    def wake(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)

    async def wait(self) -> None:
        """Until something was freed, or someone woke us: the caller looks again."""
        room = self._room = asyncio.get_running_loop().create_future()
        if self._buffer.is_full:
            self._buffer.wake_when_free(self)
        try:
            await room
        finally:
            if self._room is room:  # else the device's next connection waits here by now
                self._room = None
                self._buffer.forget(self)

    def _wake_when_buffer_is_free(self) -> None:
        if self._buffer.is_full:
            self._buffer.wake_when_free(self)
        else:
            self.wake()
