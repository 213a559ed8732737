"""Which devices are connected, when each was last seen, and which firmware it says it runs.

Changes are gathered and written together: ten thousand devices that reconnect after an outage are a few statements.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg
import structlog

from db.connections.types import Pool
from ingest.pipeline.compare import StoredReadings

log = structlog.get_logger()

# Short enough that a dashboard shows it "at once", long enough to gather.
GATHER_SECONDS = 0.1
# A device that only sends readings is written down this often.
SEEN_SECONDS = 10
RETRY_SECONDS = 0.5

_WRITE = """
UPDATE platform.device d
SET is_connected = coalesce(p.is_connected, d.is_connected),
    last_seen_at = greatest(d.last_seen_at, p.seen_at),
    firmware_version = coalesce(p.firmware_version, d.firmware_version),
    -- MAINTENANCE and INACTIVE are people's words and survive; only these two are the broker's.
    status = CASE
      WHEN d.status = 'OFFLINE' AND p.is_connected THEN 'ACTIVE'
      WHEN d.status = 'ACTIVE' AND NOT p.is_connected THEN 'OFFLINE'
      ELSE d.status END
FROM unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::timestamptz[], $5::text[])
  AS p (org_id, device_id, is_connected, seen_at, firmware_version)
WHERE d.org_id = p.org_id AND d.id = p.device_id AND d.deleted_at IS NULL
"""

_RESET = """
UPDATE platform.device SET is_connected = false,
  status = CASE WHEN status = 'ACTIVE' THEN 'OFFLINE' ELSE status END
WHERE is_connected
"""


@dataclass
class _Change:
    seen_at: datetime
    is_connected: bool | None = None
    firmware_version: str | None = None
    written: list[Callable[[], None]] = field(default_factory=list)


DeviceKey = tuple[UUID, UUID]  # organization, device


class Presence:
    def __init__(self, pool: Pool, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._clock = clock
        self._changes: dict[DeviceKey, _Change] = {}
        self._changed = asyncio.Event()
        self._seen: dict[DeviceKey, datetime] = {}

    def connected(self, device: DeviceKey, is_connected: bool) -> None:
        self._change(device).is_connected = is_connected

    def reported(
        self, device: DeviceKey, firmware_version: str | None, written: Callable[[], None]
    ) -> None:
        """The device told its status; `written` is called after that is committed."""
        change = self._change(device)
        change.firmware_version = firmware_version or change.firmware_version
        change.written.append(written)

    def on_stored(self, stored: StoredReadings) -> None:
        """A subscriber of the pipeline: who sends readings is alive."""
        now = self._clock()
        for device in {(sensor.org_id, sensor.device_id) for sensor in stored.reporting}:
            last = self._seen.get(device)
            if last is None or (now - last).total_seconds() >= SEEN_SECONDS:
                self._seen[device] = now
                self._change(device)

    def _change(self, device: DeviceKey) -> _Change:
        change = self._changes.setdefault(device, _Change(self._clock()))
        change.seen_at = self._clock()
        self._changed.set()
        return change

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write what changes while the block runs, and what is left at its end.

        There is one broker: whoever is connected in the database when it starts was so before a crash.
        """
        await self._pool.execute(_RESET)
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            with contextlib.suppress(
                OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError
            ):
                await asyncio.wait_for(self._write(), 2)

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(GATHER_SECONDS)
            try:
                await self._write()
            except Exception as error:
                log.warning("presence waits for the database", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def _write(self) -> None:
        changes, self._changes = dict(sorted(self._changes.items())), {}
        self._changed.clear()
        if not changes:
            return
        try:
            await self._pool.execute(
                _WRITE,
                [org_id for org_id, _ in changes],
                [device_id for _, device_id in changes],
                [change.is_connected for change in changes.values()],
                [change.seen_at for change in changes.values()],
                [change.firmware_version for change in changes.values()],
            )
        except BaseException:
            self._put_back(changes)
            raise
        for change in changes.values():
            for call in change.written:
                call()

    def _put_back(self, changes: dict[DeviceKey, _Change]) -> None:
        """What couldn't be written waits again, beneath what has changed since."""
        for key, change in changes.items():
            newer = self._changes.get(key)
            if newer is not None:
                if newer.is_connected is not None:
                    change.is_connected = newer.is_connected
                change.seen_at = newer.seen_at
                change.firmware_version = newer.firmware_version or change.firmware_version
                change.written += newer.written
            self._changes[key] = change
        self._changed.set()
