"""What becomes of commands, told as it happens: the end of one, or all of a device's."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from app.control.commands import service
from app.control.commands.schemas import CommandRead
from app.control.commands.watch import CommandWatch, Waiter, Watcher
from db.connections.sessions import Database

# Commits don't come in the order of times: who resumes is told again what ended shortly before.
OVERLAP = timedelta(seconds=5)


@dataclass(frozen=True)
class Follower:
    """Who follows, and through what."""

    watch: CommandWatch
    database: Database
    waiter: Waiter

    def admit(self, seconds: float) -> None:
        """Raises TooManyRequests or Unavailable where it can't wait for so long."""
        if seconds:
            self.watch.admit(self.waiter.actor)

    async def until_final(self, device_id: UUID, command_id: UUID, seconds: float) -> CommandRead:
        """The command when its status is final, or as it is when the time is up. Raises
        Unauthenticated or Forbidden where who waits may not be told any more."""
        ends_at = time.monotonic() + seconds
        with self.watch.waiting(self.waiter, command_id) as watcher:
            while True:
                watcher.take()
                command = await self._read(device_id, command_id)
                is_over = watcher.reason is not None or time.monotonic() >= ends_at
                if command.status.is_final or is_over:
                    watcher.refuse_who_may_not()
                    return command
                await watcher.wait(ends_at - time.monotonic())

    async def _read(self, device_id: UUID, command_id: UUID) -> CommandRead:
        async with self.database.snapshot(self.waiter.actor.tenant) as reader:
            return await service.get(reader, device_id, command_id)

    async def events(
        self,
        device_id: UUID,
        since: datetime | None,
        *,
        heartbeat_seconds: float,
        lifetime_seconds: float,
    ) -> AsyncGenerator[bytes, None]:
        """As Server-Sent Events: what is open and what ended since then, and each command as it
        changes."""
        ends_at = time.monotonic() + lifetime_seconds
        with self.watch.watching(self.waiter, device_id) as watcher:
            told_until = datetime.now(UTC)
            watcher.miss()  # it begins with all that there is
            while watcher.reason is None and time.monotonic() < ends_at:
                for event in await self._changes(watcher, device_id, since):
                    told_until = max(told_until, event.changed_at)
                    yield event.as_sse()
                since = told_until
                await watcher.wait(heartbeat_seconds)
                if watcher.is_quiet:
                    yield b":\n\n"

    async def _changes(
        self, watcher: Watcher, device_id: UUID, since: datetime | None
    ) -> list[_Event]:
        ids = watcher.take()
        async with self.database.snapshot(self.waiter.actor.tenant) as reader:
            if ids is None:
                since = since and since - OVERLAP
                found = await service.open_or_ended_since(reader, device_id, since)
            else:
                found = await service.get_many(reader, ids) if ids else []
        return [_Event(command) for command in found]


@dataclass(frozen=True, slots=True)
class _Event:
    command: CommandRead

    @property
    def changed_at(self) -> datetime:
        """When it became what it is."""
        command = self.command
        steps = (command.completed_at, command.acknowledged_at, command.sent_at)
        return next((at for at in steps if at is not None), command.created_at)

    def as_sse(self) -> bytes:
        id_ = self.changed_at.isoformat().replace("+00:00", "Z").encode()
        body = msgspec.json.encode(self.command)
        return b"event: command\nid: %s\ndata: %s\n\n" % (id_, body)
