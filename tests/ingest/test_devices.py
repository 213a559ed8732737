"""What the broker writes down of devices: soon, together, seldom enough, and of each its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg

from ingest.devices.health import HealthLog, HealthReport
from ingest.devices.presence import SEEN, Presence, StatusReport
from ingest.pipeline.compare import StoredReadings
from tests.make.ingest import Device, new_device
from tests.make.sessions import session_of

NOW = datetime.now(UTC).replace(microsecond=0)


class HandClock:
    """Goes on when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def readings_of(*devices: Device) -> StoredReadings:
    """As the pipeline tells a watcher; presence looks at whose they are."""
    reporting = [SimpleNamespace(org_id=org, device_id=device) for org, device in devices]
    return cast(StoredReadings, SimpleNamespace(reporting=reporting))


def report(presence: Presence, device: Device, firmware: str, written: Callable[[], None]) -> None:
    said = StatusReport(status="ONLINE", firmware_version=firmware)
    presence.reported(device, said, written, is_will=False)


async def is_connected(admin: asyncpg.Pool, device: Device) -> Any:
    return await admin.fetchval("SELECT is_connected FROM platform.device WHERE id=$1", device[1])


async def until(ask: Callable[[], Awaitable[Any]], expected: object) -> None:
    async with asyncio.timeout(30):
        while await ask() != expected:  # noqa: ASYNC110 - it is the database that changes
            await asyncio.sleep(0.02)


async def last_seen(admin: asyncpg.Pool, device: Device) -> datetime | None:
    seen: datetime | None = await admin.fetchval(
        "SELECT last_seen_at FROM platform.device WHERE id = $1", device[1]
    )
    return seen


async def test_a_device_that_sends_is_seen_now_and_then_and_forgotten_when_it_is_silent(
    pool: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    first, second = await new_device(admin), await new_device(admin)
    presence = Presence(pool, clock := HandClock())
    async with presence.running():
        presence.on_stored(readings_of(first))
        await until(lambda: last_seen(admin, first), NOW)
        clock.now += SEEN / 2
        presence.on_stored(readings_of(first, second))
        await until(lambda: last_seen(admin, second), NOW + SEEN / 2)
        assert await last_seen(admin, first) == NOW, "written a moment ago"
        clock.now = NOW + SEEN
        presence.on_stored(readings_of(first))
        await until(lambda: last_seen(admin, first), NOW + SEEN)
        clock.now += SEEN
        presence.on_stored(readings_of())
        assert presence._seen == {}, "who is silent takes no room"


async def test_a_device_that_can_not_be_told_keeps_no_other_from_being_told(
    pool: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    devices = [await new_device(admin) for _ in range(3)]
    presence, told = Presence(pool, HandClock()), []

    def fail() -> None:
        raise ConnectionError

    async with presence.running():
        report(presence, devices[0], "1.0", lambda: told.append(0))
        report(presence, devices[1], "1.1", fail)
        report(presence, devices[2], "1.2", lambda: told.append(2))
    assert sorted(told) == [0, 2]
    versions = await admin.fetch(
        "SELECT firmware_version FROM platform.device WHERE id = ANY ($1)",
        [device for _, device in devices],
    )
    assert sorted(version for (version,) in versions) == ["1.0", "1.1", "1.2"]


async def test_what_the_database_refuses_of_one_device_costs_no_other(
    pool: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    """No value that gets so far is known to be refused; a NUL would be, were it let pass."""
    poisoned, sound = await new_device(admin), await new_device(admin)
    presence, told = Presence(pool, HandClock()), []
    async with presence.running():
        report(presence, poisoned, "\0", lambda: told.append("poisoned"))
        report(presence, sound, "2.0", lambda: told.append("sound"))
        await until(lambda: _sorted(told), ["poisoned", "sound"])
        presence.began(session_of(sound))
        await until(lambda: is_connected(admin, sound), True)
    version = await admin.fetchval(
        "SELECT firmware_version FROM platform.device WHERE id = $1", sound[1]
    )
    assert version == "2.0"


async def _sorted(told: list[str]) -> list[str]:
    return sorted(told)


async def test_of_a_talkative_device_the_first_and_the_newest_are_written(
    pool: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    device, stranger = await new_device(admin), (uuid4(), uuid4())
    health = HealthLog(pool)
    async with health.running():
        health.reported(stranger, HealthReport(recorded_at=NOW, uptime_seconds=1))
        for second in range(100):
            at = NOW - timedelta(seconds=100 - second)
            health.reported(device, HealthReport(recorded_at=at, uptime_seconds=second))
        await until(lambda: _uptimes(admin, device[1]), [0])
    assert await _uptimes(admin, device[1]) == [0, 99]
    assert await _uptimes(admin, stranger[1]) == []


async def _uptimes(admin: asyncpg.Pool, device_id: UUID) -> list[int]:
    rows = await admin.fetch(
        "SELECT uptime_seconds FROM platform.device_health WHERE device_id = $1 ORDER BY 1",
        device_id,
    )
    return [uptime for (uptime,) in rows]
