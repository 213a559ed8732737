"""What was delivered and not yet acknowledged: counted, bounded, and waited for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection, and all of them together, may cost."""

    message_max_bytes: int = 256 * 1024
    connect_timeout_seconds: float = 10
    without_keep_alive_seconds: float = 86_400
    unacknowledged_messages: int = 1000
    unacknowledged_bytes: int = 4 * 1024 * 1024
    buffered_bytes: int = 256 * 1024 * 1024
    connections_max: int = 20_000
    connecting_max: int = 4_000
    """Of these, who has not proved who it is: 90 KB each."""
    connecting_per_address: int = 1_000


class SharedBuffer:
    """The unacknowledged bytes of all devices. While it is full, no new packet is begun.

    No device has more in it than is left for others: one takes half, a hundred that flood leave a
    hundredth, and whoever has nothing in it finds room.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        # Not the limit itself: every acknowledgement would wake everyone, and all but one in vain.
        self._resume_bytes = limit_bytes * 7 // 8
        self._waiting: set[InFlightWindow] = set()
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
            for window in waiting:
                window.wake()

    def wake_when_free(self, window: InFlightWindow) -> None:
        self._waiting.add(window)

    def forget(self, window: InFlightWindow) -> None:
        self._waiting.discard(window)


class InFlightWindow:
    """What one device has in flight, over all its connections; MQTT 5 says receive maximum.

    A device that reconnects while the database is away keeps its window: otherwise each new
    connection could fill the buffer of all anew.
    """

    def __init__(self, buffer: SharedBuffer, limits: Limits) -> None:
        self._buffer = buffer
        self._limits = limits
        self._resume: Callable[[], None] | None = None
        self.messages = 0
        self.bytes = 0

    @property
    def has_room(self) -> bool:
        return min(self.room) > 0

    @property
    def room(self) -> tuple[int, int]:
        """How many messages may be taken, and of how many bytes; the last one may exceed them."""
        limits = self._limits
        # What is taken is its own, and isn't left for others.
        of_share = (self._buffer.room_bytes - self.bytes + 1) // 2
        of_bytes = min(limits.unacknowledged_bytes - self.bytes, of_share)
        return limits.unacknowledged_messages - self.messages, of_bytes

    def take(self, size: int, messages: int = 1) -> None:
        self.messages += messages
        self.bytes += size
        self._buffer.take(size)

    def free(self, size: int, messages: int = 1) -> None:
        self.messages -= messages
        self.bytes -= size
        self._buffer.free(size)
        if self._resume is not None and self._is_within_limits:
            self._wake_when_buffer_is_free()

    def when_freed(self, resume: Callable[[], None]) -> None:
        """Call `resume` once, when something was freed: to look again, but not within that call.

        The device's newest connection alone waits.
        """
        self._resume = resume
        if self._buffer.is_full:
            self._buffer.wake_when_free(self)

    def forget(self, resume: Callable[[], None]) -> None:
        """Who gave this waits no more."""
        if self._resume == resume:  # else the device's next connection waits here by now
            self._resume = None
            self._buffer.forget(self)

    def wake(self) -> None:
        resume = self._resume
        if resume is not None:
            self.forget(resume)
            resume()

    @property
    def _is_within_limits(self) -> bool:
        limits = self._limits
        return (
            self.messages < limits.unacknowledged_messages
            and self.bytes < limits.unacknowledged_bytes
        )

    def _wake_when_buffer_is_free(self) -> None:
        if self._buffer.is_full:
            self._buffer.wake_when_free(self)
        else:
            self.wake()
