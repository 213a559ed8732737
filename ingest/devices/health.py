"""What devices say of themselves: written together, and of each device only so often.

Health comes with QoS 0, so nobody waits for it; a device that talks without pause must cost no more
than one that tells now and then. Of what it says in between, the newest is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from db.connections.background import Loop, Turns, in_background
from db.connections.faults import is_fault_of_data
from db.connections.types import Pool
from db.queries.health import HealthRow, ensure_health_days, write_health
from ingest.pipeline.check import AcceptedAge
from ingest.pipeline.rejection import Reason, Rejection
from ingest.write_behind import WriteBehind

# In a window of so many seconds a device's first snapshot is written at once, and the newest of all
# others at its end.
WINDOW_SECONDS = 10.0
GATHER_SECONDS = 0.2

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
# JSON has one kind of number; none of ours is finer than a double.
_Number = Annotated[float, msgspec.Meta(ge=-1e6, le=1e6)]


class HealthReport(msgspec.Struct, rename="camel"):
    """A snapshot as a device publishes it. Unknown fields are ignored, a `recordedAt` that is left
    out is now."""

    recorded_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    uptime_seconds: _Count | None = None
    free_heap_bytes: _Count | None = None
    signal_strength_dbm: _Number | None = None
    connection_type: Annotated[str, msgspec.Meta(max_length=50)] | None = None
    readings_sent: _Count | None = None
    readings_dropped: _Count | None = None


DeviceKey = tuple[UUID, UUID]  # organization, device


def read_report(body: bytes, *, now: datetime, accepted: AcceptedAge) -> HealthReport | Rejection:
    """The snapshot with its time, or why it is none."""
    try:
        report = msgspec.json.decode(body, type=HealthReport)
    except (ValueError, RecursionError) as error:
        return Rejection(Reason.MALFORMED, f"not a health snapshot: {error}"[:500])
    if "\0" in (report.connection_type or ""):
        return Rejection(Reason.MALFORMED, "not a health snapshot: NUL in connectionType")
    report.recorded_at = report.recorded_at or now
    if not now - accepted.behind <= report.recorded_at <= now + accepted.ahead:
        return Rejection(
            Reason.BAD_TIMESTAMP, "the time is too old, or too far ahead of the platform's clock"
        )
    return report


class HealthLog:
    """Takes snapshots without waiting; memory is bounded by the number of devices, also while the
    database is away."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._due: dict[DeviceKey, HealthReport] = {}
        self._held: dict[DeviceKey, HealthReport] = {}
        self._written: set[DeviceKey] = set()  # in this window
        self._days: set[date] = set()
        self._writer = WriteBehind(
            "health",
            gather_seconds=GATHER_SECONDS,
            take=self._take,
            write=self._write,
            is_hopeless=is_fault_of_data,
            give_up=lambda _: None,  # nothing of health is promised
        )

    def reported(self, device: DeviceKey, report: HealthReport) -> None:
        """A snapshot that `read_report` has let pass."""
        if device in self._written:
            self._held[device] = report
            return
        self._written.add(device)
        self._due[device] = report
        self._writer.wake()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write what comes while the block runs, and what is left at its end."""
        windows = Loop("health windows", self._open_windows, 3 * WINDOW_SECONDS)
        async with self._writer.running(), in_background(windows):
            try:
                yield
            finally:
                self._open_window()

    async def _open_windows(self, turns: Turns) -> None:
        while True:
            await asyncio.sleep(WINDOW_SECONDS)
            self._open_window()
            turns.next()

    def _open_window(self) -> None:
        self._due |= self._held
        self._written = set(self._held)
        self._held = {}
        self._writer.wake()

    def _take(self) -> list[HealthRow]:
        due, self._due = self._due, {}
        return sorted(
            HealthRow(*device, *msgspec.structs.astuple(report)) for device, report in due.items()
        )

    async def _write(self, rows: Sequence[HealthRow]) -> None:
        days = {row.recorded_at.astimezone(UTC).date() for row in rows}
        try:
            if missing := days - self._days:
                await ensure_health_days(self._pool, missing)
                self._days |= missing
            await write_health(self._pool, rows)
        except BaseException:
            self._days.clear()  # one may have been dropped
            raise
