"""Who waits for a command, or watches those of a device, in this process.

    the table's trigger ─▶ NOTIFY ─▶ heard ─▶ who watches the device, or waits for the command
                                              ─▶ reads it, in a snapshot of its own

Nobody asks the database again and again, and nobody holds a connection while waiting. After a gap
in the notifications all look once. Each has a place (ResponseSlots), and ends with the credential
for which it runs.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from app.core.actor import Actor
from app.core.errors import Forbidden, TooManyRequests, Unauthenticated, Unavailable
from app.core.running_responses import ResponseSlots, RunningResponse, RunningResponses
from app.permissions import Permission

_FINAL = {"SUCCESS", "FAILED", "TIMEOUT"}
# Who has more than so many unread is told that anything may have changed.
UNREAD_MAX = 1_000


class Watcher:
    """Hears which commands have changed, until it is ended."""

    def __init__(self) -> None:
        self.reason: str | None = None
        """Why it was ended."""
        self._changed: set[UUID] = set()
        self._has_missed = False
        self._arrived = asyncio.Event()

    def note(self, command_id: UUID) -> None:
        self._changed.add(command_id)
        if len(self._changed) > UNREAD_MAX:
            self.miss()
        self._arrived.set()

    def miss(self) -> None:
        """Anything may have changed."""
        self._has_missed = True
        self._changed.clear()
        self._arrived.set()

    def end(self, reason: str) -> None:
        self.reason = self.reason or reason
        self._arrived.set()

    def refuse_who_may_not(self) -> None:
        """Raises Unauthenticated or Forbidden where it may be told nothing any more."""
        if self.reason == "FORBIDDEN":
            raise Forbidden("the permission was taken away")
        if self.reason == "UNAUTHENTICATED":
            raise Unauthenticated("the session has ended, or the key was revoked")

    @property
    def is_quiet(self) -> bool:
        """Nothing has changed, and nobody has ended it."""
        return not self._arrived.is_set()

    async def wait(self, seconds: float) -> None:
        """Until something has changed, it is ended, or the time is up."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0)):
                await self._arrived.wait()

    def take(self) -> set[UUID] | None:
        """What has changed since it was asked last; None where anything may have."""
        self._arrived.clear()
        if self.reason is not None:
            self._arrived.set()
        changed, self._changed = self._changed, set()
        has_missed, self._has_missed = self._has_missed, False
        return None if has_missed else changed


@dataclass(frozen=True, slots=True)
class Waiter:
    """Who asks, with which Authorization header, and what they must be allowed for as long as it
    takes."""

    actor: Actor
    permission: Permission
    credential: str = field(repr=False)


class CommandWatch:
    """Those of this process."""

    def __init__(self, slots: ResponseSlots, responses: RunningResponses) -> None:
        self._slots = slots
        self._responses = responses
        self._of_devices: defaultdict[UUID, set[Watcher]] = defaultdict(set)
        self._of_commands: defaultdict[UUID, set[Watcher]] = defaultdict(set)
        self._is_closed = False

    def heard(self, payload: str) -> None:
        """Of COMMAND_CHANGED."""
        device, command, status = payload.split(" ")
        command_id = UUID(command)
        for watcher in self._of_devices.get(UUID(device), ()):
            watcher.note(command_id)
        if status in _FINAL:
            for watcher in self._of_commands.get(command_id, ()):
                watcher.note(command_id)

    def missed(self) -> None:
        for watcher in self._everyone():
            watcher.miss()

    def close(self) -> None:
        """This process stops: who waits is answered with what there is."""
        self._is_closed = True
        for watcher in self._everyone():
            watcher.end("STOPPING")

    def admit(self, actor: Actor) -> None:
        """Raises TooManyRequests or Unavailable where as many wait as may."""
        if self._is_closed:
            raise Unavailable("nobody can wait here any more", retry_after_seconds=5)
        self._slots.admit(actor)

    @contextlib.contextmanager
    def waiting(self, who: Waiter, command_id: UUID) -> Iterator[Watcher]:
        """Hear of one command's end. Where no place is left, it has ended already."""
        with self._joined(self._of_commands, who, command_id) as watcher:
            yield watcher

    @contextlib.contextmanager
    def watching(self, who: Waiter, device_id: UUID) -> Iterator[Watcher]:
        """Hear of every change of a device's commands. Where no place is left, it has ended
        already."""
        with self._joined(self._of_devices, who, device_id) as watcher:
            yield watcher

    @contextlib.contextmanager
    def _joined(
        self,
        watchers: defaultdict[UUID, set[Watcher]],
        who: Waiter,
        id_: UUID,
    ) -> Iterator[Watcher]:
        watcher = Watcher()
        response = RunningResponse(who.actor, who.permission, watcher.end, who.credential)
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(self._slots.taken(who.actor, watcher.end))
            except (TooManyRequests, Unavailable):
                watcher.end("NO_PLACE")
            if self._is_closed:
                watcher.end("STOPPING")
            stack.enter_context(self._responses.registered(response))
            watchers[id_].add(watcher)
            try:
                yield watcher
            finally:
                watchers[id_].discard(watcher)
                if not watchers[id_]:
                    del watchers[id_]

    def _everyone(self) -> list[Watcher]:
        tables = (self._of_devices, self._of_commands)
        return [each for table in tables for watchers in table.values() for each in watchers]
