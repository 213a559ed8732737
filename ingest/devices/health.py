"""What devices say of themselves: written together, and of each device only so often.

Health comes with QoS 0, so nobody waits for it; a device that talks without pause must cost no more than one that
tells now and then. Of what it says in between, the newest is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

import asyncpg
import msgspec
import structlog

from db.connections.types import Pool
from ingest.pipeline.check import AcceptedAge
from ingest.pipeline.rejection import Reason, Rejection

log = structlog.get_logger()

# In a window of so many seconds a device's first snapshot is written at once, and the newest of all others at its end.
WINDOW_SECONDS = 10.0
GATHER_SECONDS = 0.2
RETRY_SECONDS = 0.5

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
# JSON has one kind of number; none of ours is finer than a double.
_Number = Annotated[float, msgspec.Meta(ge=-1e6, le=1e6)]


class HealthReport(msgspec.Struct, rename="camel"):
    """A snapshot as a device publishes it; unknown fields are ignored, `recordedAt` is now if left out."""

    recorded_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    uptime_seconds: _Count | None = None
    free_heap_bytes: _Count | None = None
    signal_strength_dbm: _Number | None = None
    connection_type: Annotated[str, msgspec.Meta(max_length=50)] | None = None
    readings_sent: _Count | None = None
    readings_dropped: _Count | None = None


DeviceKey = tuple[UUID, UUID]  # organization, device

# Row-level security isn't in force for this role: the join says whose the device is.
_WRITE = """
INSERT INTO platform.device_health (org_id, device_id, recorded_at, uptime_seconds, free_heap_bytes,
  signal_strength_dbm, connection_type, readings_sent, readings_dropped)
SELECT h.* FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::float8[], $7::text[],
  $8::bigint[], $9::bigint[]) AS h (org_id, device_id)
JOIN platform.device d ON d.org_id = h.org_id AND d.id = h.device_id AND d.deleted_at IS NULL
ON CONFLICT DO NOTHING
"""


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
    """Takes snapshots without waiting; memory is bounded by the number of devices, also while the database is away."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._due: dict[DeviceKey, HealthReport] = {}
        self._held: dict[DeviceKey, HealthReport] = {}
        self._written: set[DeviceKey] = set()  # in this window
        self._arrived = asyncio.Event()
        self._days: set[date] = set()

    def reported(self, device: DeviceKey, report: HealthReport) -> None:
        """A snapshot that `read_report` has let pass."""
        if device in self._written:
            self._held[device] = report
            return
        self._written.add(device)
        self._due[device] = report
        self._arrived.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write what comes while the block runs, and what is left at its end."""
        tasks = [asyncio.create_task(self._write_due()), asyncio.create_task(self._open_windows())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._due |= self._held
            with contextlib.suppress(
                OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError
            ):
                await asyncio.wait_for(self._write(), 2)

    async def _open_windows(self) -> None:
        while True:
            await asyncio.sleep(WINDOW_SECONDS)
            self._due |= self._held
            self._written = set(self._held)
            self._held = {}
            self._arrived.set()

    async def _write_due(self) -> None:
        while True:
            await self._arrived.wait()
            await asyncio.sleep(GATHER_SECONDS)
            try:
                await self._write()
            except Exception as error:
                log.warning("health waits for the database", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def _write(self) -> None:
        due, self._due = self._due, {}
        self._arrived.clear()
        if not due:
            return
        try:
            await self._make_room(due)
            rows = [
                (*device, *msgspec.structs.astuple(report))
                for device, report in sorted(due.items(), key=_first)
            ]
            await self._pool.execute(_WRITE, *map(list, zip(*rows, strict=True)))
        except BaseException:
            self._days.clear()  # the day may have been dropped
            self._due = due | self._due
            self._arrived.set()
            raise

    async def _make_room(self, due: dict[DeviceKey, HealthReport]) -> None:
        days = {
            report.recorded_at.astimezone(UTC).date()
            for report in due.values()
            if report.recorded_at
        }
        if missing := days - self._days:
            await self._pool.execute(
                "SELECT tsd.ensure_health_partitions($1::date[])", list(missing)
            )
            self._days |= missing


def _first(item: tuple[DeviceKey, HealthReport]) -> DeviceKey:
    return item[0]


async def keep_partitions(pool: Pool, *, first: date, ahead: list[date]) -> None:
    """Make the days ahead, and drop those before the first that is kept."""
    await pool.execute("SELECT tsd.ensure_health_partitions($1::date[])", ahead)
    await pool.execute("SELECT tsd.drop_health_partitions($1)", first)
