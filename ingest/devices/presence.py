"""Which devices are connected, when each was last seen, and which firmware it says it runs.

Changes are gathered and written together: ten thousand devices that reconnect after an outage are a
few statements.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from db.connections.faults import is_fault_of_data
from db.connections.types import Pool
from db.queries.presence import PresenceRow, reset_presence, write_presence
from ingest.pipeline.compare import StoredReadings
from ingest.write_behind import WriteBehind

log = structlog.get_logger()

# Short enough that a dashboard shows it "at once", long enough to gather.
GATHER_SECONDS = 0.1
# A device that only sends readings is written down this often.
SEEN = timedelta(seconds=10)


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
        self._seen: OrderedDict[DeviceKey, datetime] = OrderedDict()  # since SEEN, oldest first
        self._writer = WriteBehind(
            "presence",
            gather_seconds=GATHER_SECONDS,
            take=self._take,
            write=self._write,
            is_hopeless=is_fault_of_data,
            give_up=_tell,  # or the device would send it for ever
        )

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
        while self._seen and now - next(iter(self._seen.values())) >= SEEN:
            self._seen.popitem(last=False)
        for device in {(sensor.org_id, sensor.device_id) for sensor in stored.reporting}:
            if device not in self._seen:
                self._seen[device] = now
                self._change(device)

    def _change(self, device: DeviceKey) -> _Change:
        change = self._changes.setdefault(device, _Change(self._clock()))
        change.seen_at = self._clock()
        self._writer.wake()
        return change

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write what changes while the block runs, and what is left at its end.

        There is one broker: whoever is connected in the database when it starts was so before a
        crash.
        """
        await reset_presence(self._pool)
        async with self._writer.running():
            yield

    def _take(self) -> list[tuple[DeviceKey, _Change]]:
        changes, self._changes = self._changes, {}
        return sorted(changes.items(), key=_device)

    async def _write(self, changes: Sequence[tuple[DeviceKey, _Change]]) -> None:
        rows = [
            PresenceRow(*device, change.is_connected, change.seen_at, change.firmware_version)
            for device, change in changes
        ]
        await write_presence(self._pool, rows)
        for item in changes:
            _tell(item)


def _device(item: tuple[DeviceKey, _Change]) -> DeviceKey:
    return item[0]


def _tell(item: tuple[DeviceKey, _Change]) -> None:
    """An error there is that device's alone."""
    for call in item[1].written:
        try:
            call()
        except Exception:
            log.exception("a device can't be told that its status is written")
